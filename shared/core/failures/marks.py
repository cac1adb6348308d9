"""What a failure report is found by: kept with its summary, personal data hidden already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shared.mailauth.reports.redaction import token
from shared.mailauth.reports.values import FailureReport

_ADDRESS: Final = re.compile(r"[^\s<>,;:\"()\[\]@]{1,256}@[^\s<>,;:\"()@]{1,255}")
_LONGEST_SUBJECT: Final = 200
_MOST_ADDRESSES: Final = 6
_LONGEST_ADDRESS: Final = 160


@dataclass(frozen=True, slots=True)
class Marks:
    """All in lower case but for the country, which is that of the source when the report came. ``addresses``
    are whom the message is from and to; a subject beyond 200 characters is cut."""

    feedback_type: str
    source_ip: str
    subject: str
    addresses: tuple[str, ...]
    country: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is empty filters nothing. ``subjects`` are parts of which one has to be there; ``address`` is a
    whole one, or ``@`` and a domain for all in it and below."""

    feedback_type: str = ""
    source_ip: str = ""
    subjects: tuple[str, ...] = ()
    address: str = ""

    def accepts(self, marks: Marks) -> bool:
        return (
            self.feedback_type in ("", marks.feedback_type)
            and self.source_ip in ("", marks.source_ip)
            and (not self.subjects or any(part in marks.subject for part in self.subjects))
            and (not self.address or any(map(self._names, marks.addresses)))
        )

    def _names(self, address: str) -> bool:
        if not self.address.startswith("@"):
            return address == self.address
        domain = self.address[1:]
        return address.rpartition("@")[2] == domain or address.endswith(f".{domain}")


def marks_of(report: FailureReport) -> Marks:
    addresses = dict.fromkeys(
        address.lower() for address in (*authors(report), *recipients(report)) if address
    )
    return Marks(
        feedback_type=report.feedback_type,
        source_ip=report.source_ip or "",
        subject=(report.original_header("subject") or "").lower()[:_LONGEST_SUBJECT],
        addresses=tuple(each[-_LONGEST_ADDRESS:] for each in addresses)[:_MOST_ADDRESSES],
    )


def authors(report: FailureReport) -> tuple[str, ...]:
    """Of the message: the header-from, or the envelope-from where that says nothing."""
    named = tuple(_ADDRESS.findall(report.original_header("from") or ""))
    return named or ((report.original_mail_from,) if report.original_mail_from else ())


def recipients(report: FailureReport) -> tuple[str, ...]:
    named = _ADDRESS.findall(report.original_header("to") or "")
    return tuple(dict.fromkeys((*named, *report.original_rcpt_to)))


def sought_subjects(text: str, key: bytes) -> tuple[str, ...]:
    """As it is, and as a name would be hidden."""
    said = " ".join(text.lower().split())
    return (said, token(said, key)) if said else ()


def sought_address(text: str, key: bytes) -> str:
    """With its local part hidden as it is where it is stored; a name without ``@`` is a domain."""
    local_part, _, domain = text.strip().strip("<>").lower().rpartition("@")
    if not local_part:
        return f"@{domain.removeprefix('*.').strip('.')}"
    hidden = local_part if local_part.startswith("redacted-") else token(local_part, key)
    return f"{hidden}@{domain}"
