"""Every filter and order of the lists of TLS failures and policies against a plain recomputation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.domains import Domain
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from shared.mailauth.reports.values import TlsFailure, TlsPolicy
from tests.unit.core.tls.said import RESULTS, policies
from tests.unit.core.tls.world import Told
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, TODAY
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.plain_lists import an_api, every_csv_page, every_page, get, same_rows

OURS = replace(DOMAIN, id=DomainId(20), name="parcel.example", token="parcel", groups=frozenset({GroupId(5)}))
ORDERS = ("p_domain", "sum_success", "sum_failed", "p_type", "sts_p_mode", "last_seen")
NUMBERS = {"ud_19": 19, "orchard.example": 19, "20": 20, "Parcel.example": 20}
KEPT = 60
"""Days, today among them."""

told = st.builds(
    Told,
    reporter=st.sampled_from(("one.example", "two.example")),
    domain=st.sampled_from((DOMAIN, OURS)),
    ago=st.sampled_from((0, 1, 5, 6, 7, 30, 59)),
    said=st.lists(policies, min_size=1, max_size=3).map(tuple),
)
reports = st.lists(told, max_size=8, unique_by=lambda each: (each.reporter, each.domain.id, each.ago))
agos = st.sampled_from((0, 1, 6, 7, 40, 59))
named = st.lists(st.sampled_from(tuple(NUMBERS)), min_size=1, max_size=3).map(", ".join)
limits = st.sampled_from((1, 2, 3, 100))


@dataclass(frozen=True)
class Line:
    """One policy of one report."""

    domain: Domain
    day: date
    reporter: str
    about: str
    policy: TlsPolicy

    @property
    def mode(self) -> str:
        if self.policy.policy_type != "sts":
            return "none"
        return next(text for text in self.policy.policy_string if "mode" in text).partition(": ")[2]


def lines_of(said: list[Told]) -> list[Line]:
    return [
        Line(each.domain, each.day, each.reporter, each.about(policy), policy)
        for each in said
        for policy in each.said
    ]


@contextmanager
def filed(said: list[Told]) -> Iterator[Api]:
    with an_api() as api:
        api.groups.add(Group(GroupId(5), ACCOUNT.id, "Ours", NOW), most=5)
        api.domains.add(OURS)
        for each in said:
            api.file(*each.facts())
        yield api


def key_of(api: Api, *, member: bool) -> str:
    """Of who sees all, or ``OURS`` alone."""
    scopes = frozenset({Scope.READ, Scope.WRITE})
    return api.new_key(ACCOUNT, terms=Terms("asks", scopes, GroupId(5) if member else None))


@st.composite
def spans(draw: st.DrawFn) -> dict[str, str]:
    """In the right order, where both are said."""
    begin, end = sorted((draw(agos), draw(agos)), reverse=True)
    days = {"begin": str(TODAY - timedelta(days=begin)), "end": str(TODAY - timedelta(days=end))}
    kept = draw(st.sampled_from(((), ("begin",), ("end",), ("begin", "end"))))
    return {name: days[name] for name in kept}


def span_of(query: dict[str, Any], usual: int) -> tuple[date, date]:
    last = date.fromisoformat(query["end"]) if "end" in query else TODAY
    first = date.fromisoformat(query["begin"]) if "begin" in query else last - timedelta(days=usual - 1)
    return max(first, TODAY - timedelta(days=KEPT - 1)), last


def asked_of(query: dict[str, Any]) -> set[int]:
    names = [name.strip() for name in query.get("domains", "").split(",")]
    return {NUMBERS[name] for name in names if name} or {19, 20}


def wanted(line: Line, homes: set[int], first: date, last: date) -> bool:
    return int(line.domain.id) in homes and first <= line.day <= last


def failure_row(line: Line, failure: TlsFailure) -> tuple[Any, ...]:
    return (
        line.about,
        line.policy.policy_type,
        failure.result_type,
        failure.sending_mta_ip,
        failure.receiving_mx_hostname,
        failure.failed_session_count,
        line.reporter,
        f"{line.day}T00:00:00Z",
        f"{line.day}T23:59:59Z",
        f"ud_{line.domain.id}",
    )


FAILURE_FIELDS = (
    *("policy_domain", "policy_type", "result_type", "sending_mta_ip", "receiving_mx_hostname"),
    *("failed_session_count", "organization_name", "begin", "end", "domain_id"),
)


def failures_asked() -> st.SearchStrategy[dict[str, Any]]:
    others = st.fixed_dictionaries(
        {},
        optional={"domains": named, "result_type": st.sampled_from([*RESULTS[:3], "unknown", "none-such"])},
    )
    return st.tuples(spans(), others).map(lambda both: {**both[0], **both[1]})


@settings(max_examples=60)
@given(reports, failures_asked(), st.booleans(), limits)
def test_failures_by_period_domain_and_type(
    said: list[Told], query: dict[str, Any], member: bool, limit: int
) -> None:
    with filed(said) as api:
        key = key_of(api, member=member)
        if member and 19 in asked_of(query) and "domains" in query:
            assert get(api, "/tls/failures", query, key).status == 404
            return
        homes = asked_of(query) & ({20} if member else {19, 20})
        first, last = span_of(query, 7)
        expected = [
            failure_row(line, failure)
            for line in lines_of(said)
            if wanted(line, homes, first, last)
            for failure in line.policy.failures
            if query.get("result_type") in (None, failure.result_type or "unknown")
        ]
        rows = every_page(api, "/tls/failures", query, limit=limit, key=key)
        shown = [tuple(row[name] for name in FAILURE_FIELDS) for row in rows]
        assert Counter(shown) == Counter(expected)
        order = [(row["begin"], -int(row["domain_id"][3:])) for row in rows]
        assert order == sorted(order, reverse=True)
        assert rows == every_page(api, "/tls/failures", query, limit=100, key=key)
        assert same_rows(every_csv_page(api, "/tls/failures", query, limit=limit, key=key), rows)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"begin": str(TODAY - timedelta(days=59))}, 200),
        ({"begin": str(TODAY - timedelta(days=60))}, 400),
        ({"begin": str(TODAY), "end": str(TODAY - timedelta(days=1))}, 400),
    ],
)
def test_periods_are_of_sixty_days_at_most(api: Api, query: dict[str, str], status: int) -> None:
    for path in ("/tls/failures", "/tls/policies"):
        assert get(api, path, query).status == status


def sums_of(
    said: list[Told], homes: set[int], first: date, last: date
) -> dict[tuple[str, str, str, str], list[Any]]:
    """Of each policy: sessions that went well, those that failed, and when it was last seen."""
    sums: dict[tuple[str, str, str, str], list[Any]] = defaultdict(lambda: [0, 0, ""])
    for line in lines_of(said):
        if wanted(line, homes, first, last):
            mine = sums[f"ud_{line.domain.id}", line.about, line.policy.policy_type, line.mode]
            mine[0] += line.policy.successful_sessions
            mine[1] += line.policy.failed_sessions
            end = datetime(line.day.year, line.day.month, line.day.day, 23, 59, 59, tzinfo=UTC)
            mine[2] = max(mine[2], end.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return sums


def check_policies(
    api: Api,
    key: str,
    query: dict[str, Any],
    limit: int,
    expected: dict[tuple[str, str, str, str], list[Any]],
) -> None:
    rows = every_page(api, "/tls/policies", query, limit=limit, key=key)
    shown = {
        (row["domain_id"], row["p_domain"], row["p_type"], row["sts_p_mode"]): [
            row["sum_success"],
            row["sum_failed"],
            row["last_seen"],
        ]
        for row in rows
    }
    assert shown == dict(expected)
    assert len(rows) == len(shown)
    # What is equal comes by domain, type and mode, whichever way the list goes.
    rows_by_policy = sorted(rows, key=lambda row: (row["p_domain"], row["p_type"], row["sts_p_mode"]))
    ordering = query.get("ordering") or "p_domain"
    field = ordering.removeprefix("-")
    in_order = sorted(rows_by_policy, key=lambda row: row[field], reverse=ordering.startswith("-"))
    policy_of = ("p_domain", "p_type", "sts_p_mode")
    assert [[row[name] for name in policy_of] for row in rows] == [
        [row[name] for name in policy_of] for row in in_order
    ]
    assert rows == every_page(api, "/tls/policies", query, limit=100, key=key)
    assert same_rows(every_csv_page(api, "/tls/policies", query, limit=limit, key=key), rows)
    for row in rows[:2]:
        if "begin" not in query and "end" not in query:
            detail = get(api, f"/tls/policies/{row['id']}", {}, key).data
            assert {name: detail[name] for name in row} == row


@pytest.mark.parametrize("ordering", [None, *(sign + order for order in ORDERS for sign in ("", "-"))])
def test_policies_in_every_order_both_ways(ordering: str | None) -> None:
    @settings(max_examples=8)
    @given(reports, spans(), st.none() | named, st.booleans(), limits)
    def one(said: list[Told], span: dict[str, str], domains: str | None, member: bool, limit: int) -> None:
        query: dict[str, Any] = {**span, "ordering": ordering}
        if domains is not None:
            query["domains"] = domains
        with filed(said) as api:
            key = key_of(api, member=member)
            if member and domains is not None and 19 in asked_of(query):
                assert get(api, "/tls/policies", query, key).status == 404
                return
            homes = asked_of(query) & ({20} if member else {19, 20})
            check_policies(api, key, query, limit, sums_of(said, homes, *span_of(query, KEPT)))

    one()


@settings(max_examples=20)
@given(
    reports,
    st.lists(st.sampled_from(tuple(NUMBERS)), min_size=1, max_size=2),
    st.booleans(),
    st.none() | st.sampled_from(ORDERS),
    limits,
)
def test_policies_of_a_stored_filter(
    said: list[Told], domains: list[str], member: bool, ordering: str | None, limit: int
) -> None:
    """Who sees fewer domains than the filter has is shown those; who sees none, that there is no filter."""
    with filed(said) as api:
        made = api.post("/policy-filters", {"domains": domains})
        assert made.status == 201, made.body
        key = key_of(api, member=member)
        query = {"filter_id": made.data["id"], "ordering": ordering}
        homes = {NUMBERS[name] for name in domains} & ({20} if member else {19, 20})
        if not homes:
            assert get(api, "/tls/policies", query, key).status == 404
            return
        check_policies(api, key, query, limit, sums_of(said, homes, *span_of({}, KEPT)))
        both = get(api, "/tls/policies", {**query, "domains": "ud_20"}, key)
        assert (both.status, both.error["param"]) == (400, "domains")
