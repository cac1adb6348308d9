"""What a policy would have done to the mail of a domain, row by row.

Alignment is worked out anew from the results that passed, under the asked modes: by the public suffix list,
without asking the DNS. Where a reporter says that a mechanism passed and names no result of it that did, its
word is taken. A receiver may do otherwise than it is asked; here every one does as it is asked.

Whether a name existed when the mail came cannot be known from reports: all mail of subdomains is under sp,
and np is not applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from shared.core.domain_names import organizational_domain
from shared.core.senders.standing import FORWARDED
from shared.mailauth.evaluate.alignment import Mode
from shared.mailauth.reports.values import Row

_STEPS: Final = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, slots=True)
class Policy:
    """As a record would say it."""

    p: str
    sp: str
    adkim: Mode = Mode.RELAXED
    aspf: Mode = Mode.RELAXED
    testing: bool = False

    def applied(self, header_from: str, domain: str) -> str:
        """To failing mail of this author domain."""
        said = self.sp if header_from.endswith(f".{domain}") else self.p
        return _STEPS[said] if self.testing else said


@dataclass(frozen=True, slots=True)
class Fate:
    """Messages by what would have become of them. ``forwarded`` are those of the quarantined and rejected
    whose receivers knew them to be forwarded: most would deliver them all the same."""

    delivered: int = 0
    quarantined: int = 0
    rejected: int = 0
    forwarded: int = 0

    @property
    def messages(self) -> int:
        return self.delivered + self.quarantined + self.rejected

    def __add__(self, other: Fate) -> Fate:
        return Fate(
            self.delivered + other.delivered,
            self.quarantined + other.quarantined,
            self.rejected + other.rejected,
            self.forwarded + other.forwarded,
        )


@dataclass(frozen=True, slots=True)
class SourceFate:
    sender_domain: str
    sender_name: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Simulation:
    """``before`` is what receivers said that they did, ``after`` what they would have done. ``own_record``
    counts messages of subdomains that had a record of their own, which are in neither. ``sources`` are those
    with most mail lost first."""

    rows: int
    before: Fate
    after: Fate
    own_record: int
    sources: tuple[SourceFate, ...]


Named = Callable[[Row], tuple[str, str]]
"""The sender of a row: its domain and its name."""


@dataclass(slots=True)
class Simulator:
    """Takes the rows of one domain's reports, one after the other."""

    domain: str
    policy: Policy
    named: Named
    rows: int = field(default=0, init=False)
    own_record: int = field(default=0, init=False)
    _before: Fate = field(default=Fate(), init=False)
    _sources: dict[tuple[str, str], Fate] = field(default_factory=dict, init=False)

    def add(self, policy_domain: str, rows: Iterable[Row]) -> None:
        """The rows of a report about ``policy_domain``: this domain, or one below it with its own record."""
        for row in rows:
            self.rows += 1
            if policy_domain != self.domain:
                self.own_record += row.count
                continue
            source = self.named(row)
            self._sources[source] = self._sources.get(source, Fate()) + self._fate(row)
            self._before += fate_of(row.evaluated.disposition or "none", row)

    def result(self) -> Simulation:
        found = [SourceFate(*source, fate) for source, fate in self._sources.items()]
        lost = sorted(found, key=_most_lost)
        after = sum((each.fate for each in found), Fate())
        return Simulation(self.rows, self._before, after, self.own_record, tuple(lost))

    def _fate(self, row: Row) -> Fate:
        if passes(row, self.policy):
            return Fate(delivered=row.count)
        author = row.identifiers.header_from.lower().rstrip(".")
        return fate_of(self.policy.applied(author, self.domain), row)


def _most_lost(source: SourceFate) -> tuple[int, int, str, str]:
    fate = source.fate
    return fate.delivered - fate.messages, -fate.messages, source.sender_domain, source.sender_name


def fate_of(disposition: str, row: Row) -> Fate:
    if disposition not in ("quarantine", "reject"):
        return Fate(delivered=row.count)
    forwarded = row.count if any(each.type in FORWARDED for each in row.evaluated.overrides) else 0
    if disposition == "quarantine":
        return Fate(quarantined=row.count, forwarded=forwarded)
    return Fate(rejected=row.count, forwarded=forwarded)


def passes(row: Row, policy: Policy) -> bool:
    """DMARC, under the policy's alignment modes."""
    author = row.identifiers.header_from
    signed = [each.domain for each in row.auth.dkim if each.result == "pass"]
    sent = [each.domain for each in row.auth.spf if each.result == "pass"]
    return _mechanism(author, signed, policy.adkim, believed=row.evaluated.dkim == "pass") or _mechanism(
        author, sent, policy.aspf, believed=row.evaluated.spf == "pass"
    )


def _mechanism(author: str, passed: list[str], mode: Mode, *, believed: bool) -> bool:
    if not passed:
        return believed
    return any(aligned(author, domain, mode) for domain in passed)


def aligned(author: str, domain: str, mode: Mode) -> bool:
    here, there = author.lower().rstrip("."), domain.lower().rstrip(".")
    if not here or not there:
        return False
    return here == there or (mode is Mode.RELAXED and _organizational(here) == _organizational(there))


@lru_cache(maxsize=16_384)
def _organizational(name: str) -> str:
    return organizational_domain(name)
