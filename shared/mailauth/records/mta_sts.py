"""MTA-STS records, the TXT record at ``_mta-sts`` (RFC 8461 section 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.mailauth.findings import Finding, Flaw, Severity, bounded
from shared.mailauth.records.tags import TagList, parse_tags

_IS_RECORD: Final = re.compile(r"v=STSv1[ \t]*(?:;|\Z)", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)
_RULE: Final = "RFC 8461 section 3.1"

NOT_A_RECORD: Final = Flaw(
    "not_an_mta_sts_record",
    Severity.ERROR,
    "This is not an MTA-STS record: it does not begin with v=STSv1;.",
    "Begin the record with v=STSv1; and an id.",
    _RULE,
)
NO_ID: Final = Flaw(
    "mta_sts_no_id",
    Severity.ERROR,
    "The record has no id: senders take it for no record.",
    "Add id= with 1 to 32 letters and digits, another one for each change of the policy.",
    _RULE,
)
BAD_ID: Final = Flaw(
    "mta_sts_bad_id",
    Severity.ERROR,
    "The id {subject!r} is not 1 to 32 letters and digits: senders take the record for none.",
    "Use letters and digits only, such as the time of the change.",
    _RULE,
)
SYNTAX: Final = Flaw(
    "mta_sts_syntax",
    Severity.WARNING,
    "{subject!r} is not a field (name=value).",
    "Remove it.",
    _RULE,
)
SPELLING: Final = Flaw(
    "mta_sts_field_spelling",
    Severity.WARNING,
    "The field id is not spelled id=...: strict senders do not know it.",
    "Write id= in lower case, with no space around the equals sign.",
    _RULE,
)
REPEATED: Final = Flaw(
    "mta_sts_repeated_field",
    Severity.WARNING,
    "The field {subject} is there more than once; the first counts.",
    "Keep one of them.",
    _RULE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MtaStsRecord:
    """``id`` is None where it is missing or not an id. Unknown fields are in ``extensions``."""

    text: str
    is_record: bool
    id: str | None
    extensions: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


def is_mta_sts(text: str) -> bool:
    """Whether a TXT record at ``_mta-sts`` counts: the version comes first, exactly so."""
    return _IS_RECORD.match(text) is not None


def parse(text: str) -> MtaStsRecord:
    listed = parse_tags(text)
    named = listed.value("id")
    good = named if named is not None and _ID.fullmatch(named) else None
    return MtaStsRecord(
        text=text,
        is_record=is_mta_sts(text),
        id=good,
        extensions=tuple((tag.name, tag.value) for tag in listed.tags if tag.name not in ("v", "id")),
        findings=bounded(_findings(listed)),
    )


def _findings(listed: TagList) -> Iterator[Finding]:
    if not is_mta_sts(listed.text):
        yield NOT_A_RECORD.found(span=(0, len(listed.text)))
    tag = listed.first("id")
    if tag is None:
        yield NO_ID.found("id")
    elif not _ID.fullmatch(tag.value):
        yield BAD_ID.found(tag.value[:100], tag.value_span)
    elif not listed.text.startswith(f"id={tag.value}", tag.start):
        yield SPELLING.found("id", tag.span)
    for piece in listed.malformed:
        yield SYNTAX.found(piece.text[:100], piece.span)
    for again in listed.repeated:
        yield REPEATED.found(again.name, again.span)
