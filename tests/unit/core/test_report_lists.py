from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.core.errors import Malformed, NotFound, RetentionExceeded
from shared.core.ids import ReportId, derive
from shared.core.paging import Cursor, PageRequest
from shared.core.report_lists import list_reports, read_report
from shared.core.reports import ReportFilter
from tests.fakes import FakeReports
from tests.unit.core.world import CALLER, TODAY, account_right, fact, on_plan, row, said


def stored(*days: date) -> FakeReports:
    reports = FakeReports()
    for number, day in enumerate(days):
        reports.file(fact(said(row(count=number + 1), day=day, report_id=str(number))))
    return reports


def test_pages_lead_through_all_newest_period_first() -> None:
    days = [TODAY - timedelta(days=n % 4) for n in range(11)]
    reports, seen, cursor = stored(*days), [], None
    while True:
        page = list_reports(reports, CALLER, account_right(), ReportFilter(), PageRequest(4, cursor))
        assert page.total == 11
        seen += [summary.day for summary in page.items]
        if page.next is None:
            break
        cursor = Cursor.decode(page.next.encode())
    assert seen == sorted(days, reverse=True)


def test_asking_beyond_retention_is_refused_and_lists_leave_it_out() -> None:
    reports = stored(TODAY, TODAY - timedelta(days=120))
    for wanted in (
        ReportFilter(first=TODAY - timedelta(days=120)),
        ReportFilter(last=TODAY - timedelta(days=91)),
    ):
        with pytest.raises(RetentionExceeded):
            list_reports(reports, CALLER, account_right(), wanted, PageRequest())
    page = list_reports(reports, CALLER, account_right(), ReportFilter(), PageRequest())
    assert (page.total, len(page.items)) == (1, 1)
    longer = list_reports(reports, on_plan("pro"), account_right(), ReportFilter(), PageRequest())
    assert longer.total == 2


def test_the_wrong_order_of_dates_is_refused() -> None:
    wanted = ReportFilter(first=TODAY, last=TODAY - timedelta(days=1))
    with pytest.raises(Malformed):
        list_reports(FakeReports(), CALLER, account_right(), wanted, PageRequest())


def test_one_report_is_found_missing_or_past_retention() -> None:
    reports = stored(TODAY, TODAY - timedelta(days=120))
    new, old = (each.summary for each in reports.facts)
    assert read_report(reports, CALLER, account_right(), new.id).summary == new
    with pytest.raises(RetentionExceeded):
        read_report(reports, CALLER, account_right(), old.id)
    with pytest.raises(NotFound):
        read_report(reports, CALLER, account_right(), ReportId(derive(TODAY, "nothing")))
