from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.rhythms import Rhythm, due, require_rhythm, rhythm_of, switched_off
from shared.core.errors import Invalid

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("settings", "rhythm"),
    [
        ("{}", Rhythm.OFF),
        ('{"digest": "daily"}', Rhythm.DAILY),
        ('{"digest": "weekly", "theme": "dark"}', Rhythm.WEEKLY),
        ('{"digest": "hourly"}', Rhythm.OFF),
        ('{"digest": ["daily"]}', Rhythm.OFF),
        ("[]", Rhythm.OFF),
        ("null", Rhythm.OFF),
    ],
)
def test_settings_say_how_often(settings: str, rhythm: Rhythm) -> None:
    assert rhythm_of(settings) is rhythm


@pytest.mark.parametrize("settings", [{}, {"digest": "off"}, {"digest": "daily"}, [], None, "daily", 3])
def test_settings_may_say_nothing_of_it(settings: Any) -> None:
    require_rhythm(settings)


@pytest.mark.parametrize("wanted", ["hourly", None, 1, ["daily"], {}])
def test_settings_that_name_no_rhythm_are_refused(wanted: Any) -> None:
    with pytest.raises(Invalid) as refused:
        require_rhythm({"digest": wanted})
    assert refused.value.param == "settings.digest"


def test_a_day_is_due_the_day_after_and_a_week_on_mondays() -> None:
    day, week = due(Rhythm.DAILY, MONDAY), due(Rhythm.WEEKLY, MONDAY)
    assert day is not None
    assert week is not None
    assert (day.first, day.last) == (date(2026, 11, 22), date(2026, 11, 22))
    assert (week.first, week.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert due(Rhythm.OFF, MONDAY) is None


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), st.sampled_from(Rhythm))
def test_periods_follow_each_other_without_gap_or_overlap(today: date, rhythm: Rhythm) -> None:
    found = [period for back in range(15) if (period := due(rhythm, today - timedelta(days=back)))]
    assert len(found) >= (0 if rhythm is Rhythm.OFF else 2)
    for later, earlier in pairwise(found):
        assert later.before == earlier
        assert earlier.last + timedelta(days=1) == later.first
    assert len({period.name for period in found}) == len(found)


@pytest.mark.parametrize("settings", ['{"digest":"daily","theme":"dunkel ü"}', "[]", "3"])
def test_switching_off_keeps_all_else(settings: str) -> None:
    after = switched_off(settings)
    assert rhythm_of(after) is Rhythm.OFF
    if settings.startswith("{"):
        assert json.loads(after)["theme"] == "dunkel ü"
