from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import epoch_of
from shared.core.errors import NotFound
from shared.core.ids import (
    DOMAIN,
    REPORT,
    day_of,
    derive,
    first_minted,
    first_of,
    last_minted,
    mint,
    minted_at,
    parse,
    render,
)

DAYS = st.dates(date(1970, 1, 1), date(2140, 1, 1))


def test_prefixed_and_raw_number_are_the_same() -> None:
    assert parse(DOMAIN, "ud_19") == parse(DOMAIN, "19") == 19


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "ud_",
        "rpt_19",
        "ud_-1",
        "ud_01",
        "1e3",
        " 19",
        "19\n",
        "ud_19x",
        "٣",
        str(2**53),
        "9" * 400,
    ],
)
def test_what_names_nothing_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        parse(DOMAIN, text)


@given(st.integers(1, 2**53 - 1))
def test_rendering_and_parsing_are_inverse(number: int) -> None:
    assert parse(REPORT, render(REPORT, number)) == number


@given(DAYS, st.lists(st.text(), max_size=4))
def test_derived_numbers_are_stable_carry_their_day_and_fit_javascript(
    day: date, identity: list[str]
) -> None:
    number = derive(day, *identity)
    assert number == derive(day, *identity)
    assert number < 2**53
    assert day_of(number) == day
    assert first_of(day) <= number < first_of(day + timedelta(days=1))


def test_parts_of_an_identity_do_not_run_together() -> None:
    day = date(2026, 1, 1)
    assert derive(day, "ab", "c") != derive(day, "a", "bc")


@given(
    st.floats(1_750_000_000, 2_000_000_000),
    st.integers(0, 2**12 - 1),
    st.integers(0, 2**12 - 1),
)
def test_minted_numbers_order_by_time(now: float, one: int, other: int) -> None:
    assert 0 < mint(now, one) < mint(now + 0.002, other) < 2**53


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2026, 11, 21), date(2028, 2, 29)])
def test_a_day_holds_the_numbers_minted_on_it(day: date) -> None:
    start = epoch_of(day)
    assert first_minted(day) <= mint(start, 0)
    assert mint(start + 86_399.9, -1) <= last_minted(day)
    assert last_minted(day) + 1 == first_minted(day + timedelta(days=1))
    assert minted_at(mint(start + 0.25, 7)) == start + 0.25


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2024, 12, 31), date(2999, 12, 31)])
def test_days_without_numbers_hold_none_that_is_too_large(day: date) -> None:
    assert 0 <= first_minted(day) < 2**53
    assert 0 <= last_minted(day) < 2**53
