from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.spikes import FLOOR, HISTORY_DAYS, LEAST_DAYS, Failed, Spike, failed_of, spike_on
from shared.core.counters import Counters
from shared.core.mail import Trust
from shared.core.rollups import DayTotals, Share

DAY = date(2026, 11, 20)


def history(*failed: int, messages: int = 10_000, end: date = DAY) -> list[Failed]:
    """Of the days before, the last one given the latest."""
    return [
        Failed(end - timedelta(days=len(failed) - place), each, messages) for place, each in enumerate(failed)
    ]


def today(failed: int, messages: int = 10_000) -> Failed:
    return Failed(DAY, failed, messages, 30, 20)


QUIET = [100, 110, 95, 105, 100, 90, 102, 98, 100, 104]


def test_far_more_than_usual_is_a_spike() -> None:
    spike = spike_on(DAY, [*history(*QUIET), today(600)])
    assert spike is not None
    assert spike == Spike(DAY, 600, 10_000, 100, 30, 20)


def test_a_little_more_than_usual_is_none() -> None:
    assert spike_on(DAY, [*history(*QUIET), today(190)]) is None


def test_few_messages_are_no_spike_however_unusual() -> None:
    assert spike_on(DAY, [*history(*[0] * 20), today(FLOOR - 1)]) is None
    assert spike_on(DAY, [*history(*[0] * 20), today(FLOOR)]) is not None


def test_more_mail_of_which_the_same_part_fails_is_no_spike() -> None:
    """A newsletter day: ten times the mail, ten times the failures."""
    assert spike_on(DAY, [*history(*QUIET), today(1_000, messages=100_000)]) is None
    assert spike_on(DAY, [*history(*QUIET), today(2_000, messages=100_000)]) is not None


def test_a_few_spikes_before_do_not_hide_another() -> None:
    assert spike_on(DAY, [*history(*QUIET, 5_000, 6_000, *QUIET), today(900)]) is not None


def test_a_short_history_tells_nothing() -> None:
    assert spike_on(DAY, [*history(*[1] * (LEAST_DAYS - 1)), today(9_000)]) is None
    assert spike_on(DAY, [*history(*[1] * LEAST_DAYS), today(9_000)]) is not None


def test_days_without_reports_and_days_long_past_do_not_count() -> None:
    blank = [Failed(each.day, 0, 0) for each in history(*[0] * 20)]
    past = history(*[1] * 20, end=DAY - timedelta(days=HISTORY_DAYS))
    assert spike_on(DAY, [*blank, today(9_000)]) is None
    assert spike_on(DAY, [*past, today(9_000)]) is None


def test_a_day_without_reports_is_no_spike() -> None:
    assert spike_on(DAY, history(*QUIET)) is None


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=7, max_value=28))
def test_a_day_like_all_others_is_never_one(failed: int, days: int) -> None:
    assert spike_on(DAY, [*history(*[failed] * days), today(failed)]) is None


@given(
    st.lists(st.integers(min_value=0, max_value=5_000), min_size=7, max_size=28),
    st.integers(min_value=0, max_value=9_000),
    st.integers(min_value=0, max_value=1_000),
)
def test_where_less_is_a_spike_more_is_one_too(before: list[int], failed: int, more: int) -> None:
    days = history(*before)
    if spike_on(DAY, [*days, today(failed)]) is not None:
        assert spike_on(DAY, [*days, today(failed + more)]) is not None


def test_reports_whose_own_mail_was_forged_do_not_count() -> None:
    passed, failed = Counters((0, 3, *[0] * 10)), Counters((5, *[0] * 11))
    shares = ((Trust.AUTHENTICATED, Share(1, passed)), (Trust.UNVERIFIED, Share(1, failed)))
    forged = ((Trust.FAILED, Share(1, Counters((999, *[0] * 11)))),)
    assert failed_of(DayTotals(DAY, shares + forged)) == Failed(DAY, 5, 8)
