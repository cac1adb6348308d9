"""The mail of a domain as its reports tell it, seen from the questions that advice asks.

Reports whose own mail failed authentication count for nothing here: whoever can forge a report could
otherwise talk an owner into a policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from shared.core.counters import Counters
from shared.core.mail import Trust
from shared.core.rollups import DayDetail, DayTotals, SourceLine
from shared.core.senders.standing import Standing

WINDOW_DAYS: Final = 30
"""Days that advice rests on, today included."""

RECENT_DAYS: Final = 7
BELIEVED: Final = frozenset(Trust) - {Trust.FAILED}


def failing(counters: Counters) -> int:
    """Messages that fail DMARC and were not forwarded on their way, as far as their receivers know."""
    return counters.messages - counters.dmarc_pass - counters.forwarded


@dataclass(frozen=True, slots=True)
class SourceTraffic:
    """One sender in one standing. ``days`` has the days on which it sent, ascending."""

    sender_domain: str
    sender_name: str
    standing: Standing
    days: tuple[tuple[date, Counters], ...]

    @property
    def lately(self) -> Counters:
        """Of the last days on which it sent: how it stands now, however rarely it sends."""
        return sum((counted for _, counted in self.days[-RECENT_DAYS:]), Counters())

    def counters(self, since: date = date.min) -> Counters:
        return sum((counted for day, counted in self.days if day >= since), Counters())


@dataclass(frozen=True, slots=True)
class Traffic:
    """The window's days up to ``today``. ``reporters`` has the days on which each reported."""

    today: date
    days: tuple[tuple[date, Counters], ...] = ()
    sources: tuple[SourceTraffic, ...] = ()
    reporters: Mapping[str, tuple[date, ...]] = field(default_factory=dict, hash=False)

    @property
    def total(self) -> Counters:
        return sum((counted for _, counted in self.days), Counters())

    @property
    def last(self) -> date | None:
        """The last day of which there is a report."""
        return self.days[-1][0] if self.days else None

    def busiest_of(self, *standings: Standing) -> int:
        """Messages in these standings of the day that had most of them."""
        days: Counter[date] = Counter()
        for source in self.in_standing(*standings):
            days.update({day: counted.messages for day, counted in source.days})
        return max(days.values(), default=0)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def reported_since(self, first: date) -> bool:
        return self.last is not None and self.last >= first

    def in_standing(self, *standings: Standing) -> Iterator[SourceTraffic]:
        return (source for source in self.sources if source.standing in standings)


def window(today: date) -> tuple[date, date]:
    """First and last day of what ``traffic`` is made of."""
    return today - timedelta(days=WINDOW_DAYS - 1), today


def traffic(today: date, totals: Iterable[DayTotals], details: Iterable[DayDetail]) -> Traffic:
    """Days and sources of the window; a sender with several addresses is one source."""
    first, last = window(today)
    days = [(each.day, each.share(BELIEVED).counters) for each in totals if first <= each.day <= last]
    sources: dict[tuple[str, str], dict[date, Counters]] = {}
    names: dict[tuple[str, str], SourceLine] = {}
    reporters: dict[str, set[date]] = {}
    for detail in details:
        if not first <= detail.day <= last:
            continue
        for share in detail.shares:
            if share.trust not in BELIEVED:
                continue
            for reporter in share.reporters:
                reporters.setdefault(reporter.reporter, set()).add(detail.day)
            for line in share.sources:
                key = (line.standing.value, line.sender_domain)
                names[key] = line
                counted = sources.setdefault(key, {})
                counted[detail.day] = counted.get(detail.day, Counters()) + line.counters
    return Traffic(
        today,
        tuple(
            sorted(((day, counted) for day, counted in days if counted.messages), key=lambda each: each[0])
        ),
        tuple(_source(names[key], sources[key]) for key in sorted(sources)),
        {name: tuple(sorted(found)) for name, found in sorted(reporters.items())},
    )


def _source(line: SourceLine, days: Mapping[date, Counters]) -> SourceTraffic:
    return SourceTraffic(
        line.sender_domain,
        line.sender_name,
        line.standing,
        tuple(sorted(days.items(), key=lambda each: each[0])),
    )
