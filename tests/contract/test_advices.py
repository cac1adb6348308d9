from __future__ import annotations

from dataclasses import replace
from itertools import islice, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.advice.advices import Advice, Listed, Order, PlanRow, Sorting, orders_of
from shared.core.advice.ledger import Kind, Matter, matter_number
from shared.core.advice.planning import Recommendation
from shared.core.advice.world import Stance
from shared.core.domains import Domain
from shared.core.ids import DomainId, MatterId
from tests.contract import given as make
from tests.contract.stores import AwsStores, Stores, in_memory

STANCE = Stance("none", False, 500)


def row(home: Domain, **changes: object) -> PlanRow:
    made = PlanRow(home.id, home.name, "none", False, 500, False, Recommendation.NONE, 1_000, 900, 0, 0)
    return replace(made, **changes)  # type: ignore[arg-type]


def matter(home: Domain, subject: str = "", kind: Kind = Kind.ISSUE, **changes: object) -> Matter:
    number = matter_number(home.id, kind, "spf_ptr", subject)
    category = "policy" if kind is Kind.TASK else ""
    made = Matter(number, kind, "spf_ptr", subject, "Details.", 1_000, category=category, worded=1_000)
    return replace(made, **changes)  # type: ignore[arg-type]


def advice(home: Domain, *matters: Matter) -> Advice:
    ordered = tuple(sorted(matters, key=lambda each: each.id))
    return Advice(home.account, home.id, home.name, ordered, STANCE, row(home))


def everything(stores: Stores, home: Domain, kind: Kind = Kind.ISSUE) -> list[Listed]:
    """By id; every order has the same."""
    found = [list(_by_id(stores, home, kind, order)) for order in orders_of(kind)]
    assert all(each == found[0] for each in found)
    return found[0]


def _by_id(stores: Stores, home: Domain, kind: Kind, order: Order) -> list[Listed]:
    parts = (
        stores.advices.listed(
            home.account, kind, Sorting(order), solved=solved, ignored=ignored, after=None, batch=2
        )
        for solved, ignored in product((False, True), repeat=2)
    )
    return sorted((each for part in parts for each in part), key=lambda each: each.matter.id)


def test_advice_is_kept_as_it_was_and_counts_its_versions(stores: Stores) -> None:
    home = make.domain(stores, make.account(stores))
    assert stores.advices.get(home.account, home.id) is None
    full = matter(home, "x", reopened=2, solved=3, ignored=True, fading=4)
    first = advice(home, full, matter(home, kind=Kind.TASK))
    assert stores.advices.replace(None, first)
    stored = stores.advices.get(home.account, home.id)
    assert stored == replace(first, version=1)

    second = replace(stored, matters=(), stance=None)
    assert stores.advices.replace(stored, second)
    assert stores.advices.get(home.account, home.id) == replace(second, version=2)
    assert stores.advices.get_many(home.account, [DomainId(999), home.id]) == [
        replace(second, version=2, row=None)
    ]


def test_who_comes_late_changes_nothing(stores: Stores) -> None:
    home = make.domain(stores, make.account(stores))
    assert stores.advices.replace(None, advice(home))
    assert not stores.advices.replace(None, advice(home, matter(home)))
    first = stores.advices.get(home.account, home.id)
    assert first is not None
    assert stores.advices.replace(first, replace(first, matters=(matter(home, "a"),)))
    assert not stores.advices.replace(first, replace(first, matters=(matter(home, "b"),)))
    assert [each.matter.subject for each in everything(stores, home)] == ["a"]


def test_nothing_is_kept_about_a_domain_that_is_gone(stores: Stores) -> None:
    home = make.domain(stores, make.account(stores))
    stores.domains.remove(home)
    assert not stores.advices.replace(None, advice(home, matter(home)))
    assert stores.advices.get(home.account, home.id) is None


def test_numbers_of_the_day_alone_make_no_new_version(stores: Stores) -> None:
    home = make.domain(stores, make.account(stores))
    stores.advices.replace(None, advice(home, matter(home)))
    first = stores.advices.get(home.account, home.id)
    assert first is not None
    assert first.row is not None
    counted = replace(first, row=replace(first.row, messages=2_000))
    assert stores.advices.replace(first, counted)
    assert stores.advices.get(home.account, home.id) == counted
    assert list(stores.advices.rows(home.account, after=None, batch=5)) == [counted.row]


def test_all_is_forgotten(stores: Stores) -> None:
    home = make.domain(stores, make.account(stores))
    stores.advices.replace(None, advice(home, matter(home), matter(home, kind=Kind.TASK)))
    stores.advices.forget(home.account, home.id)
    stores.advices.forget(home.account, home.id)
    assert stores.advices.get(home.account, home.id) is None
    assert everything(stores, home) == everything(stores, home, Kind.TASK) == []
    assert list(stores.advices.rows(home.account, after=None, batch=5)) == []
    assert stores.advices.find(home.account, Kind.ISSUE, matter(home).id) is None


def test_what_is_forgotten_leaves_nothing_in_the_table(aws: AwsStores) -> None:
    home = make.domain(aws, make.account(aws))
    before = aws.table.client.scan(TableName=aws.table.name, Select="COUNT")["Count"]
    many = [matter(home, f"s{n}", ignored=n % 2 == 0, solved=n % 3 or None) for n in range(40)]
    assert aws.advices.replace(None, advice(home, *many))
    stored = aws.advices.get(home.account, home.id)
    assert stored is not None
    assert stored.version == 4
    assert len(everything(aws, home)) == 40
    moved = replace(stored, matters=tuple(replace(each, solved=77) for each in stored.matters))
    assert aws.advices.replace(stored, moved)
    aws.advices.forget(home.account, home.id)
    assert aws.table.client.scan(TableName=aws.table.name, Select="COUNT")["Count"] == before


def test_a_matter_is_found_by_its_id_and_kind(stores: Stores) -> None:
    home = make.domain(stores, make.account(stores))
    issue, task = matter(home), matter(home, kind=Kind.TASK)
    stores.advices.replace(None, advice(home, issue, task))
    assert stores.advices.find(home.account, Kind.ISSUE, issue.id) == Listed(home.id, home.name, issue)
    assert stores.advices.find(home.account, Kind.TASK, issue.id) is None
    assert stores.advices.find(home.account, Kind.ISSUE, MatterId(5)) is None
    stranger = make.account(stores)
    assert stores.advices.find(stranger.id, Kind.ISSUE, issue.id) is None


_State = tuple[str, int, int | None, bool]
_STATES = st.tuples(
    st.sampled_from(["", "a", "b", "c.d"]),
    st.integers(1, 3),
    st.none() | st.integers(1, 3),
    st.booleans(),
)


@pytest.mark.parametrize("kind", list(Kind))
@given(drawn=st.lists(_STATES, max_size=3), again=st.lists(_STATES, max_size=3), data=st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lists_hold_what_the_ledgers_hold(
    aws: AwsStores, kind: Kind, drawn: list[_State], again: list[_State], data: st.DataObject
) -> None:
    memory = in_memory()
    owner = make.account(aws)
    memory.accounts.add(owner)
    homes = [make.domain(aws, owner, name) for name in ("a.example", "a.example.net")]
    for home in homes:
        memory.domains.add(home)
    for states in (drawn, again):
        for home in homes:
            matters = {
                subject: matter(home, subject, kind, created=created, solved=solved, ignored=ignored)
                for subject, created, solved, ignored in states
            }
            for stores in (aws, memory):
                before = stores.advices.get(owner.id, home.id)
                after = advice(home, *matters.values())
                after = replace(after, version=before.version if before else 0)
                assert stores.advices.replace(before, after)
    order = data.draw(st.sampled_from(orders_of(kind)))
    sorting = Sorting(order, data.draw(st.booleans()))
    for solved, ignored in product((False, True), repeat=2):
        pages = []
        for stores in (aws, memory):
            asked = {"solved": solved, "ignored": ignored, "batch": 2}
            whole = list(stores.advices.listed(owner.id, kind, sorting, after=None, **asked))  # type: ignore[arg-type]
            assert whole == sorted(whole, key=sorting.place, reverse=sorting.descending)
            for place, each in enumerate(whole):
                rest = stores.advices.listed(owner.id, kind, sorting, after=sorting.place(each), **asked)  # type: ignore[arg-type]
                assert list(islice(rest, 2)) == whole[place + 1 : place + 3]
            pages.append(whole)
        assert pages[0] == pages[1]


def test_rows_come_in_the_order_of_domains(stores: Stores) -> None:
    owner = make.account(stores)
    homes = [
        make.domain(stores, owner, f"d{n}.example", number=number) for n, number in enumerate((9, 200, 31))
    ]
    for home in homes:
        stores.advices.replace(None, advice(home))
    assert [each.domain for each in stores.advices.rows(owner.id, after=None, batch=1)] == [9, 31, 200]
    assert [each.domain for each in stores.advices.rows(owner.id, after=DomainId(9), batch=1)] == [31, 200]
    some = stores.advices.rows_of(owner.id, [DomainId(200), DomainId(9), DomainId(1)])
    assert [each.domain for each in some] == [9, 200]


def test_orders_are_those_of_their_kind() -> None:
    assert Order.CATEGORY not in orders_of(Kind.ISSUE)
    assert set(orders_of(Kind.TASK)) == set(Order)
