"""Sources: who sends as a domain, grouped by sender, with the addresses they used; and who reports it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from shared.core.access import Readable
from shared.core.counters import Counters, Standings
from shared.core.mail import Trust
from shared.core.rollups import DayDetail, ReporterLine, Rollups, SourceLine
from shared.core.senders.identification import strongest
from shared.core.statistics import Span


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """One address of a sender. ``line`` is what was last known of it; its counters and standing are a day's,
    ``counters`` and ``standings`` those of the whole span."""

    line: SourceLine
    counters: Counters
    standings: Standings
    first_seen: date
    last_seen: date


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender with its addresses, most messages first. ``address_count`` counts those cut off too.
    ``evidence`` is the most telling proof of any of them."""

    domain: str
    name: str
    category: str
    evidence: str
    evidence_value: str
    counters: Counters
    standings: Standings
    address_count: int
    addresses: tuple[SourceAddress, ...]
    first_seen: date
    last_seen: date


@dataclass(slots=True)
class _Address:
    line: SourceLine
    first_seen: date
    last_seen: date
    counters: Counters = Counters()
    standings: Standings = Standings()


@dataclass(slots=True)
class _Group:
    addresses: dict[str, _Address] = field(default_factory=dict)

    def add(self, day: date, line: SourceLine) -> None:
        known = self.addresses.get(line.ip)
        if known is None:
            known = self.addresses[line.ip] = _Address(line, day, day)
        elif day > known.last_seen:
            known.line, known.last_seen = line, day
        elif day == known.last_seen:
            known.line = known.line.merged(line)
        known.first_seen = min(known.first_seen, day)
        known.counters += line.counters
        known.standings += Standings.of(line.standing, line.counters.messages)


def senders(
    rollups: Rollups,
    right: Readable,
    span: Span,
    *,
    trusts: Iterable[Trust] = tuple(Trust),
    addresses_each: int = 100,
) -> list[Sender]:
    """Who sent as the domain in the span, most messages first; at most so many addresses of each."""
    groups: dict[str, _Group] = {}
    for day, share in _shares(rollups, right, span, trusts):
        for line in share:
            groups.setdefault(line.sender_domain, _Group()).add(day, line)
    found = [_sender(domain, group, addresses_each) for domain, group in groups.items()]
    return sorted(found, key=lambda sender: (-sender.counters.messages, sender.domain))


def messages_by_address(rollups: Rollups, right: Readable, span: Span) -> Counter[str]:
    """What each address sent as the domain in the span, by the reports of every trust class."""
    counted: Counter[str] = Counter()
    for _, share in _shares(rollups, right, span, Trust):
        for line in share:
            counted[line.ip] += line.counters.messages
    return counted


def reporters(
    rollups: Rollups, right: Readable, span: Span, *, trusts: Iterable[Trust] = tuple(Trust)
) -> list[ReporterLine]:
    """Who reported on the domain in the span, most reports first."""
    wanted = frozenset(trusts)
    sums: dict[str, ReporterLine] = {}
    for detail in _details(rollups, right, span):
        for share in detail.shares:
            for line in share.reporters if share.trust in wanted else ():
                known = sums.get(line.reporter)
                sums[line.reporter] = line if known is None else known + line
    return sorted(sums.values(), key=lambda line: (-line.reports, -line.messages, line.reporter))


def _details(rollups: Rollups, right: Readable, span: Span) -> list[DayDetail]:
    return [] if span.empty else rollups.details(right, span.first, span.last)


def _shares(
    rollups: Rollups, right: Readable, span: Span, trusts: Iterable[Trust]
) -> Iterable[tuple[date, tuple[SourceLine, ...]]]:
    wanted = frozenset(trusts)
    for detail in _details(rollups, right, span):
        for share in detail.shares:
            if share.trust in wanted:
                yield detail.day, share.sources


def _sender(domain: str, group: _Group, addresses_each: int) -> Sender:
    ranked = sorted(group.addresses.values(), key=lambda each: (-each.counters.messages, each.line.ip))
    newest = max(ranked, key=lambda each: each.last_seen).line
    evidence, value = strongest(*((each.line.evidence, each.line.evidence_value) for each in ranked))
    return Sender(
        domain=domain,
        name=newest.sender_name,
        category=newest.category,
        evidence=evidence,
        evidence_value=value,
        counters=sum((each.counters for each in ranked), Counters()),
        standings=sum((each.standings for each in ranked), Standings()),
        address_count=len(ranked),
        addresses=tuple(
            SourceAddress(each.line, each.counters, each.standings, each.first_seen, each.last_seen)
            for each in ranked[:addresses_each]
        ),
        first_seen=min(each.first_seen for each in ranked),
        last_seen=max(each.last_seen for each in ranked),
    )
