"""Failure reports deleted for good: the mail, the report, its part in the figures of its day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.core.access import Readable, find_to_remove
from shared.core.callers import Caller, level_in, require_scope
from shared.core.domains import Domains
from shared.core.errors import Forbidden, NotFound
from shared.core.failures.jobs import FailureJobs, asker_of
from shared.core.failures.showing import number_of
from shared.core.groups import Groups
from shared.core.ids import DomainId
from shared.core.mail import Mailbox
from shared.core.queues import TouchedDays
from shared.core.reports import ReportFilter, Reports, ReportSummary
from shared.core.rights import Level, Scope
from shared.core.withdrawing import withdraw
from shared.mailauth.reports.values import Kind

MOST_AT_ONCE = 200
"""Reports that one request deletes; each takes some calls, and somebody waits."""

_PIECE = 50


@dataclass(frozen=True, slots=True)
class Removed:
    """``missing`` names what is not there, or out of sight."""

    deleted: tuple[ReportSummary, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemovedAll:
    """``more`` are left: ask again."""

    deleted: int
    jobs: int
    more: bool


@dataclass
class Removing:
    """For one request."""

    reports: Reports
    mailbox: Mailbox
    touched_days: TouchedDays
    domains: Domains
    groups: Groups
    caller: Caller
    _levels: dict[DomainId, bool] = field(default_factory=dict)

    def named(self, names: Iterable[str]) -> Removed:
        """``Forbidden`` where one of them may be seen and not deleted: then none is."""
        right = self._right()
        found, missing = list[ReportSummary](), list[str]()
        for name in dict.fromkeys(names):
            summary = self._find(right, name)
            if summary is None:
                missing.append(name)
            elif self._may_write(summary):
                found.append(summary)
            else:
                raise Forbidden("You may read reports of this domain and not delete them", param="ids")
        deleted = tuple({summary.id: summary for summary in found}.values())
        self._remove(deleted)
        return Removed(deleted, tuple(missing))

    def all(self, jobs: FailureJobs, *, before: date | None = None) -> RemovedAll:
        """All (of arrivals before a day) of the domains that the caller may write to, as many as one request
        can, and the searches: the caller's own, or everybody's for who sees every domain."""
        right = self._right()
        if self.caller.rights.highest is not Level.WRITE:
            raise Forbidden("You may not delete reports of any domain")
        gone = jobs.remove_all(right.account, None if right.whole else asker_of(self.caller))
        wanted = ReportFilter(Kind.FAILURE, last=None if before is None else before - timedelta(days=1))
        deleted, after = 0, None
        while deleted < MOST_AT_ONCE:
            page = self.reports.page(right, wanted, after=after, limit=_PIECE)
            mine = [summary for summary in page.items if self._may_write(summary)]
            self._remove(mine)
            deleted += len(mine)
            after = page.after
            if after is None:
                break
        return RemovedAll(deleted, gone, after is not None)

    def _right(self) -> Readable:
        require_scope(self.caller, Scope.FORENSIC)
        return find_to_remove(self.caller, self.groups)

    def _find(self, right: Readable, name: str) -> ReportSummary | None:
        try:
            summary = self.reports.find(right, number_of(name))
        except NotFound:
            return None
        return summary if summary is not None and summary.kind is Kind.FAILURE else None

    def _may_write(self, summary: ReportSummary) -> bool:
        home = summary.domain_id
        if home not in self._levels:
            domain = self.domains.get(summary.account, home)
            self._levels[home] = domain is not None and level_in(self.caller, domain) is Level.WRITE
        return self._levels[home]

    def _remove(self, summaries: Collection[ReportSummary]) -> None:
        withdraw(summaries, self.reports, self.mailbox, self.touched_days)
