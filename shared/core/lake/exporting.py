"""The nightly export: which days are due, writing one, and taking a removed domain out of all of them.

Everything may be done twice: a day is written whole in the place of what was there. Two that write the same
day see each other by the version of its note, and the later one does it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.access import system_readable
from shared.core.accounts import Accounts
from shared.core.clock import utc_day
from shared.core.detail.reading import Knowledge
from shared.core.domains import Domain, Domains
from shared.core.ids import AccountId, DomainId
from shared.core.lake.day_statistics import Line, line_of
from shared.core.lake.ledger import Exported, Fingerprint, LakeLedger, fingerprint
from shared.core.lake.rows import rows_of
from shared.core.lake.shelf import LakeShelf
from shared.core.queues import LakeTask, LakeTasks
from shared.core.reports import Fact, Reports
from shared.core.rollups import Rollups

RECENT_DAYS: Final = 35
"""Days that are looked at every night: reports come late by weeks at the most."""

_SUNDAY: Final = 6
"""The weekday on which all retained days are looked at."""

_PAGE: Final = 100
_ATTEMPTS: Final = 4
_CHUNK: Final = 20
"""Days that one message takes a domain out of."""


class Contended(Exception):
    """Others keep writing the same day; the message comes back later."""


@dataclass(frozen=True, slots=True)
class LakeExporter:
    accounts: Accounts
    domains: Domains
    reports: Reports
    rollups: Rollups
    ledger: LakeLedger
    shelf: LakeShelf
    tasks: LakeTasks
    knowledge: Knowledge

    def run(self, task: LakeTask, now: int) -> int:
        """How many days were found due, written, or looked at for what is to be forgotten."""
        if task.forget is not None:
            return self._forget(task, task.forget)
        account = self.accounts.get(task.account)
        if account is None or account.is_closing:
            return 0
        if task.day is not None:
            return self._write(task.account, task.day)
        today = utc_day(now)
        back = account.plan.retention_days
        if today.weekday() != _SUNDAY:
            back = min(back, RECENT_DAYS)
        due = self._due(task.account, today - timedelta(days=back), today)
        self.tasks.send(LakeTask(task.account, day) for day in due)
        return len(due)

    def _due(self, account: AccountId, first: date, last: date) -> list[date]:
        """The days that are not in the lake as they are. A day without any rollup is left as it is: its
        reports may have been there for as long as the plan keeps them, and the lake keeps them longer."""
        made: defaultdict[date, Fingerprint] = defaultdict(Fingerprint)
        for domain in self._all(account):
            for day, version in self.ledger.versions(account, domain.id, first, last).items():
                made[day].add(domain.id, version)
        written = self.ledger.between(account, first, last)
        none = Exported(date.min)
        return sorted(
            day for day, found in made.items() if found.text() != written.get(day, none).fingerprint
        )

    def _write(self, account: AccountId, day: date) -> int:
        for _ in range(_ATTEMPTS):
            before = self.ledger.get(account, day)
            everything = {domain.id: domain for domain in self._all(account)}
            # Before the reports: what changes meanwhile has another version, and is seen the next night.
            versions = self.ledger.versions_on(account, everything, day)
            domains = [everything[home] for home, version in versions.items() if version.holds]
            rows = self.shelf.put_facts(
                account, day, rows_of(account, self._facts(domains, day), self.knowledge)
            )
            lines = list(self._lines(domains, day))
            self.shelf.put_statistics(account, day, lines)
            # A domain that was removed meanwhile may have been forgotten before it was written.
            if self._still_there(account, domains) and self._noted(
                account, before, fingerprint(versions), empty=not rows and not lines
            ):
                return 1
        raise Contended(f"{_ATTEMPTS} attempts at {day} of {account}")

    def _forget(self, task: LakeTask, domain: DomainId) -> int:
        """Of the lake's own files: the reports are gone. The nights look again at what is changed here."""
        account = task.account
        if self.domains.get(account, domain) is not None:
            return 0
        found = self.ledger.after(account, task.day, _CHUNK)
        for day in found:
            self._without(account, domain, day)
        if len(found) == _CHUNK:
            self.tasks.send([LakeTask(account, found[-1], domain)])
        return len(found)

    def _without(self, account: AccountId, domain: DomainId, day: date) -> None:
        for attempt in range(_ATTEMPTS):
            before = self.ledger.get(account, day)
            left = self.shelf.forget(account, day, domain)
            if left is None and attempt == 0:
                return
            # After an attempt that met another writer the files may be older than the note of them.
            if self._noted(account, before, "", empty=left is False):
                return
        raise Contended(f"{_ATTEMPTS} attempts at {day} of {account}")

    def _noted(self, account: AccountId, before: Exported, found: str, *, empty: bool) -> bool:
        if empty:
            return self.ledger.strike(account, before)
        return self.ledger.note(account, before, found)

    def _still_there(self, account: AccountId, domains: list[Domain]) -> bool:
        return len(self.domains.get_many(account, [each.id for each in domains])) == len(domains)

    def _facts(self, domains: list[Domain], day: date) -> Iterator[Fact]:
        for domain in domains:
            yield from self.reports.of_span(domain.account, domain.id, day, day)

    def _lines(self, domains: list[Domain], day: date) -> Iterator[Line]:
        for domain in domains:
            for totals in self.rollups.totals(system_readable(domain), day, day):
                yield line_of(domain, totals)

    def _all(self, account: AccountId) -> Iterator[Domain]:
        after: DomainId | None = None
        while True:
            page = self.domains.page(account, after=after, limit=_PAGE)
            yield from page.items
            if not page.more:
                return
            after = page.items[-1].id
