"""What is to be said about a record, a policy or a whole domain: values, never exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_ALIKE: Final = 25
"""Findings of one code about one record."""


class Severity(StrEnum):
    ERROR = "error"
    """Receivers ignore it, refuse mail for it, or do other than the owner means."""
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` is stable, lower case with underscores; ``rule`` names the requirement, such as
    "RFC 7208 section 4.6.4".

    ``subject`` is the tag, term, name or URI concerned; ``start`` and ``end`` are its place in the text that
    was parsed, as a slice, where it has one.
    """

    code: str
    severity: Severity
    message: str
    advice: str
    rule: str
    subject: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A kind of finding. ``message`` and ``advice`` may hold ``{subject}`` and other fields in braces."""

    code: str
    severity: Severity
    message: str
    advice: str
    rule: str

    def found(self, subject: str = "", span: tuple[int, int] | None = None, **values: object) -> Finding:
        start, end = span if span is not None else (None, None)
        return Finding(
            code=self.code,
            severity=self.severity,
            message=self.message.format(subject=subject, **values),
            advice=self.advice.format(subject=subject, **values),
            rule=self.rule,
            subject=subject,
            start=start,
            end=end,
        )


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def bounded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In their order, the first ``MOST_ALIKE`` of each code: a record can hold thousands of one fault, and
    nobody reads them."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= MOST_ALIKE:
            kept.append(finding)
    return tuple(kept)
