"""DMARC records (RFC 9989 section 4.7), those of RFC 7489 included: nothing tells one from the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from shared.mailauth.findings import Finding, bounded
from shared.mailauth.records import dmarc_flaws as flaws
from shared.mailauth.records.report_uris import ReportUri, read_uris
from shared.mailauth.records.tags import Tag, TagList, parse_tags

_IS_RECORD: Final = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)", re.ASCII)
_VALUE: Final = re.compile(r"[\x20-\x3a\x3c-\x7e]*", re.ASCII)
_LETTERS: Final = re.compile(r"[a-z]+", re.ASCII)

POLICIES: Final = ("none", "quarantine", "reject")
KNOWN: Final = ("v", "p", "sp", "np", "t", "psd", "adkim", "aspf", "fo", "rua", "ruf")
OBSOLETE: Final = ("pct", "rf", "ri")
DEFAULTS: Final = {"t": "n", "psd": "u", "adkim": "r", "aspf": "r", "fo": "0"}
_ALLOWED: Final = {"t": ("y", "n"), "psd": ("u", "y", "n"), "adkim": ("r", "s"), "aspf": ("r", "s")}
_WHOSE: Final = {"sp": "names below the domain", "np": "names that do not exist"}


class Processing(StrEnum):
    """How receivers take the record (section 4.10.1)."""

    AS_PUBLISHED = "as_published"
    AS_NONE = "as_none"
    """A policy is missing or invalid, but there is an address for reports."""
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcRecord:
    """``p``, ``sp`` and ``np`` are None where they are absent or invalid; all else has its default then.

    ``tags`` are all tags as published; ``rua`` and ``ruf`` all URIs, also those that reporters ignore.
    """

    text: str
    is_record: bool
    processing: Processing
    p: str | None
    sp: str | None
    np: str | None
    testing: bool
    psd: str
    adkim: str
    aspf: str
    fo: tuple[str, ...]
    rua: tuple[ReportUri, ...]
    ruf: tuple[ReportUri, ...]
    tags: tuple[Tag, ...]
    findings: tuple[Finding, ...]

    @property
    def policy(self) -> str | None:
        """For the domain itself, before ``t``; None: no DMARC processing."""
        return self._taken(self.p)

    @property
    def subdomain_policy(self) -> str | None:
        """For names below the domain that exist, before ``t``."""
        return self._taken(self.sp or self.p)

    @property
    def nonexistent_policy(self) -> str | None:
        """For names below the domain that do not exist, before ``t``."""
        return self._taken(self.np or self.sp or self.p)

    def applied(self, policy: str | None) -> str | None:
        """The policy as ``t`` leaves it: one step weaker under ``t=y``."""
        return lowered(policy) if self.testing and policy is not None else policy

    def value(self, name: str) -> str | None:
        """As published."""
        return next((tag.value for tag in self.tags if tag.name == name), None)

    def _taken(self, policy: str | None) -> str | None:
        match self.processing:
            case Processing.IGNORED:
                return None
            case Processing.AS_NONE:
                return "none"
            case Processing.AS_PUBLISHED:
                return policy


def lowered(policy: str) -> str:
    """One step weaker; there is nothing below none."""
    return POLICIES[max(POLICIES.index(policy) - 1, 0)]


def is_dmarc(text: str) -> bool:
    """Whether a TXT record counts as DMARC record: the version first, its value in capitals."""
    return _IS_RECORD.match(text) is not None


@lru_cache(maxsize=16)
def parse(text: str) -> DmarcRecord:
    """Any text; of what is no DMARC record ``is_record`` is False and the rest is read as far as it goes.

    Each step of a walk reads its records, and several parts of an inspection walk the same way: the latest
    are remembered.
    """
    listed = parse_tags(text)
    counted = is_dmarc(text)
    policies = {name: _policy(listed.first(name)) for name in ("p", "sp", "np")}
    rua, ruf = _uris(listed, "rua"), _uris(listed, "ruf")
    processing = _processing(listed, policies, rua) if counted else Processing.IGNORED
    fo = _fo(listed) if ruf else None
    found = [*_on_form(listed, counted)]
    if counted:
        found += [
            *_on_policies(listed, policies, processing),
            *_on_values(listed, fo, bool(ruf)),
            *_on_uris("rua", rua),
            *_on_uris("ruf", ruf),
            *_on_reports(rua),
            *_on_length(text),
        ]
    return DmarcRecord(
        text=text,
        is_record=counted,
        processing=processing,
        **policies,
        testing=_choice(listed, "t") == "y",
        psd=_choice(listed, "psd"),
        adkim=_choice(listed, "adkim"),
        aspf=_choice(listed, "aspf"),
        fo=fo or ("0",),
        rua=rua,
        ruf=ruf,
        tags=listed.tags,
        findings=bounded(found),
    )


def _policy(tag: Tag | None) -> str | None:
    value = tag.value.lower() if tag is not None else ""
    return value if value in POLICIES else None


def _choice(listed: TagList, name: str) -> str:
    value = (listed.value(name) or "").lower()
    return value if value in _ALLOWED[name] else DEFAULTS[name]


def _fo(listed: TagList) -> tuple[str, ...] | None:
    """None where the value breaks a rule: 0 and 1 exclude each other, nothing stands twice."""
    value = listed.value("fo")
    if value is None:
        return None
    options = tuple(part.strip(" \t").lower() for part in value.split(":"))
    known = all(option in ("0", "1", "d", "s") for option in options)
    if not known or len(set(options)) < len(options) or {"0", "1"} <= set(options):
        return None
    return options


def _uris(listed: TagList, name: str) -> tuple[ReportUri, ...]:
    tag = listed.first(name)
    return read_uris(tag.value, tag.value_start) if tag is not None else ()


def _processing(listed: TagList, policies: dict[str, str | None], rua: tuple[ReportUri, ...]) -> Processing:
    spoilt = policies["p"] is None or any(
        listed.first(name) is not None and policies[name] is None for name in ("sp", "np")
    )
    if not spoilt:
        return Processing.AS_PUBLISHED
    return Processing.AS_NONE if any(uri.valid for uri in rua) else Processing.IGNORED


def _on_form(listed: TagList, counted: bool) -> Iterator[Finding]:
    version = listed.tags[0] if listed.tags else None
    if not counted and version is not None and version.name == "v" and version.value.upper() == "DMARC1":
        yield flaws.VERSION_CASE.found(version.value, version.value_span)
    elif not counted:
        yield flaws.NOT_A_RECORD.found(span=(0, len(listed.text)))
    for piece in listed.malformed:
        yield flaws.SYNTAX.found(piece.text, piece.span)
    for tag in listed.repeated:
        yield flaws.REPEATED.found(tag.name, tag.span)
    for tag in listed.tags:
        if not _VALUE.fullmatch(tag.value):
            yield flaws.BAD_CHARACTER.found(tag.name, tag.value_span)
        if tag.name == "pct":
            yield flaws.PCT.found("pct", tag.span, value=tag.value[:20], instead=_instead_of_pct(tag.value))
        elif tag.name in OBSOLETE:
            yield flaws.OBSOLETE.found(tag.name, tag.span)
        elif tag.name not in KNOWN or not _LETTERS.fullmatch(tag.name):
            yield flaws.UNKNOWN.found(tag.name, tag.span)


def _instead_of_pct(value: str) -> str:
    match value.strip():
        case "100":
            return "Remove it: it says what is so anyway"
        case "0":
            return "Write t=y instead"
        case _:
            return "There is nothing to take its place: remove it, or rehearse with t=y"


def _on_policies(
    listed: TagList, policies: dict[str, str | None], processing: Processing
) -> Iterator[Finding]:
    if processing is Processing.IGNORED:
        yield flaws.NO_EFFECT.found()
    for name, policy in policies.items():
        tag = listed.first(name)
        if tag is not None and policy is None:
            yield flaws.BAD_POLICY.found(f"{name}={tag.value[:40]}", tag.span)
    p = listed.first("p")
    if p is None:
        yield flaws.NO_POLICY.found("p")
    elif listed.tags[1] is not p:
        yield flaws.NOT_SECOND.found("p", p.span)
    if processing is Processing.AS_PUBLISHED and policies["p"] is not None:
        yield from _on_strength(listed, policies, policies["p"])


def _on_strength(listed: TagList, policies: dict[str, str | None], policy: str) -> Iterator[Finding]:
    if policy in ("none", "reject"):
        flaw = flaws.MONITORING if policy == "none" else flaws.REJECT
        tag = listed.first("p")
        yield flaw.found(f"p={policy}", tag.span if tag is not None else None)
    for name, whose in _WHOSE.items():
        tag, weaker = listed.first(name), policies[name]
        if tag is not None and weaker is not None and POLICIES.index(weaker) < POLICIES.index(policy):
            yield flaws.WEAKER_SUBDOMAINS.found(f"{name}={weaker}", tag.span, policy=policy, whose=whose)


def _on_values(listed: TagList, fo: tuple[str, ...] | None, has_ruf: bool) -> Iterator[Finding]:
    for name, allowed in _ALLOWED.items():
        tag = listed.first(name)
        if tag is not None and tag.value.lower() not in allowed:
            subject = f"{name}={tag.value[:40]}"
            yield flaws.BAD_VALUE.found(subject, tag.span, default=DEFAULTS[name], allowed=", ".join(allowed))
    tag = listed.first("fo")
    if tag is not None and not has_ruf:
        yield flaws.FO_WITHOUT_RUF.found("fo", tag.span)
    elif tag is not None and fo is None:
        allowed_fo = "0 or 1, d, s, joined by colons"
        yield flaws.BAD_VALUE.found(f"fo={tag.value[:40]}", tag.span, default="0", allowed=allowed_fo)
    testing, psd = listed.first("t"), listed.first("psd")
    if testing is not None and testing.value.lower() == "y":
        yield flaws.TESTING.found("t=y", testing.span)
    if psd is not None and psd.value.lower() == "y" and has_ruf:
        yield flaws.SUFFIX_RUF.found("ruf", psd.span)


def _on_uris(name: str, uris: tuple[ReportUri, ...]) -> Iterator[Finding]:
    for uri in uris:
        if not uri.valid:
            yield flaws.BAD_URI.found(uri.uri[:200], uri.span)
        elif uri.scheme != "mailto":
            yield flaws.SCHEME.found(uri.uri[:200], uri.span)
        if uri.size_limit:
            yield flaws.SIZE_LIMIT.found(uri.uri[:200], uri.span, limit=uri.size_limit)
    if len(uris) > 2:
        yield flaws.MANY_URIS.found(name, (uris[0].start, uris[-1].end))


def _on_reports(rua: tuple[ReportUri, ...]) -> Iterator[Finding]:
    if not any(uri.valid and uri.scheme == "mailto" for uri in rua):
        yield flaws.NO_RUA.found("rua")


def _on_length(text: str) -> Iterator[Finding]:
    if len(text) > 450:
        yield flaws.LONG_STRING.found(span=(450, len(text)), length=len(text))
