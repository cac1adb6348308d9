"""DKIM keys as published: at one selector, and at those that are worth a try."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.mailauth.evaluate.dkim_selectors import WELL_KNOWN_SELECTORS
from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.questions import Answer, Asking, Outcome, Question, Type, ask_all
from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.names import LONGEST
from shared.mailauth.records import dkim
from shared.mailauth.records import dkim_flaws as flaws

_SELECTOR: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimInspection(Inspection):
    """One selector. A revoked key (empty ``p``) is valid, but not ``usable``; ``cname`` is what the name is
    an alias of, ``service`` whose selector it is known as."""

    selector: str = ""
    service: str = ""
    cname: str | None = None
    key_type: str = ""
    key_bits: int | None = None
    key_form: str = ""
    revoked: bool = False
    testing: bool = False
    usable: bool = False
    hashes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSurvey(Inspection):
    """Keys at many selectors: those that were asked for by name, and those of ``tried`` that have a record.

    ``state`` is unknown where none has: selectors cannot be listed, so that proves nothing. It is an error
    where none has and the DNS left some unanswered. ``wildcard`` are
    the records of ``*._domainkey``, which answer for every selector.
    """

    keys: tuple[DkimInspection, ...] = ()
    tried: tuple[str, ...] = ()
    wildcard: tuple[str, ...] = ()

    @property
    def selectors(self) -> tuple[str, ...]:
        """Those that hold a key that can be used."""
        return tuple(key.selector for key in self.keys if key.usable)

    @property
    def looked_everywhere(self) -> bool:
        """Whether the wildcard was asked for, too."""
        return set(WELL_KNOWN_SELECTORS) <= set(self.tried)

    @property
    def signs(self) -> bool:
        """Whether there is a key that can be used, be it at every selector."""
        return bool(self.selectors) or any(dkim.parse(text).usable for text in self.wildcard)


def validate_dkim(text: str, domain: str = "") -> DkimInspection:
    """The text of a record, without the DNS."""
    return _with_record(domain, "", "", (text,), Answer(Outcome.FOUND, (text,)))


def inspect_dkim(domain: str, selector: str) -> Asking[DkimInspection]:
    """``domain`` as ``names.normalised`` spells it."""
    survey = yield from inspect_selectors(domain, (selector,), well_known=False)
    return survey.keys[0]


def inspect_selectors(
    domain: str, selectors: Iterable[str] = (), *, well_known: bool = True
) -> Asking[DkimSurvey]:
    """All in one round. ``selectors`` are shown whether they have a record or not."""
    named = dict.fromkeys(selector.strip().rstrip(".").lower() for selector in selectors)
    tried = tuple(dict.fromkeys((*named, *(WELL_KNOWN_SELECTORS if well_known else ()))))
    queries = {selector: f"{selector}._domainkey.{domain}" for selector in tried}
    askable = [name for selector, name in queries.items() if _may_be(selector, name)]
    beside = [Question(f"{label}_domainkey.{domain}", Type.TXT) for label in ("*.", "") if well_known]
    answers = yield from ask_all([*(Question(name, Type.TXT) for name in askable), *beside])
    wildcard = answers[beside[0]].records if beside and answers[beside[0]].found else ()
    keys = []
    for selector, name in queries.items():
        answer = answers.get(Question(name, Type.TXT))
        by_name = selector in named
        if answer is None:
            keys += [_impossible(domain, selector, name)] if by_name else []
        elif by_name or _is_of_its_own(answer, wildcard):
            keys.append(_inspected(domain, selector, name, answer))
    nothing_there = bool(beside) and answers[beside[1]].outcome is Outcome.NXDOMAIN
    asked = (answers[Question(name, Type.TXT)] for name in askable)
    failed = tuple(answer for answer in asked if answer.failed)
    return _survey(domain, tuple(keys), tried, wildcard, nothing_there, failed)


def _may_be(selector: str, name: str) -> bool:
    return _SELECTOR.fullmatch(selector) is not None and len(name) <= LONGEST


def _is_of_its_own(answer: Answer, wildcard: tuple[str, ...]) -> bool:
    """Whether a selector that was only tried has a record, and not just the wildcard's."""
    if answer.found:
        return set(answer.records) != set(wildcard)
    return answer.is_void and bool(answer.aliases)


def _impossible(domain: str, selector: str, name: str) -> DkimInspection:
    findings = (flaws.BAD_SELECTOR.found(selector),)
    return DkimInspection(
        domain=domain, query=name, state=State.INVALID, selector=selector, findings=findings
    )


def _inspected(domain: str, selector: str, name: str, answer: Answer) -> DkimInspection:
    """What is at one selector."""
    if answer.found:
        return _with_record(domain, selector, name, answer.records, answer)
    if answer.failed:
        state, finding = State.ERROR, flaws.DNS_ERROR.found(name, reason=answer.reason or "no answer")
    elif answer.aliases:
        state, finding = State.INVALID, flaws.DANGLING.found(name, target=answer.aliases[-1])
    else:
        state, finding = State.MISSING, flaws.MISSING.found(name)
    return DkimInspection(
        domain=domain,
        query=name,
        state=state,
        ttl=answer.ttl,
        findings=(finding,),
        selector=selector,
        service=WELL_KNOWN_SELECTORS.get(selector, ""),
        cname=answer.aliases[0] if answer.aliases else None,
    )


def _with_record(
    domain: str, selector: str, name: str, records: tuple[str, ...], answer: Answer
) -> DkimInspection:
    """Of several records the first that is a key is shown, as an example: none of them is sure to count."""
    meant = [text for text in records if dkim.is_dkim(text)] or list(records)
    record = dkim.parse(meant[0])
    findings: list[Finding] = list(record.findings)
    if len(records) > 1:
        findings.insert(0, flaws.SEVERAL.found(name, count=len(records)))
    is_bad = has_errors(findings)
    return DkimInspection(
        domain=domain,
        query=name,
        state=State.INVALID if is_bad else State.VALID,
        records=records,
        ttl=answer.ttl if name else None,
        findings=tuple(findings),
        selector=selector,
        service=WELL_KNOWN_SELECTORS.get(selector, ""),
        cname=answer.aliases[0] if answer.aliases else None,
        key_type=record.key_type,
        key_bits=record.key_bits,
        key_form=record.key_form.value if record.key_form is not None else "",
        revoked=record.revoked,
        testing=record.testing,
        usable=record.usable and not is_bad,
        hashes=record.hashes,
        services=record.services,
        flags=record.flags,
        notes=record.notes,
    )


def _survey(
    domain: str,
    keys: tuple[DkimInspection, ...],
    tried: tuple[str, ...],
    wildcard: tuple[str, ...],
    nothing_there: bool,
    failed: tuple[Answer, ...],
) -> DkimSurvey:
    query = f"_domainkey.{domain}"
    findings: list[Finding] = []
    present = [key for key in keys if key.records or key.state is State.INVALID]
    if wildcard:
        findings.append(flaws.WILDCARD.found(query))
    if not present and failed:
        what = f"{len(failed)} of the {len(tried)} selectors tried below {query}"
        findings.append(flaws.DNS_ERROR.found(what, reason=failed[0].reason or "no answer"))
    elif not present:
        findings.append(flaws.NONE_FOUND.found(query, count=len(tried)))
        if nothing_there:
            findings.append(flaws.EMPTY_SUBTREE.found(query))
    state = State.UNKNOWN
    if any(key.state is State.INVALID for key in present):
        state = State.INVALID
    elif present:
        state = State.VALID
    elif failed:
        state = State.ERROR
    return DkimSurvey(
        domain=domain,
        query=query,
        state=state,
        records=tuple(record for key in keys for record in key.records),
        findings=tuple(findings),
        keys=keys,
        tried=tried,
        wildcard=wildcard,
    )
