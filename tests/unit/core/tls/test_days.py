from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.tls.days import OTHER, UNKNOWN, TlsTally, added_up, folded, policy_of
from shared.mailauth.reports.values import TlsPolicy
from tests.unit.core.tls.said import policies

LISTS = st.lists(st.tuples(policies, st.integers(0, 10**6)), max_size=12)


def tallied(said: list[tuple[TlsPolicy, int]]) -> TlsTally:
    tally = TlsTally()
    for policy, end in said:
        tally.add(policy, end)
    return tally


@settings(max_examples=40, deadline=None)
@given(LISTS)
def test_lines_are_sums_of_summaries_and_details(said: list[tuple[TlsPolicy, int]]) -> None:
    lines = tallied(said).lines()
    for line in lines:
        mine = [(each, end) for each, end in said if policy_of(each) == line.policy]
        assert line.successful == sum(each.successful_sessions for each, _ in mine)
        assert line.failed == sum(each.failed_sessions for each, _ in mine)
        assert line.last_seen == max(end for _, end in mine)
        details = [failure for each, _ in mine for failure in each.failures]
        for cause in line.causes:
            named = [each for each in details if (each.result_type or UNKNOWN) == cause.result_type]
            assert (cause.sessions, cause.details) == (
                sum(each.failed_session_count for each in named),
                len(named),
            )
        assert sum(cause.details for cause in line.causes) == len(details)
    assert {line.policy for line in lines} == {policy_of(each) for each, _ in said}


@settings(max_examples=40, deadline=None)
@given(LISTS, LISTS)
def test_days_add_up_to_what_they_would_be_as_one(
    one: list[tuple[TlsPolicy, int]], other: list[tuple[TlsPolicy, int]]
) -> None:
    sums = added_up((*tallied(one).lines(), *tallied(other).lines()))
    assert sums == {line.policy: line for line in tallied([*one, *other]).lines()}


@settings(max_examples=40, deadline=None)
@given(LISTS, st.integers(1, 3), st.integers(0, 2))
def test_what_is_folded_keeps_every_sum(said: list[tuple[TlsPolicy, int]], most: int, causes: int) -> None:
    lines = tallied(said).lines()
    few = folded(lines, policies=most, causes=causes)
    assert len(few) <= most + 1
    assert sum(line.successful for line in few) == sum(line.successful for line in lines)
    assert sum(line.failed for line in few) == sum(line.failed for line in lines)
    assert all(len({cause.result_type for cause in line.causes} - {OTHER}) <= causes for line in few)
    assert sum(cause.sessions for line in few for cause in line.causes) == sum(
        cause.sessions for line in lines for cause in line.causes
    )


def test_the_mode_is_that_of_an_sts_policy_alone() -> None:
    def mode(kind: str, *strings: str) -> str:
        return policy_of(TlsPolicy(kind, "x.example", strings, (), 0, 0)).mode

    assert mode("sts", "version: STSv1", "mode: enforce") == "enforce"
    assert mode("sts", "version: STSv1\\nmode:testing;mx: a") == "none"
    assert mode("sts", "version: STSv1 MODE:Testing; mx: a") == "testing"
    assert mode("sts", "mx: amode: enforced") == "none"
    assert mode("tlsa", "mode: enforce") == "none"
