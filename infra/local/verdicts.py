"""What SES says of a mail it received: five verdicts, and the header by which a test says them instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

HEADER: Final = "X-Postseal-Verdicts"
"""``X-Postseal-Verdicts: spf=PASS dkim=FAIL dmarc=GRAY spam=PASS virus=PASS``, any of the five."""

KINDS: Final = ("spam", "virus", "spf", "dkim", "dmarc")
STATUSES: Final = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")

_END_OF_HEADERS: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """One of ``STATUSES`` each. GRAY: there was nothing to judge by."""

    spam: str = "PASS"
    virus: str = "PASS"
    spf: str = "GRAY"
    dkim: str = "GRAY"
    dmarc: str = "GRAY"
    dmarc_policy: str | None = None
    """The published policy, told when dmarc is FAIL."""


class VerdictError(ValueError):
    """The test header does not say verdicts."""


def parse_verdicts(text: str) -> Verdicts:
    """Read the header's value; what it doesn't mention stays as it is by default."""
    verdicts = Verdicts()
    for part in text.split():
        kind, _, status = part.partition("=")
        if kind not in KINDS or status not in STATUSES:
            raise VerdictError(f"{HEADER}: {part!r} is not one of {', '.join(KINDS)} = {'|'.join(STATUSES)}")
        verdicts = replace(verdicts, **{kind: status})
    return replace(verdicts, dmarc_policy="reject") if verdicts.dmarc == "FAIL" else verdicts


def take_header(raw: bytes) -> tuple[bytes, str | None]:
    """The message without the test header, otherwise to the byte as it was, and the value of its first."""
    end = _END_OF_HEADERS.search(raw)
    size = end.end() if end else len(raw)
    kept = bytearray()
    value: str | None = None
    position = 0
    while position < size and (field := _FIELD.match(raw, position, size)) and field.end() > position:
        name, colon, rest = field.group().partition(b":")
        if colon and name.strip().lower() == HEADER.lower().encode():
            value = " ".join(rest.decode("ascii", "replace").split()) if value is None else value
        else:
            kept += field.group()
        position = field.end()
    return bytes(kept) + raw[position:], value
