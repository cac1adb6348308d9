"""Sessions of a domain and day, by the policy that senders found, and the causes of those that failed.

Totals are the summaries' (RFC 8460 section 4.4). The details tell causes, and need not add up to them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.mailauth.reports.values import TlsPolicy

DAYS: Final = 64
"""For how many days it is kept."""

UNKNOWN: Final = "unknown"
"""Of a detail that names no result type."""

OTHER: Final = "other"
"""Policies or causes that are too many to be told apart, together."""

_LONGEST: Final = 64
_MODE: Final = re.compile(r"(?:^|[\s;,])mode\s*:\s*(enforce|testing|none)\b", re.IGNORECASE)


def believed(trust: Trust) -> bool:
    """Whether a report's sessions count: one whose mail is disowned by who it claims to be from is listed as
    a report, and believed nothing (RFC 8460 section 3)."""
    return trust is not Trust.FAILED


@dataclass(frozen=True, slots=True, order=True)
class Policy:
    """``mode`` is that of MTA-STS (RFC 8461 section 3.2); ``none`` where there is no such policy, or the
    report does not say."""

    domain: str
    type: str
    mode: str


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """``details`` are the entries that name it, ``sessions`` what they add up to."""

    result_type: str
    sessions: int
    details: int


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """``last_seen`` is the end of the latest report, in epoch seconds."""

    policy: Policy
    successful: int
    failed: int
    last_seen: int
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsDay:
    domain: DomainId
    day: date
    lines: tuple[PolicyLine, ...]

    def details(self, result_type: str | None = None) -> int:
        """How many entries there are, of one result type or of all."""
        causes = (cause for line in self.lines for cause in line.causes)
        return sum(cause.details for cause in causes if result_type in (None, cause.result_type))


@dataclass(slots=True)
class _Tally:
    successful: int = 0
    failed: int = 0
    last_seen: int = 0
    sessions: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class TlsTally:
    """Policies of reports while they are being counted."""

    tallies: dict[Policy, _Tally] = field(default_factory=dict)

    def add(self, said: TlsPolicy, end: int) -> None:
        tally = self.tallies.setdefault(policy_of(said), _Tally())
        tally.successful += said.successful_sessions
        tally.failed += said.failed_sessions
        tally.last_seen = max(tally.last_seen, end)
        for failure in said.failures:
            cause = failure.result_type[:_LONGEST] or UNKNOWN
            tally.sessions[cause] += failure.failed_session_count
            tally.details[cause] += 1

    def lines(self) -> tuple[PolicyLine, ...]:
        return tuple(
            PolicyLine(policy, tally.successful, tally.failed, tally.last_seen, _causes(tally))
            for policy, tally in sorted(self.tallies.items())
        )


def policy_of(said: TlsPolicy) -> Policy:
    mode = _MODE.search(" ".join(said.policy_string)) if said.policy_type == "sts" else None
    return Policy(said.policy_domain, said.policy_type[:_LONGEST], mode[1].lower() if mode else "none")


def added_up(lines: Iterable[PolicyLine]) -> dict[Policy, PolicyLine]:
    """Lines of several days, by policy."""
    sums: dict[Policy, PolicyLine] = {}
    for line in lines:
        before = sums.get(line.policy)
        sums[line.policy] = line if before is None else _sum(before, line)
    return sums


def folded(lines: Iterable[PolicyLine], *, policies: int, causes: int) -> tuple[PolicyLine, ...]:
    """At most so many policies with so many causes each, those of most sessions; and the others in one."""
    by_size = sorted(lines, key=lambda line: (-line.successful - line.failed, line.policy))
    others = (replace(line, policy=Policy("", OTHER, "none")) for line in by_size[policies:])
    kept = (*by_size[:policies], *added_up(others).values())
    return tuple(sorted((_fewer(line, causes) for line in kept), key=lambda line: line.policy))


def _fewer(line: PolicyLine, most: int) -> PolicyLine:
    by_size = sorted(line.causes, key=lambda cause: (-cause.sessions, cause.result_type))
    tally = _Tally()
    for place, cause in enumerate(by_size):
        name = cause.result_type if place < most else OTHER
        tally.sessions[name] += cause.sessions
        tally.details[name] += cause.details
    return replace(line, causes=_causes(tally))


def _sum(one: PolicyLine, other: PolicyLine) -> PolicyLine:
    tally = _Tally()
    for cause in (*one.causes, *other.causes):
        tally.sessions[cause.result_type] += cause.sessions
        tally.details[cause.result_type] += cause.details
    return PolicyLine(
        one.policy,
        one.successful + other.successful,
        one.failed + other.failed,
        max(one.last_seen, other.last_seen),
        _causes(tally),
    )


def _causes(tally: _Tally) -> tuple[Cause, ...]:
    return tuple(Cause(name, tally.sessions[name], count) for name, count in sorted(tally.details.items()))
