from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.silences import EVERYBODY, REGULAR_DAYS, SILENT_DAYS, silences
from shared.core.mail import Trust
from shared.core.rollups import DayDetail, ReporterLine, ShareDetail

TODAY = date(2026, 11, 21)
DAYS = range(1, 40)


def details(trust: Trust = Trust.AUTHENTICATED, **reported: Iterable[int]) -> list[DayDetail]:
    """``reported``: how many days ago each of them reported."""
    return [
        DayDetail(
            TODAY - timedelta(days=ago),
            (
                ShareDetail(
                    trust,
                    (),
                    tuple(ReporterLine(name, 1, 9) for name, days in reported.items() if ago in days),
                ),
            ),
        )
        for ago in DAYS
    ]


def names(found: list[DayDetail]) -> list[str]:
    return [silence.reporter for silence in silences(TODAY, found)]


def test_a_reporter_that_always_reports_and_stops_is_silent() -> None:
    (silence,) = silences(TODAY, details(loud=DAYS, gone=range(SILENT_DAYS + 1, 33)))
    assert (silence.reporter, silence.last) == ("gone", TODAY - timedelta(days=SILENT_DAYS + 1))
    assert silence.usual == 28


def test_reports_that_are_late_are_waited_for() -> None:
    assert names(details(loud=DAYS, late=range(SILENT_DAYS, 33))) == []


def test_who_reported_now_and_then_may_stop() -> None:
    rare = range(SILENT_DAYS + 1, SILENT_DAYS + REGULAR_DAYS)
    often = range(SILENT_DAYS + 1, SILENT_DAYS + 1 + REGULAR_DAYS)
    assert names(details(loud=DAYS, rare=rare)) == []
    assert names(details(loud=DAYS, often=often)) == ["often"]


def test_when_all_stop_it_is_one_silence() -> None:
    found = silences(TODAY, details(one=range(6, 33), two=range(5, 33)))
    assert [(each.reporter, each.last) for each in found] == [(EVERYBODY, TODAY - timedelta(days=5))]


def test_the_only_reporter_is_named() -> None:
    assert names(details(one=range(6, 33))) == ["one"]


def test_forged_reports_are_no_sign_of_life() -> None:
    alive = details(loud=DAYS, gone=range(6, 33))
    forged = details(Trust.FAILED, gone=range(1, 6))
    assert names(alive + forged) == ["gone"]
    assert names(details(Trust.FAILED, gone=range(6, 33))) == []


def test_a_silence_is_the_same_on_the_next_day() -> None:
    found = details(loud=DAYS, gone=range(6, 33))
    (now,) = silences(TODAY, found)
    (later,) = silences(TODAY + timedelta(days=1), found)
    assert (now.reporter, now.last) == (later.reporter, later.last)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from(DAYS))))
def test_who_reported_of_late_is_never_silent(reported: dict[str, set[int]]) -> None:
    for silence in silences(TODAY, details(Trust.AUTHENTICATED, **reported)):
        assert (TODAY - silence.last).days > SILENT_DAYS
        assert silence.usual >= REGULAR_DAYS
