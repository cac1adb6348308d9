"""Whether a domain's brand indicator can be shown: its BIMI record, what that leads to, and its DMARC."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.mailauth.evaluate import bimi_flaws as flaws
from shared.mailauth.evaluate.bimi_documents import (
    EvidenceInspection,
    ImageInspection,
    findings_of,
    inspect_documents,
)
from shared.mailauth.evaluate.bimi_prerequisite import DmarcPrerequisite, prerequisite_of
from shared.mailauth.evaluate.discovery import Discovery, discover
from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.questions import Answer, Asking, Outcome, Type, ask, both
from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.names import BadName, normalised
from shared.mailauth.records.bimi import BimiRecord, is_bimi, parse


class RecordSource(StrEnum):
    """Whose record it is."""

    OWN = "own"
    ORGANIZATIONAL = "organizational"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class BimiInspection(Inspection):
    """``query`` and ``records`` are of the name that counts: the domain's own, or that of its
    Organizational Domain where the domain has none. ``aliases`` are the CNAMEs that led there.

    ``findings`` are all of them: of the record, the image, the certificate, and of DMARC.
    """

    selector: str
    aliases: tuple[str, ...] = ()
    organizational_domain: str | None = None
    source: RecordSource = RecordSource.NONE
    record: BimiRecord | None = None
    image: ImageInspection | None = None
    evidence: EvidenceInspection | None = None
    dmarc: DmarcPrerequisite | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    query: str
    source: RecordSource
    answer: Answer
    texts: tuple[str, ...]


def validate_bimi(text: str, domain: str = "", selector: str = "default") -> BimiInspection:
    """The text of a record, without the DNS; nothing that it leads to is fetched."""
    record = parse(text)
    return BimiInspection(
        domain=domain,
        query=_query(selector, domain) if domain else "",
        state=State.VALID if record.valid else State.INVALID,
        records=(text,),
        findings=record.findings,
        selector=selector,
        source=RecordSource.OWN,
        record=record,
    )


def inspect_bimi(domain: str, selector: str = "default", *, now: float) -> Asking[BimiInspection]:
    """``domain`` as ``names.normalised`` spells it; ``now`` is the epoch second certificates are held to."""
    query = _query(selector, domain)
    try:
        normalised(query)
    except BadName:
        finding = flaws.BAD_SELECTOR.found(selector)
        return BimiInspection(
            domain=domain, query=query, state=State.INVALID, selector=selector, findings=(finding,)
        )
    discovery, own = yield from both(discover(domain), _looked_up(domain, selector, RecordSource.OWN))
    found = yield from _counting(own, selector, discovery.organizational_domain)
    findings = _record_findings(found)
    record = parse(found.texts[0]) if len(found.texts) == 1 else None
    image, evidence = None, None
    if record is not None:
        findings += record.findings
        names = _names(domain, selector, discovery)
        image, evidence = yield from inspect_documents(record.location, record.evidence, names, now=now)
        findings += findings_of(image, evidence)
    dmarc = prerequisite_of(discovery)
    if record is not None and not record.declined:
        findings += dmarc.findings
    return BimiInspection(
        domain=domain,
        query=found.query,
        state=_state(found, findings, image, evidence),
        records=found.texts,
        ttl=None if found.answer.failed else found.answer.ttl,
        findings=tuple(findings),
        selector=selector,
        aliases=found.answer.aliases,
        organizational_domain=discovery.organizational_domain,
        source=found.source,
        record=record,
        image=image,
        evidence=evidence,
        dmarc=dmarc,
    )


def _query(selector: str, domain: str) -> str:
    return f"{selector}._bimi.{domain}".lower()


def _counting(own: _Found, selector: str, organization: str | None) -> Asking[_Found]:
    """The domain's own record, else that of its Organizational Domain. Several records end the search."""
    if own.texts or own.answer.failed or own.query == _query(selector, organization or ""):
        return own
    if organization is None:
        return replace(own, answer=Answer(Outcome.FAILED, reason="its Organizational Domain is not known"))
    above = yield from _looked_up(organization, selector, RecordSource.ORGANIZATIONAL)
    return above if above.texts or above.answer.failed else own


def _looked_up(domain: str, selector: str, source: RecordSource) -> Asking[_Found]:
    query = _query(selector, domain)
    answer = yield from ask(query, Type.TXT)
    texts = tuple(text for text in answer.records if is_bimi(text)) if answer.found else ()
    return _Found(query, source if texts else RecordSource.NONE, answer, texts)


def _record_findings(found: _Found) -> list[Finding]:
    if found.answer.failed:
        return [flaws.DNS_ERROR.found(found.query, None, reason=found.answer.reason or "no answer")]
    if not found.texts:
        return [flaws.MISSING.found(found.query)]
    if len(found.texts) > 1:
        return [flaws.SEVERAL.found(found.query, None, count=len(found.texts))]
    return []


def _names(domain: str, selector: str, discovery: Discovery) -> tuple[str, ...]:
    """Those that a certificate may be for."""
    domains = dict.fromkeys((domain, discovery.organizational_domain or domain))
    return (*domains, *(_query(selector, each) for each in domains))


def _state(
    found: _Found,
    findings: list[Finding],
    image: ImageInspection | None,
    evidence: EvidenceInspection | None,
) -> State:
    if found.answer.failed:
        return State.ERROR
    if not found.texts:
        return State.MISSING
    if has_errors(findings):
        return State.INVALID
    unknown = (image is not None and image.unknown) or (evidence is not None and evidence.unknown)
    return State.ERROR if unknown else State.VALID
