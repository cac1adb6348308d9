"""The sources of an account, out of its snapshot: what the caller may see of it, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import add
from typing import TypeVar

from shared.core.access import Readable
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.senders.identification import UNLISTED, strongest
from shared.core.senders.numbers import source_number
from shared.core.senders.standing import Standing
from shared.core.sending.snapshots import Line, SenderName, Snapshot, Sums

_Key = TypeVar("_Key", int, tuple[int, int])


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """``domains`` is None for all; ``search`` is part of the sender's domain or name; ``standing`` that of
    most of its messages, among those that are counted."""

    domains: frozenset[DomainId] | None = None
    trusts: tuple[Trust, ...] = tuple(Trust)
    number: int | None = None
    search: str = ""
    standing: Standing | None = None
    known: bool | None = None


@dataclass(frozen=True, slots=True)
class AccountSource:
    """``proof`` is the most telling one there was of the sender, and what gave it away."""

    number: int
    sender: SenderName
    domain_count: int
    sums: Sums
    first_seen: date
    last_seen: date
    proof: tuple[str, str]


@dataclass(frozen=True, slots=True)
class SourceDomain:
    """What one source sent as one domain; ``proof`` as in ``AccountSource``."""

    number: int
    sender: SenderName
    domain: DomainId
    name: str
    sums: Sums
    first_seen: date
    last_seen: date
    proof: tuple[str, str]


@dataclass(slots=True)
class _Total:
    sums: tuple[int, ...]
    first: int
    last: int
    domains: set[int]
    proof: tuple[str, str]

    def add(self, line: Line) -> None:
        self.sums = tuple(map(add, self.sums, line.sums))
        self.first, self.last = min(self.first, line.first), max(self.last, line.last)
        self.domains.add(line.domain)
        self.proof = strongest(self.proof, line.proof)


def account_sources(snapshot: Snapshot, right: Readable, wanted: SourceFilter) -> list[AccountSource]:
    """Most messages first."""
    totals = _totals(_lines(snapshot, right, wanted), lambda line: line.sender)
    found = []
    for place, total in totals.items():
        sender, sums = snapshot.senders[place], Sums(*total.sums)
        if wanted.standing in (None, sums.standings.dominant):
            days = date.fromordinal(total.first), date.fromordinal(total.last)
            number = source_number(sender.domain)
            found.append(AccountSource(number, sender, len(total.domains), sums, *days, total.proof))
    return sorted(found, key=lambda each: (-each.sums.messages, each.sender.domain))


def source_domains(snapshot: Snapshot, right: Readable, wanted: SourceFilter) -> list[SourceDomain]:
    """Most messages first."""
    totals = _totals(_lines(snapshot, right, wanted), lambda line: (line.domain, line.sender))
    found = []
    for (home, place), total in totals.items():
        sender, sums = snapshot.senders[place], Sums(*total.sums)
        if wanted.standing in (None, sums.standings.dominant):
            days = date.fromordinal(total.first), date.fromordinal(total.last)
            number = source_number(sender.domain)
            found.append(SourceDomain(number, sender, *snapshot.domains[home], sums, *days, total.proof))
    return sorted(found, key=lambda each: (-each.sums.messages, each.name, each.sender.domain))


def _lines(snapshot: Snapshot, right: Readable, wanted: SourceFilter) -> Iterator[Line]:
    """Those that the right covers and the filter wants: what is summed."""
    homes = {
        place
        for place, (number, _) in enumerate(snapshot.domains)
        if right.covers(number) and (wanted.domains is None or number in wanted.domains)
    }
    senders = {place for place, sender in enumerate(snapshot.senders) if _is_wanted(sender, wanted)}
    for line in snapshot.lines:
        if line.domain in homes and line.sender in senders and snapshot.trust_of(line) in wanted.trusts:
            yield line


def _totals(lines: Iterable[Line], key: Callable[[Line], _Key]) -> dict[_Key, _Total]:
    totals: dict[_Key, _Total] = {}
    for line in lines:
        total = totals.get(key(line))
        if total is None:
            totals[key(line)] = _Total(line.sums, line.first, line.last, {line.domain}, line.proof)
        else:
            total.add(line)
    return totals


def _is_wanted(sender: SenderName, wanted: SourceFilter) -> bool:
    if wanted.number is not None and source_number(sender.domain) != wanted.number:
        return False
    if wanted.known is not None and wanted.known is (sender.category == UNLISTED):
        return False
    part = wanted.search.strip().lower()
    return not part or part in sender.domain.lower() or part in sender.name.lower()
