"""Statistics: day totals of a domain, and the usage of an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.core.access import Readable
from shared.core.callers import Caller
from shared.core.clock import days, utc_day
from shared.core.errors import Malformed
from shared.core.mail import Trust
from shared.core.rollups import AccountDay, DayTotals, Rollups, Share

WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Span:
    """Days from first to last, both included; empty when first is after last."""

    first: date
    last: date

    @property
    def empty(self) -> bool:
        return self.first > self.last


@dataclass(frozen=True, slots=True)
class Statistics:
    """Every day of the span in order, with zeros where nothing was reported, and their sum."""

    span: Span
    days: list[DayTotals]
    total: Share


@dataclass(frozen=True, slots=True)
class Usage:
    reports: int
    messages: int


def retained_span(caller: Caller, first: date | None, last: date | None) -> Span:
    """The asked days (by default the last 30) as far as the plan keeps them and today has come.

    ``Malformed`` when the asked order is wrong."""
    today = utc_day(caller.now)
    asked_last = today if last is None else last
    asked_first = min(asked_last, today) - timedelta(days=WINDOW_DAYS) if first is None else first
    if asked_first > asked_last:
        raise Malformed("start_date is after end_date", param="start_date")
    return Span(max(asked_first, caller.retained_from), min(asked_last, today))


def statistics(
    rollups: Rollups, right: Readable, span: Span, *, trusts: Iterable[Trust] = tuple(Trust)
) -> Statistics:
    """The totals of one domain, of reports whose mail authenticated as ``trusts`` say."""
    if span.empty:
        return Statistics(span, [], Share())
    wanted = tuple(trusts)
    found = {totals.day: totals for totals in rollups.totals(right, span.first, span.last)}
    every_day = [found.get(day, DayTotals(day)) for day in days(span.first, span.last)]
    total = sum((totals.share(wanted) for totals in found.values()), Share())
    return Statistics(span, every_day, total)


def usage(rollups: Rollups, right: Readable, today: date) -> Usage | None:
    """Aggregate reports of the last 30 days over the whole account, and the messages in them. None for who
    sees some of its domains only: what remains beyond those is not theirs to reckon."""
    if not right.whole:
        return None
    found: list[AccountDay] = rollups.account_days(right, today - timedelta(days=WINDOW_DAYS), today)
    return Usage(sum(day.reports for day in found), sum(day.messages for day in found))
