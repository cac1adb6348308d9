"""What a day's rollup adds to the history of a domain's senders, and who is told of new ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.alerts.events import AlertEvent, AlertEvents, AlertKind
from shared.core.clock import epoch_of, utc_day
from shared.core.domains import Domain
from shared.core.rollups import DayRollup, SourceLine
from shared.core.senders.history import SenderHistories, SenderHistory, newcomers, with_day

MOST_EVENTS: Final = 20
"""New sources of a day that are told: a flood of them is one message's worth of news."""

_RECENT: Final = timedelta(days=7)
_ATTEMPTS: Final = 8


class HistoryContended(Exception):
    """Others keep replacing the same history; the message comes back later."""


@dataclass(frozen=True, slots=True)
class SourceMemory:
    histories: SenderHistories
    alerts: AlertEvents

    def take(self, domain: Domain, rollup: DayRollup, now: int) -> None:
        """Widen the domain's history by the day, and raise an alert for each new source. Alerts go first: a
        crash between the two sends them again, and sending twice is harmless."""
        for _ in range(_ATTEMPTS):
            known = self.histories.get(domain.account, domain.id)
            told = with_day(known, rollup)
            if told == known:
                return
            raise_new_sources(self.alerts, domain, known, rollup, utc_day(now))
            if self.histories.replace(domain.account, domain.id, told):
                return
        raise HistoryContended(f"{_ATTEMPTS} attempts at {domain.id} of {domain.account}")


def raise_new_sources(
    alerts: AlertEvents, domain: Domain, known: SenderHistory, rollup: DayRollup, today: date
) -> None:
    """Of days long past nothing is news: they come from uploads and rebuilding."""
    if today - rollup.day > _RECENT:
        return
    found = newcomers(known, rollup)[:MOST_EVENTS]
    if found:
        alerts.send([_event(domain, line, rollup.day) for line in found])


def _event(domain: Domain, line: SourceLine, day: date) -> AlertEvent:
    return AlertEvent(
        domain.account,
        domain.id,
        AlertKind.NEW_SOURCE,
        key=line.sender_domain,
        at=epoch_of(day),
        facts={
            "source": line.sender_name,
            "sender_domain": line.sender_domain,
            "category": line.category,
            "messages": line.counters.messages,
            "dmarc_pass": line.counters.dmarc_pass,
            "day": day.isoformat(),
        },
    )
