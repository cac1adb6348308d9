from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.core.access import read_account
from shared.core.callers import Caller
from shared.core.errors import Forbidden, Malformed, NotFound, Refusal, RetentionExceeded
from shared.core.groups import Group
from shared.core.ids import GroupId, ReportId, derive
from shared.core.paging import Cursor, PageRequest
from shared.core.report_lists import find_mail, list_reports, read_report, report_to_remove
from shared.core.reports import ReportFilter
from shared.core.rights import Level, Rights, Scope
from shared.mailauth.reports.values import Kind
from tests.fakes import FakeGroups, FakeReports
from tests.unit.core.world import (
    CALLER,
    DOMAIN,
    TODAY,
    account_right,
    fact,
    on_plan,
    row,
    said,
    stored_domains,
)

OURS = GroupId(5)


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


def with_rights(*scopes: Scope, level: Level | None = None) -> Caller:
    """Of every domain, or with a level in the group of ours."""
    levels = None if level is None else {OURS: level}
    return replace(CALLER, rights=Rights(frozenset(scopes), levels))


@pytest.fixture
def groups() -> FakeGroups:
    domains = stored_domains()
    groups = FakeGroups(domains)
    groups.add(Group(OURS, CALLER.account_id, "Ours", 1), most=5)
    groups.assign(DOMAIN, OURS)
    return groups


def test_asking_for_failure_reports_without_the_right_is_refused(groups: FakeGroups) -> None:
    caller, wanted = with_rights(Scope.READ), ReportFilter(Kind.FAILURE)
    right = read_account(caller, groups)
    with pytest.raises(Forbidden) as refusal:
        list_reports(FakeReports(), caller, right, wanted, PageRequest())
    assert refusal.value.param == "type"


@pytest.mark.parametrize(
    ("caller", "alone", "with_others"),
    [
        (with_rights(Scope.READ, Scope.FORENSIC), True, True),
        (with_rights(Scope.READ), True, False),
        (with_rights(Scope.READ, Scope.FORENSIC, level=Level.WRITE), True, False),
    ],
    ids=["all", "not forensic", "one group"],
)
def test_mail_that_brought_several_reports_needs_a_right_to_all(
    groups: FakeGroups, caller: Caller, alone: bool, with_others: bool
) -> None:
    for sole, allowed in ((True, alone), (False, with_others)):
        reports = FakeReports()
        made = fact(said(row()))
        reports.file(replace(made, summary=replace(made.summary, sole=sole)))
        (summary,) = (each.summary for each in reports.facts)
        right = read_account(caller, groups)
        if allowed:
            assert find_mail(reports, caller, right, summary.id) == summary
        else:
            with pytest.raises(Forbidden):
                find_mail(reports, caller, right, summary.id)


@pytest.mark.parametrize(
    ("caller", "refused"),
    [
        (with_rights(Scope.WRITE), None),
        (with_rights(Scope.WRITE, level=Level.WRITE), None),
        (with_rights(Scope.READ), Forbidden),
        (with_rights(Scope.READ, Scope.WRITE, level=Level.READ), Forbidden),
        (with_rights(Scope.READ, Scope.WRITE, level=Level.NONE), NotFound),
    ],
    ids=["write", "write in the group", "no write", "read in the group", "out of sight"],
)
def test_a_report_is_removed_by_who_may_change_its_domain(
    groups: FakeGroups, caller: Caller, refused: type[Refusal] | None
) -> None:
    reports = stored(TODAY)
    (summary,) = (each.summary for each in reports.facts)
    if refused is None:
        assert report_to_remove(reports, groups.domains, groups, caller, summary.id) == summary
    else:
        with pytest.raises(refused):
            report_to_remove(reports, groups.domains, groups, caller, summary.id)
