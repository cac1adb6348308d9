from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.queues import TouchedDay
from shared.core.withdrawing import FOLLOW_UP_SECONDS, withdraw
from tests.fakes import FakeMailbox, FakeReports, FakeTouchedDays
from tests.unit.core.world import ACCOUNT, DOMAIN, TODAY, fact, row, said

YESTERDAY = TODAY - timedelta(days=1)


class Died(Exception):
    """What a killed worker is to those who called it."""


@dataclass
class Counting:
    """Another port that lets so many calls pass, and dies at the next one."""

    inner: Any
    left: list[int]

    def __getattr__(self, name: str) -> Any:
        def called(*arguments: Any, **named: Any) -> Any:
            if self.left[0] == 0:
                raise Died
            self.left[0] -= 1
            return getattr(self.inner, name)(*arguments, **named)

        return called


@pytest.fixture
def reports() -> FakeReports:
    made = FakeReports()
    for number, day in enumerate((TODAY, YESTERDAY, TODAY)):
        stored = fact(said(row(count=number + 1), day=day, report_id=str(number)))
        made.file(replace(stored, summary=replace(stored.summary, mail=f"inbound/m{number}")))
    return made


def test_the_figures_of_each_day_follow_at_once_and_again_later(reports: FakeReports) -> None:
    mailbox, touched = FakeMailbox(), FakeTouchedDays()
    summaries = [each.summary for each in reports.facts]
    for summary in summaries:
        mailbox.put(summary.mail, b"mail")

    withdraw(summaries, reports, mailbox, touched)

    days = [TouchedDay(ACCOUNT.id, DOMAIN.id, day) for day in (YESTERDAY, TODAY)]
    assert list(zip(touched.sent, touched.delays, strict=True)) == [
        *((day, FOLLOW_UP_SECONDS) for day in days),
        *((day, 0) for day in days),
    ]
    assert reports.facts == []
    assert mailbox.objects == {}


def test_nothing_is_asked_for_nothing(reports: FakeReports) -> None:
    touched = FakeTouchedDays()
    withdraw([], reports, FakeMailbox(), touched)
    assert touched.sent == []


@pytest.mark.parametrize("calls", range(8))
def test_who_dies_on_the_way_leaves_no_mail_without_its_report_and_no_day_as_it_was(
    reports: FakeReports, calls: int
) -> None:
    mailbox, touched, left = FakeMailbox(), FakeTouchedDays(), [calls]
    before = [each.summary for each in reports.facts]
    for summary in before:
        mailbox.put(summary.mail, b"mail")

    with pytest.raises(Died):
        withdraw(before, *(Counting(each, left) for each in (reports, mailbox, touched)))

    there = [each.summary for each in reports.facts]
    assert set(mailbox.objects) <= {summary.mail for summary in there}
    changed = {summary.day for summary in before if summary not in there}
    assert changed <= {each.day for each, delay in zip(touched.sent, touched.delays, strict=True) if delay}
