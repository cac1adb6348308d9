"""BIMI assertion records (draft-brand-indicators-for-message-identification-14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from shared.mailauth.findings import Finding, bounded, has_errors
from shared.mailauth.records import bimi_flaws as flaws
from shared.mailauth.records.tags import Tag, TagList, parse_tags

_VERSION: Final = re.compile(r"[ \t]*[vV][ \t]*=[ \t]*BIMI1[ \t]*(?:;|$)")
_KNOWN: Final = frozenset({"v", "l", "a", "avp", "lps"})
_URI: Final = re.compile(r"[!-~]+", re.ASCII)
_SELECTOR: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BimiRecord:
    """``location`` (l) and ``evidence`` (a) are empty where they are none that can be fetched."""

    text: str
    valid: bool
    location: str = ""
    evidence: str = ""
    avatar_preference: str = "brand"
    local_part_selectors: tuple[str, ...] = ()
    declined: bool = False
    findings: tuple[Finding, ...] = ()


def is_bimi(text: str) -> bool:
    """Whether it is a BIMI record at all: others at the name are to be passed over."""
    return _VERSION.match(text) is not None


def parse(text: str) -> BimiRecord:
    """Never raises: what is wrong is among the findings."""
    if not is_bimi(text):
        return BimiRecord(text=text, valid=False, findings=(flaws.NOT_A_RECORD.found(),))
    tags = parse_tags(text)
    findings = _grammar(tags)
    location = _uri(tags.first("l"), findings)
    evidence = _uri(tags.first("a"), findings)
    declined = tags.value("l") == "" and not tags.value("a")
    findings += _indicator(tags, location, declined)
    preference = _preference(tags.first("avp"), findings)
    selectors = _selectors(tags.first("lps"), findings)
    return BimiRecord(
        text=text,
        valid=not has_errors(findings),
        location=location,
        evidence=evidence,
        avatar_preference=preference,
        local_part_selectors=selectors,
        declined=declined,
        findings=bounded(findings),
    )


def _grammar(tags: TagList) -> list[Finding]:
    found = [flaws.MALFORMED.found(piece.text, piece.span) for piece in tags.malformed if piece.text]
    found += [flaws.REPEATED.found(tag.name, tag.span) for tag in tags.repeated]
    found += [flaws.UNKNOWN.found(tag.name, tag.span) for tag in tags.tags if tag.name not in _KNOWN]
    return found


def _uri(tag: Tag | None, findings: list[Finding]) -> str:
    """The https URI of the tag; empty where it has none."""
    if tag is None or not tag.value:
        return ""
    if not _is_https(tag.value):
        findings.append(flaws.BAD_URI.found(tag.value, tag.value_span, tag=tag.name))
        return ""
    return tag.value


def _is_https(uri: str) -> bool:
    if not _URI.fullmatch(uri) or "," in uri:
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _indicator(tags: TagList, location: str, declined: bool) -> list[Finding]:
    tag, evidence = tags.first("l"), tags.value("a")
    if tag is None:
        return [flaws.NO_LOCATION.found()]
    if declined:
        return [flaws.DECLINED.found("l", tag.span)]
    if not tag.value:
        return [flaws.IMAGE_ONLY_IN_EVIDENCE.found("l", tag.span)]
    found = []
    if location and not urlsplit(location).path.lower().endswith((".svg", ".svgz")):
        found.append(flaws.NOT_SVG_NAME.found(location, tag.value_span))
    if not evidence:
        found.append(flaws.NO_EVIDENCE.found("a"))
    return found


def _preference(tag: Tag | None, findings: list[Finding]) -> str:
    value = "brand" if tag is None else tag.value.lower()
    if tag is not None and value not in ("brand", "personal"):
        findings.append(flaws.BAD_PREFERENCE.found(tag.value, tag.value_span))
        return "brand"
    return value


def _selectors(tag: Tag | None, findings: list[Finding]) -> tuple[str, ...]:
    if tag is None or not tag.value:
        return ()
    listed = tuple(part.strip() for part in tag.value.split(","))
    if not all(_SELECTOR.fullmatch(part) for part in listed):
        findings.append(flaws.BAD_SELECTORS.found(tag.value, tag.value_span))
        return ()
    return listed
