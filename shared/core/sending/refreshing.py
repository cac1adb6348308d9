"""Making snapshots of an account's sources, and asking for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.access import Readable, system_readable
from shared.core.accounts import Account, Accounts
from shared.core.callers import Caller, require_scope, require_subscription
from shared.core.clock import utc_day
from shared.core.domains import Domain, Domains
from shared.core.ids import AccountId, DomainId
from shared.core.queues import SourceRefresh, SourceRefreshes
from shared.core.rights import Scope
from shared.core.rollups import DayDetail, Rollups
from shared.core.sending.snapshots import Snapshot, Snapshots, SnapshotState, SnapshotWriter

DAYS: Final = 7
"""Before today, which is in it as far as it has been reported."""

APART: Final = 300
"""Seconds between two snapshots that are asked for."""

STALE: Final = 36 * 3_600
"""Seconds after which a snapshot that is looked at is made anew: somewhat more than the day between those
that nobody asks for."""

FEW_DOMAINS: Final = 20
"""Of so many a first snapshot is made while somebody waits for it."""

_PAGE: Final = 100

Together = Callable[[Callable[[Readable], list[DayDetail]], list[Readable]], Iterable[list[DayDetail]]]
"""``map``, or one that does several at once and keeps the order."""


@dataclass(frozen=True, slots=True)
class Refresher:
    accounts: Accounts
    domains: Domains
    rollups: Rollups
    snapshots: Snapshots
    together: Together = map

    def refresh(self, order: SourceRefresh, now: int) -> bool:
        """Whether a snapshot was made: not for an account that is gone, nor where one was made since it was
        asked for."""
        made = self.snapshots.state(order.account).made
        account = self.accounts.get(order.account)
        while not (account is None or account.is_closing or (made is not None and made > order.asked)):
            snapshot = self.made(account.id, now)
            # A domain that was removed meanwhile may be in it, and is cleared out of what was there before.
            before, account = account.domains, self.accounts.get(order.account)
            if account is not None and account.domains == before:
                return self.snapshots.put(account.id, snapshot)
        return False

    def made(self, account: AccountId, now: int) -> Snapshot:
        """Out of the kept days of every domain, which are read and never counted anew."""
        today = utc_day(now)
        first = today - timedelta(days=DAYS)
        writer = SnapshotWriter(now, first, today)

        def details(right: Readable) -> list[DayDetail]:
            return self.rollups.details(right, first, today)

        for page in self._pages(account):
            days = self.together(details, [system_readable(domain) for domain in page])
            for domain, found in zip(page, days, strict=True):
                writer.add(domain.id, domain.name, found)
        return writer.snapshot()

    def _pages(self, account: AccountId) -> Iterator[list[Domain]]:
        after: DomainId | None = None
        while True:
            page = self.domains.page(account, after=after, limit=_PAGE)
            yield page.items
            if not page.more:
                return
            after = page.items[-1].id


def ask_refresh(snapshots: Snapshots, refreshes: SourceRefreshes, caller: Caller) -> SnapshotState:
    """Have the account's snapshot made anew, unless that was asked for a short while ago."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    _ask(snapshots, refreshes, caller.account_id, int(caller.now))
    return snapshots.state(caller.account_id)


def current(
    snapshots: Snapshots, refreshes: SourceRefreshes, refresher: Refresher, account: Account, now: int
) -> Snapshot:
    """The snapshot as it is. One that is missing is made at once where that is quick; else, as for one that
    is old, it is asked for, and what there is now is answered."""
    found = snapshots.read(account.id)
    if found is None and account.domains <= FEW_DOMAINS:
        found = refresher.made(account.id, now)
        snapshots.put(account.id, found)
    elif found is None or now - found.made > STALE:
        _ask(snapshots, refreshes, account.id, now)
    return found if found is not None else nothing(utc_day(now))


def nothing(today: date) -> Snapshot:
    """What is shown before there is a snapshot: ``made`` is 0."""
    return Snapshot(0, today - timedelta(days=DAYS), today)


def every(accounts: Iterable[AccountId], now: int) -> list[SourceRefresh]:
    """Of accounts that have reports, once a day."""
    return [SourceRefresh(account, now) for account in sorted(set(accounts))]


def _ask(snapshots: Snapshots, refreshes: SourceRefreshes, account: AccountId, now: int) -> None:
    if snapshots.ask(account, now, apart=APART):
        refreshes.send([SourceRefresh(account, now)])


DELAY: Final = 900
"""Seconds by which the snapshots of a night wait for the rollups that are made anew before."""
