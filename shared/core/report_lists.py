"""Lists of reports, and one report: within the plan's retention, page by page."""

from __future__ import annotations

from dataclasses import replace

from shared.core.access import Readable, find_to_remove, write_domain
from shared.core.callers import Caller, require_retained, require_scope
from shared.core.domains import Domains
from shared.core.errors import Forbidden, Malformed, NotFound
from shared.core.groups import Groups
from shared.core.ids import ReportId
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.reports import Fact, ReportFilter, Reports, ReportSummary
from shared.core.rights import Scope
from shared.mailauth.reports.values import Kind


def list_reports(
    reports: Reports, caller: Caller, right: Readable, wanted: ReportFilter, page: PageRequest
) -> Page[ReportSummary]:
    """Reports of one domain or the whole account, newest period first.

    The total is counted for the first page and travels in the cursor."""
    if wanted.kind is Kind.FAILURE and not right.forensic:
        raise Forbidden("Failure reports need the forensic right", param="type")
    check_days(caller, wanted)
    if wanted.first is None and wanted.kind is not Kind.FAILURE:
        wanted = replace(wanted, first=caller.retained_from)
    cursor = page.cursor
    after = ReportId(cursor.id) if cursor else None
    found = reports.page(right, wanted, after=after, limit=page.limit)
    total = cursor.total if cursor and cursor.total is not None else reports.count(right, wanted)
    following = None if found.after is None else Cursor(found.after, total)
    return Page(found.items, following, total)


def check_days(caller: Caller, wanted: ReportFilter) -> None:
    """``Malformed`` in the wrong order, ``RetentionExceeded`` beyond what the plan keeps."""
    if wanted.first and wanted.last and wanted.first > wanted.last:
        raise Malformed("start_date is after end_date", param="start_date")
    if wanted.first is not None:
        require_retained(caller, wanted.first, param="start_date")
    if wanted.last is not None:
        require_retained(caller, wanted.last, param="end_date")


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


def find_mail(reports: Reports, caller: Caller, right: Readable, report: ReportId) -> ReportSummary:
    """A report whose mail may be read: ``Forbidden`` where the mail brought other reports, too, for who may
    not read whatever those may be; and that of a failure report for who does not administer the account,
    as it hides no personal data."""
    summary = find_report(reports, caller, right, report)
    if summary.kind is Kind.FAILURE:
        require_scope(caller, Scope.ADMIN)
    if not summary.sole and not (right.whole and right.forensic):
        raise Forbidden("This mail brought other reports, too: it needs a right to all of the account")
    return summary


def report_to_remove(
    reports: Reports, domains: Domains, groups: Groups, caller: Caller, report: ReportId
) -> ReportSummary:
    """A report of a domain that the caller may change."""
    summary = find_report(reports, caller, find_to_remove(caller, groups), report)
    write_domain(caller, str(summary.domain_id), domains)
    return summary


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")
