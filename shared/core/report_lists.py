"""Lists of reports, and one report: within the plan's retention, page by page."""

from __future__ import annotations

from dataclasses import replace

from shared.core.access import Caller, Readable, require_retained
from shared.core.errors import Malformed, NotFound
from shared.core.ids import ReportId
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.reports import Fact, ReportFilter, Reports, ReportSummary
from shared.mailauth.reports.values import Kind


def list_reports(
    reports: Reports, caller: Caller, right: Readable, wanted: ReportFilter, page: PageRequest
) -> Page[ReportSummary]:
    """Reports of one domain or the whole account, newest period first.

    The total is counted for the first page and travels in the cursor."""
    if wanted.first and wanted.last and wanted.first > wanted.last:
        raise Malformed("start_date is after end_date", param="start_date")
    if wanted.first is not None:
        require_retained(caller, wanted.first, param="start_date")
    if wanted.last is not None:
        require_retained(caller, wanted.last, param="end_date")
    if wanted.first is None and wanted.kind is not Kind.FAILURE:
        wanted = replace(wanted, first=caller.retained_from)
    cursor = page.cursor
    after = ReportId(cursor.id) if cursor else None
    found = reports.page(right, wanted, after=after, limit=page.limit)
    total = cursor.total if cursor and cursor.total is not None else reports.count(right, wanted)
    following = None if found.after is None else Cursor(found.after, total)
    return Page(found.items, following, total)


def read_report(reports: Reports, caller: Caller, right: Readable, report: ReportId) -> Fact:
    """One report with all it says. ``NotFound``, or ``RetentionExceeded`` once the plan hides it."""
    summary = find_report(reports, caller, right, report)
    fact = reports.fact(summary)
    if fact is None:
        raise _missing()
    return fact


def find_report(reports: Reports, caller: Caller, right: Readable, report: ReportId) -> ReportSummary:
    summary = reports.find(right, report)
    if summary is None:
        raise _missing()
    if summary.kind is not Kind.FAILURE:
        require_retained(caller, summary.day, param="id")
    return summary


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")
