"""TLS-RPT records, the TXT record at ``_smtp._tls`` (RFC 8460 section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.mailauth.findings import Finding, Flaw, Severity, bounded
from shared.mailauth.records.report_uris import ReportUri, read_uris
from shared.mailauth.records.tags import TagList, parse_tags

_IS_RECORD: Final = re.compile(r"v=TLSRPTv1[ \t]*(?:;|\Z)", re.ASCII)
_RULE: Final = "RFC 8460 section 3"

NOT_A_RECORD: Final = Flaw(
    "not_a_tls_rpt_record",
    Severity.ERROR,
    "This is not a TLS-RPT record: it does not begin with v=TLSRPTv1;.",
    "Begin the record with v=TLSRPTv1; and rua.",
    _RULE,
)
NO_RUA: Final = Flaw(
    "tls_rpt_no_rua",
    Severity.ERROR,
    "The record names nowhere to send reports to.",
    "Add rua=mailto: with the address of your reports.",
    _RULE,
)
BAD_URI: Final = Flaw(
    "tls_rpt_bad_uri",
    Severity.WARNING,
    "{subject!r} is neither a mailbox (mailto:) nor an https URI: no report is sent there.",
    "Use mailto: or https:.",
    _RULE,
)
SYNTAX: Final = Flaw(
    "tls_rpt_syntax", Severity.WARNING, "{subject!r} is not a field (name=value).", "Remove it.", _RULE
)
SPELLING: Final = Flaw(
    "tls_rpt_field_spelling",
    Severity.WARNING,
    "The field rua is not spelled rua=...: strict reporters do not know it.",
    "Write rua= in lower case, with no space around the equals sign.",
    _RULE,
)
REPEATED: Final = Flaw(
    "tls_rpt_repeated_field",
    Severity.WARNING,
    "The field {subject} is there more than once; the first counts.",
    "Keep one of them.",
    _RULE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsRptRecord:
    """``rua`` holds all URIs, also those that nothing is sent to."""

    text: str
    is_record: bool
    rua: tuple[ReportUri, ...]
    extensions: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


def is_tls_rpt(text: str) -> bool:
    return _IS_RECORD.match(text) is not None


def parse(text: str) -> TlsRptRecord:
    listed = parse_tags(text)
    tag = listed.first("rua")
    rua = read_uris(tag.value, tag.value_start) if tag is not None and tag.value else ()
    return TlsRptRecord(
        text=text,
        is_record=is_tls_rpt(text),
        rua=rua,
        extensions=tuple((each.name, each.value) for each in listed.tags if each.name not in ("v", "rua")),
        findings=bounded(_findings(listed, rua)),
    )


def is_usable(uri: ReportUri) -> bool:
    return uri.valid and uri.scheme in ("mailto", "https")


def _findings(listed: TagList, rua: tuple[ReportUri, ...]) -> Iterator[Finding]:
    if not is_tls_rpt(listed.text):
        yield NOT_A_RECORD.found(span=(0, len(listed.text)))
    if not any(is_usable(uri) for uri in rua):
        yield NO_RUA.found("rua")
    tag = listed.first("rua")
    if tag is not None and not listed.text.startswith(f"rua={tag.value}", tag.start):
        yield SPELLING.found("rua", tag.span)
    for uri in rua:
        if not is_usable(uri):
            yield BAD_URI.found(uri.uri[:200], uri.span)
    for piece in listed.malformed:
        yield SYNTAX.found(piece.text[:100], piece.span)
    for again in listed.repeated:
        yield REPEATED.found(again.name, again.span)
