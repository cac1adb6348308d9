"""What every inspection of a published record tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.mailauth.evaluate.questions import Answer
from shared.mailauth.findings import Finding, has_errors


class State(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    MISSING = "missing"
    ERROR = "error"
    """The DNS (or the web server) gave no usable answer: nothing is known (never "missing")."""
    UNKNOWN = "unknown"
    """What was looked for cannot be listed (DKIM selectors): that nothing was found proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """``query`` is the name (or URL) that was asked; ``records`` what it holds, as published.

    The fields of an inspection, nested ones too, are what the API and ``postseal inspect --json`` show.
    """

    domain: str
    query: str
    state: State
    records: tuple[str, ...] = ()
    ttl: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        return self.state is State.VALID


def state_of(answer: Answer, present: bool, findings: tuple[Finding, ...]) -> State:
    """Of a record looked for at one name; ``present`` tells whether the answer held such a record."""
    if answer.failed:
        return State.ERROR
    if not present and not has_errors(findings):
        return State.MISSING
    return State.INVALID if has_errors(findings) else State.VALID
