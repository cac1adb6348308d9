from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.access import read_account
from shared.core.counters import Counters
from shared.core.errors import Malformed
from shared.core.ids import GroupId
from shared.core.mail import Trust
from shared.core.rights import Level, Rights, Scope
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Share, TlsTotals
from shared.core.statistics import Span, Usage, retained_span, statistics, usage
from tests.fakes import FakeGroups, FakeRollups
from tests.unit.core.world import (
    ACCOUNT,
    CALLER,
    DOMAIN,
    NOW,
    TODAY,
    account_right,
    domain_right,
    stored_domains,
)

CELLS = Counters((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), forwarded=13)


def stored(*totals: DayTotals) -> FakeRollups:
    rollups = FakeRollups()
    for each in totals:
        rollup = DayRollup(ACCOUNT.id, DOMAIN.id, each, DayDetail(each.day, ()), NOW)
        assert rollups.replace(rollup, expected=0)
    return rollups


def test_counters_sum_the_right_cells() -> None:
    assert CELLS.messages == 78
    assert (CELLS.accepted, CELLS.quarantined, CELLS.rejected) == (10, 26, 42)
    assert CELLS.spf_pass == 3 + 4 + 7 + 8 + 11 + 12
    assert CELLS.dkim_pass == 2 + 4 + 6 + 8 + 10 + 12
    assert CELLS.dmarc_pass == 78 - 1 - 5 - 9


def test_days_without_data_are_there_with_zeros() -> None:
    day = DayTotals(TODAY - timedelta(days=1), ((Trust.AUTHENTICATED, Share(2, CELLS)),))
    found = statistics(stored(day), domain_right(), Span(TODAY - timedelta(days=3), TODAY))
    assert [each.day for each in found.days] == [TODAY - timedelta(days=n) for n in (3, 2, 1, 0)]
    assert [each.share().counters.messages for each in found.days] == [0, 0, 78, 0]
    assert (found.total.reports, found.total.counters) == (2, CELLS)


def test_the_default_is_thirty_days_until_today() -> None:
    assert retained_span(CALLER, None, None) == Span(TODAY - timedelta(days=30), TODAY)


def test_dates_are_clamped_to_retention_and_today() -> None:
    long_ago, far_ahead = TODAY - timedelta(days=5_000), TODAY + timedelta(days=5_000)
    assert retained_span(CALLER, long_ago, far_ahead) == Span(TODAY - timedelta(days=90), TODAY)


def test_a_span_wholly_outside_is_empty_not_an_error() -> None:
    long_ago = TODAY - timedelta(days=5_000)
    span = retained_span(CALLER, long_ago, long_ago)
    assert span.empty
    assert statistics(FakeRollups(), domain_right(), span).days == []


def test_the_wrong_order_is_refused() -> None:
    with pytest.raises(Malformed) as refusal:
        retained_span(CALLER, TODAY, TODAY - timedelta(days=1))
    assert refusal.value.param == "start_date"


def test_usage_counts_aggregate_reports_of_the_account() -> None:
    day = DayTotals(TODAY, ((Trust.FAILED, Share(2, CELLS)),), TlsTotals(reports=5, successful=1))
    old = replace(day, day=TODAY - timedelta(days=31))
    found = usage(stored(day, old), account_right(), TODAY)
    assert found == Usage(2, 78)


def test_usage_is_not_for_who_sees_some_domains_only() -> None:
    some = replace(CALLER, rights=Rights(frozenset({Scope.READ}), {GroupId(5): Level.READ}))
    right = read_account(some, FakeGroups(stored_domains()))
    assert usage(stored(DayTotals(TODAY)), right, TODAY) is None
