"""Failed sessions and policies against a plain look at every report."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import Malformed, NotFound
from shared.core.ids import DomainId
from shared.core.paging import Cursor, PageRequest
from shared.core.statistics import Span
from shared.core.tls.days import UNKNOWN, Policy, policy_of
from shared.core.tls.failures import FailedSessions, failures_page, overview
from shared.core.tls.policies import PolicyOrder, SeenPolicy, find_policy, policies_page
from tests.unit.core.tls.said import RESULTS
from tests.unit.core.tls.world import DOMAINS, TlsWorld, Told, reports
from tests.unit.core.world import TODAY

HOMES = frozenset(home.id for home in DOMAINS)
spans = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(
    lambda ago: Span(TODAY - timedelta(days=max(ago)), TODAY - timedelta(days=min(ago)))
)
chosen = st.sampled_from([HOMES, *(frozenset({home}) for home in HOMES)])


def everything(take: Any, limit: int) -> tuple[list[Any], int]:
    """Every page, each of them full up to the last."""
    found: list[Any] = []
    page = take(PageRequest(limit))
    while True:
        found += page.items
        if page.next is None:
            return found, page.total
        assert len(page.items) == limit
        page = take(PageRequest(limit, page.next))


@settings(max_examples=40, deadline=None)
@given(reports, spans, chosen, st.sampled_from((None, UNKNOWN, *RESULTS[:3])), st.integers(1, 5))
def test_failures_are_those_of_the_reports(
    told: list[Told], span: Span, homes: frozenset[DomainId], result: str | None, limit: int
) -> None:
    world = TlsWorld(told)
    right = world.right.narrowed(homes)

    def take(page: PageRequest) -> Any:
        return failures_page(world.rollups, world.reports, right, span, page, result_type=result)

    found: list[FailedSessions]
    found, total = everything(take, limit)
    expected = [
        (summary.id, policy.policy_domain, policy.policy_type, failure)
        for summary, policy in world.rows(homes)
        if span.first <= summary.day <= span.last
        for failure in policy.failures
        if result in (None, failure.result_type or UNKNOWN)
    ]
    shown = [(each.report.id, each.policy_domain, each.policy_type, each.failure) for each in found]
    assert sorted(shown, key=repr) == sorted(expected, key=repr)
    assert total == len(expected)
    order = [(each.report.day, -each.report.domain_id) for each in found]
    assert order == sorted(order, reverse=True)


@settings(max_examples=30, deadline=None)
@given(reports, spans, chosen)
def test_sums_by_type_and_day(told: list[Told], span: Span, homes: frozenset[DomainId]) -> None:
    world = TlsWorld(told)
    found = overview(world.rollups, world.right.narrowed(homes), span)
    rows = [row for row in world.rows(homes) if span.first <= row[0].day <= span.last]
    assert found.successful == sum(policy.successful_sessions for _, policy in rows)
    assert found.failed == sum(policy.failed_sessions for _, policy in rows)
    details = [(summary, failure) for summary, policy in rows for failure in policy.failures]
    assert {cause.result_type for cause in found.causes} == {
        failure.result_type or UNKNOWN for _, failure in details
    }
    for cause in found.causes:
        mine = [each for each in details if (each[1].result_type or UNKNOWN) == cause.result_type]
        assert cause.sessions == sum(failure.failed_session_count for _, failure in mine)
        assert cause.details == len(mine)
        assert cause.domains == len({summary.domain_id for summary, _ in mine})
        assert (cause.first, cause.last) == (min(s.day for s, _ in mine), max(s.day for s, _ in mine))
    assert found.unexplained == max(found.failed - sum(cause.sessions for cause in found.causes), 0)
    for day, successful, failed in found.days:
        of_day = [policy for summary, policy in rows if summary.day == day]
        assert successful == sum(policy.successful_sessions for policy in of_day)
        assert failed == sum(policy.failed_sessions for policy in of_day)


@pytest.mark.parametrize("order", PolicyOrder)
@settings(max_examples=12, deadline=None)
@given(reports, spans, chosen, st.booleans(), st.integers(1, 4))
def test_policies_are_summed_and_ordered(
    order: PolicyOrder,
    told: list[Told],
    span: Span,
    homes: frozenset[DomainId],
    descending: bool,
    limit: int,
) -> None:
    world = TlsWorld(told)
    right = world.right.narrowed(homes)

    def take(page: PageRequest) -> Any:
        return policies_page(world.rollups, right, span, page, order=order, descending=descending)

    found: list[SeenPolicy]
    found, total = everything(take, limit)
    sums: dict[tuple[DomainId, Policy], list[int]] = defaultdict(lambda: [0, 0, 0])
    for summary, policy in world.rows(homes):
        if span.first <= summary.day <= span.last:
            line = sums[summary.domain_id, policy_of(policy)]
            line[0] += policy.successful_sessions
            line[1] += policy.failed_sessions
            line[2] = max(line[2], summary.end)
    shown = {
        (each.domain, each.line.policy): [each.line.successful, each.line.failed, each.line.last_seen]
        for each in found
    }
    assert shown == dict(sums)
    assert total == len(sums) == len(found)
    values = [value_of(order, each) for each in found]
    assert values == sorted(values, reverse=descending)


def value_of(order: PolicyOrder, seen: SeenPolicy) -> Any:
    policy, line = seen.line.policy, seen.line
    return {
        PolicyOrder.P_DOMAIN: policy.domain,
        PolicyOrder.P_TYPE: policy.type,
        PolicyOrder.STS_P_MODE: policy.mode,
        PolicyOrder.SUM_SUCCESS: line.successful,
        PolicyOrder.SUM_FAILED: line.failed,
        PolicyOrder.LAST_SEEN: line.last_seen,
    }[order]


@settings(max_examples=20, deadline=None)
@given(reports)
def test_a_policy_is_found_by_its_number_where_it_is_seen(told: list[Told]) -> None:
    world, span = TlsWorld(told), Span(TODAY - timedelta(days=9), TODAY)
    page = policies_page(world.rollups, world.right, span, PageRequest(100))
    for seen in page.items:
        assert find_policy(world.rollups, world.right, span, f"tlsp_{seen.number}") == seen
        others = world.right.narrowed(HOMES - {seen.domain})
        with pytest.raises(NotFound):
            find_policy(world.rollups, others, span, str(seen.number))


def test_a_cursor_beyond_the_list_is_none_of_ours() -> None:
    world, span = TlsWorld([]), Span(TODAY, TODAY)
    request = PageRequest(5, Cursor(1))
    with pytest.raises(Malformed):
        failures_page(world.rollups, world.reports, world.right, span, request)
    with pytest.raises(Malformed):
        policies_page(world.rollups, world.right, span, request)
