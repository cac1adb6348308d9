from __future__ import annotations

from datetime import date

from shared.core.access import Readable
from shared.core.counters import Standings
from shared.core.ids import AccountId, DomainId
from shared.core.rollups import AccountDay, DayDetail, DayRollup, DayTotals
from shared.core.tls.days import TlsDay

_Home = tuple[AccountId, DomainId]


class FakeRollups:
    def __init__(self) -> None:
        self.stored: dict[tuple[_Home, date], DayRollup] = {}
        self.versions: dict[tuple[_Home, date], int] = {}

    def version(self, account: AccountId, domain: DomainId, day: date) -> int:
        return self.versions.get(((account, domain), day), 0)

    def replace(self, rollup: DayRollup, *, expected: int) -> bool:
        key = (rollup.account, rollup.domain), rollup.day
        if self.versions.get(key, 0) != expected:
            return False
        self.versions[key] = expected + 1
        if rollup.totals == DayTotals(rollup.day):
            self.stored.pop(key, None)
        else:
            self.stored[key] = rollup
        return True

    def totals(self, right: Readable, first: date, last: date) -> list[DayTotals]:
        return [rollup.totals for rollup in self._between(right, first, last)]

    def details(self, right: Readable, first: date, last: date) -> list[DayDetail]:
        return [rollup.detail for rollup in self._between(right, first, last)]

    def tls_days(self, right: Readable, first: date, last: date) -> list[TlsDay]:
        return [
            TlsDay(domain, day, rollup.tls)
            for ((account, domain), day), rollup in sorted(self.stored.items(), key=lambda item: item[0])
            if account == right.account and right.covers(domain) and rollup.tls and first <= day <= last
        ]

    def weeks(self, right: Readable, first: date, last: date) -> dict[DomainId, Standings]:
        found: dict[DomainId, Standings] = {}
        for ((account, domain), day), rollup in self.stored.items():
            messages = rollup.totals.share().standings
            if (
                account == right.account
                and right.covers(domain)
                and first <= day <= last
                and any(messages.counts)
            ):
                found[domain] = found.get(domain, Standings()) + messages
        return found

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """Days that were removed are gone."""

    def days_of(self, account: AccountId, domain: DomainId) -> list[date]:
        return sorted(day for home, day in self.stored if home == (account, domain))

    def parked_messages(self, account: AccountId, first: date, last: date) -> int:
        return sum(
            rollup.totals.share().counters.messages
            for ((owner, _), day), rollup in self.stored.items()
            if owner == account and first <= day <= last and rollup.parked
        )

    def account_days(self, right: Readable, first: date, last: date) -> list[AccountDay]:
        if not right.whole:
            raise ValueError("days of an account are read of all its domains")
        sums: dict[date, AccountDay] = {}
        for ((account, _), day), rollup in sorted(self.stored.items(), key=lambda item: item[0][1]):
            if account == right.account and first <= day <= last:
                sums[day] = _added(sums.get(day, AccountDay(day)), rollup.totals)
        return [value for value in sums.values() if value != AccountDay(value.day)]

    def _between(self, right: Readable, first: date, last: date) -> list[DayRollup]:
        if right.domain is None:
            raise ValueError("rollups of days are read of one domain")
        home = right.account, right.domain.id
        days = sorted(day for owner, day in self.stored if owner == home and first <= day <= last)
        return [self.stored[home, day] for day in days]


def _added(sums: AccountDay, totals: DayTotals) -> AccountDay:
    share = totals.share()
    return AccountDay(
        sums.day,
        reports=sums.reports + share.reports,
        messages=sums.messages + share.counters.messages,
        tls_reports=sums.tls_reports + totals.tls.reports,
        failure_reports=sums.failure_reports + totals.failure.reports,
    )
