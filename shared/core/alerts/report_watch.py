"""Once a day over each account's reports: what is out of the ordinary becomes an alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Protocol

from shared.core.access import system_readable
from shared.core.accounts import Account, Accounts
from shared.core.alerts.events import AlertEvent, AlertEvents, AlertKind
from shared.core.alerts.silences import SILENT_DAYS, silences
from shared.core.alerts.spikes import HISTORY_DAYS, failed_of, spike_on
from shared.core.clock import epoch_of
from shared.core.domains import Domain, Domains
from shared.core.ids import AccountId, DomainId
from shared.core.rollups import Rollups

PIECE: Final = 20
"""Domains of one message."""

LOOKED_AT: Final = 3
"""Days that are looked at again: reports of a day come up to two days later."""


@dataclass(frozen=True, slots=True)
class WatchOrder:
    """To watch the domains of an account after ``after``, as it looks on ``today``."""

    account: AccountId
    today: date
    after: DomainId | None = None


class WatchOrders(Protocol):
    def send(self, orders: Iterable[WatchOrder]) -> None: ...


@dataclass(frozen=True, slots=True)
class DigestOrder:
    """To send the digests of an account that are due on ``today``."""

    account: AccountId
    today: date


class DigestOrders(Protocol):
    def send(self, orders: Iterable[DigestOrder], *, delay: int = 0) -> None: ...


DIGEST_DELAY: Final = 300
"""Seconds after the last domain was watched: its alerts are kept by then."""


@dataclass(frozen=True, slots=True)
class ReportWatch:
    accounts: Accounts
    domains: Domains
    rollups: Rollups
    alerts: AlertEvents
    orders: WatchOrders
    digests: DigestOrders

    def watch(self, order: WatchOrder) -> int:
        """One piece, and the order for the next; after the last one that for the digests. How many domains
        it was. Done twice, it sends the same events."""
        account = self.accounts.get(order.account)
        if account is None or account.is_closing:
            return 0
        page = self.domains.page(order.account, after=order.after, limit=PIECE)
        watched = [domain for domain in page.items if domain.active]
        for domain in watched:
            self.alerts.send(self._events(domain, order.today))
        if page.more and page.items:
            self.orders.send([replace(order, after=page.items[-1].id)])
        else:
            self.digests.send([DigestOrder(order.account, order.today)], delay=DIGEST_DELAY)
        return len(watched)

    def _events(self, domain: Domain, today: date) -> list[AlertEvent]:
        return [*self._spikes(domain, today), *self._silences(domain, today)]

    def _spikes(self, domain: Domain, today: date) -> Iterator[AlertEvent]:
        first, last = today - timedelta(days=LOOKED_AT + HISTORY_DAYS), today - timedelta(days=1)
        days = [failed_of(each) for each in self.rollups.totals(system_readable(domain), first, last)]
        for back in range(LOOKED_AT, 0, -1):
            spike = spike_on(today - timedelta(days=back), days)
            if spike is not None:
                facts: dict[str, str | int] = {
                    "day": spike.day.isoformat(),
                    "failed": spike.failed,
                    "messages": spike.messages,
                    "quarantined": spike.quarantined,
                    "rejected": spike.rejected,
                    "usual": spike.usual,
                }
                yield _event(domain, AlertKind.FAILURE_SPIKE, spike.day.isoformat(), spike.day, facts)

    def _silences(self, domain: Domain, today: date) -> Iterator[AlertEvent]:
        first = today - timedelta(days=SILENT_DAYS + HISTORY_DAYS)
        details = self.rollups.details(system_readable(domain), first, today - timedelta(days=1))
        for silence in silences(today, details):
            last = silence.last.isoformat()
            facts: dict[str, str | int] = {
                "reporter": silence.reporter,
                "last": last,
                "usual_days": silence.usual,
            }
            yield _event(domain, AlertKind.REPORTER_SILENT, f"{silence.reporter}:{last}", silence.last, facts)


def to_be_watched(accounts: Iterable[Account], today: date) -> Iterator[WatchOrder]:
    """One for each account that is not about to be deleted."""
    return (WatchOrder(account.id, today) for account in accounts if not account.is_closing)


def _event(domain: Domain, kind: AlertKind, key: str, day: date, facts: dict[str, str | int]) -> AlertEvent:
    return AlertEvent(domain.account, domain.id, kind, key, epoch_of(day), facts)
