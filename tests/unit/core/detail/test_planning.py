from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import days
from shared.core.detail import planning
from shared.core.detail.jobs import is_token, new_token
from shared.core.detail.planning import MOST_PARTS, parts_of
from shared.core.ids import DomainId

FIRST = date(2026, 1, 30)
NOW = 1_795_262_400


@given(st.integers(0, 30), st.integers(0, 100))
def test_every_domain_and_day_is_in_one_part(count: int, length: int) -> None:
    domains = [DomainId(number) for number in range(1, count + 1)]
    last = FIRST + timedelta(days=length)

    cells = Counter(
        (domain, day)
        for part in parts_of(domains, FIRST, last)
        for domain in part.domains
        for day in days(part.first, part.last)
    )

    assert cells == Counter((domain, day) for domain in domains for day in days(FIRST, last))


@pytest.mark.parametrize(("count", "length"), [(10_000, 365), (20_000, 30), (1, 400), (999, 399)])
def test_parts_are_not_many_more_than_the_most(count: int, length: int) -> None:
    domains = [DomainId(number) for number in range(1, count + 1)]
    parts = parts_of(domains, FIRST, FIRST + timedelta(days=length))
    assert len(parts) <= MOST_PARTS + -(-length // planning._LONG)


def test_one_domain_is_read_by_several_workers() -> None:
    assert len(parts_of([DomainId(1)], FIRST, FIRST + timedelta(days=29))) == 5


@given(st.integers(0, 10**8), st.integers(1, 10**6), st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_tokens_sort_by_time(early: int, later: int, one: int, other: int) -> None:
    first, second = new_token(NOW + early, one), new_token(NOW + early + later, other)
    assert is_token(first)
    assert is_token(second)
    assert first < second


def test_tokens_differ_by_chance() -> None:
    assert len({new_token(NOW, chance) for chance in range(1_000)}) == 1_000
    assert not is_token(new_token(NOW, 1)[:-1])
    assert not is_token("_" * 16)
