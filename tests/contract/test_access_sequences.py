"""Whatever order groups, levels and domains change in, everybody sees what a plain reckoning says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.access_world import RANKS, Step, World
from tests.contract.stores import in_memory, on_aws

SLOTS = st.integers(0, 3)
GROUPS = st.integers(0, 2)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("add domain"), SLOTS, st.none() | GROUPS),
    st.tuples(st.just("remove domain"), SLOTS),
    st.tuples(st.just("make group"), GROUPS),
    st.tuples(st.just("remove group"), GROUPS),
    st.tuples(st.just("sweep"), GROUPS),
    st.tuples(st.just("assign"), SLOTS, GROUPS),
    st.tuples(st.just("move"), SLOTS, GROUPS, GROUPS),
    st.tuples(st.just("unassign"), SLOTS, GROUPS),
    st.tuples(st.just("hide assigned"), st.booleans()),
    st.tuples(st.just("grant"), st.sampled_from([12, 13]), st.none() | GROUPS, st.sampled_from(RANKS)),
)

BEGINNING: list[Step] = [
    ("make group", 0),
    ("make group", 1),
    ("add domain", 0, None),
    ("add domain", 1, 0),
    ("grant", 12, 0, "read"),
    ("grant", 13, None, "write"),
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=30))
def test_everybody_sees_what_a_plain_reckoning_says(steps: list[Step]) -> None:
    world = World(in_memory())
    for step in BEGINNING + steps:
        world.take(step)
        world.check()


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(STEPS, min_size=20, max_size=30))
def test_so_they_do_on_the_table(steps: list[Step]) -> None:
    with on_aws() as stores:
        world = World(stores)
        for step in BEGINNING + steps:
            world.take(step)
        world.check()


@pytest.mark.parametrize("hides", [False, True])
def test_a_domain_of_a_removed_group_is_nobodys_who_had_it_by_that(hides: bool) -> None:
    world = World(in_memory())
    steps: list[Step] = [
        ("make group", 0), ("add domain", 0, 0), ("grant", 12, 0, "write"), ("hide assigned", hides)
    ]  # fmt: skip
    for step in steps:
        world.take(step)
    assert world.ledger.seen(12) == list(world.ledger.domains)
    for step in (("remove group", 0), ("sweep", 0)):
        world.take(step)
        world.check()
        assert world.ledger.seen(12) == []
