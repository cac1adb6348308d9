"""Failed sessions, one by one and by their cause.

Which days have any is known without reading a report: those of a page are all that is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shared.core.access import Readable
from shared.core.documents import unpack_policies
from shared.core.errors import Malformed
from shared.core.ids import DomainId, ReportId
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.reports import ReportFilter, Reports, ReportSummary
from shared.core.rollups import Rollups
from shared.core.statistics import Span
from shared.core.tls.days import UNKNOWN, TlsDay, believed
from shared.mailauth.reports.values import Kind, TlsFailure

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class FailedSessions:
    """One entry of the details of one report."""

    report: ReportSummary
    policy_domain: str
    policy_type: str
    failure: TlsFailure


@dataclass(frozen=True, slots=True)
class CauseSum:
    """``sessions`` and ``details`` are as in ``Cause``."""

    result_type: str
    sessions: int
    details: int
    domains: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Overview:
    """``successful`` and ``failed`` are the summaries'; ``days`` those that have reports."""

    successful: int
    failed: int
    causes: list[CauseSum]
    days: list[tuple[date, int, int]]

    @property
    def unexplained(self) -> int:
        """Failed sessions of which no detail tells the cause."""
        return max(self.failed - sum(cause.sessions for cause in self.causes), 0)


def failures_page(
    rollups: Rollups,
    reports: Reports,
    right: Readable,
    span: Span,
    page: PageRequest,
    *,
    result_type: str | None = None,
) -> Page[FailedSessions]:
    """Latest day first, then by domain, latest report first. The cursor counts entries."""
    days = _newest_first(rollups.tls_days(right, span.first, span.last))
    counts = [(day, day.details(result_type)) for day in days]
    total = sum(count for _, count in counts)
    place = page.cursor.id if page.cursor else 0
    if place > total:
        raise Malformed("The cursor is not one of ours", param="cursor")
    items: list[FailedSessions] = []
    start = 0
    for day, count in counts:
        skipped, wanted = max(place - start, 0), page.limit - len(items)
        if skipped < count and wanted > 0:
            found = list(_of_day(reports, right, day, result_type))[skipped : skipped + wanted]
            items += found
            # What was deleted a moment ago is still counted: it is passed over.
            place = start + (skipped + wanted if len(found) == wanted else count)
        start += count
    place = min(place, total)
    return Page(items, Cursor(place) if place < total else None, total)


def overview(rollups: Rollups, right: Readable, span: Span) -> Overview:
    found = rollups.tls_days(right, span.first, span.last)
    lines = [(day, line) for day in found for line in day.lines]
    successful, failed = Counter[date](), Counter[date]()
    for day, line in lines:
        successful[day.day] += line.successful
        failed[day.day] += line.failed
    return Overview(
        successful=successful.total(),
        failed=failed.total(),
        causes=sorted(_causes(found), key=lambda each: (-each.sessions, each.result_type)),
        days=[(day, successful[day], failed[day]) for day in sorted(successful)],
    )


def _causes(days: Iterable[TlsDay]) -> Iterator[CauseSum]:
    sessions, details = Counter[str](), Counter[str]()
    seen: dict[str, set[tuple[DomainId, date]]] = {}
    for day in days:
        for cause in (cause for line in day.lines for cause in line.causes):
            sessions[cause.result_type] += cause.sessions
            details[cause.result_type] += cause.details
            seen.setdefault(cause.result_type, set()).add((day.domain, day.day))
    for name, where in seen.items():
        on = [day for _, day in where]
        homes = len({home for home, _ in where})
        yield CauseSum(name, sessions[name], details[name], homes, min(on), max(on))


def _newest_first(days: Iterable[TlsDay]) -> Sequence[TlsDay]:
    return sorted(days, key=lambda each: (-each.day.toordinal(), each.domain))


def _of_day(
    reports: Reports, right: Readable, day: TlsDay, result_type: str | None
) -> Iterator[FailedSessions]:
    home = right.narrowed([day.domain])
    wanted = ReportFilter(Kind.TLS, day.day, day.day)
    after: ReportId | None = None
    while True:
        page = reports.page(home, wanted, after=after, limit=_AT_ONCE)
        for fact in reports.whole([each for each in page.items if believed(each.trust)]):
            for policy in unpack_policies(fact.segment):
                for failure in policy.failures:
                    if result_type in (None, failure.result_type or UNKNOWN):
                        yield FailedSessions(fact.summary, policy.policy_domain, policy.policy_type, failure)
        after = page.after
        if after is None:
            return
