"""Whatever happens in whatever order: no name is left for others to claim, and in the end nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.hosting.hosting import HostState
from shared.core.hosting.names import Service
from shared.core.hosting.policy_host import Certificate
from tests.unit.core.hosting.world import DAY, World

D, P = Service.DMARC, Service.POLICY


def _drift(world: World) -> None:
    """Somebody deletes a record set by hand."""
    if world.zones.sets:
        del world.zones.sets[min(world.zones.sets)]


def _fail(world: World) -> None:
    for label in list(world.hosts.tenants):
        world.hosts.become(label, certificate=Certificate.FAILED)


def _disable(world: World) -> None:
    """As a look does that was overtaken."""
    for label in list(world.hosts.tenants):
        world.hosts.become(label, enabled=False)


EVENTS: Mapping[str, Callable[[World], object]] = {
    "point": lambda world: world.point(*Service),
    "cut": lambda world: world.cut(*Service),
    "elsewhere": lambda world: world.cut(*Service, to="other.example"),
    "on": lambda world: world.mta_sts_on(),
    "off": lambda world: world.switches.mta_sts_off(world.right, now=world.now),
    "dmarc on": lambda world: world.dmarc_on(),
    "dmarc off": lambda world: world.switches.dmarc_off(world.right, now=world.now),
    "web": lambda world: setattr(world, "web_down", not world.web_down),
    "drift": _drift,
    "fail": _fail,
    "disable": _disable,
    "look": lambda world: world.look(after=60),
    "look later": lambda world: world.look(after=600),
    "look much later": lambda world: world.look(after=40 * DAY),
}


def happens(event: str, world: World) -> None:
    """One event; what must never come of it has not."""
    leads_here = world.customer.get((world.hosting.customer_name(P), "CNAME")) == [world.hosting.target(P)]
    served = any(held.name == world.hosting.target(P) and held.alias for held in world.zones.sets.values())
    depends = world.customer.get((world.hosting.customer_name(D), "CNAME")) == [world.hosting.target(D)]
    there = event != "drift" and world.hosting.target(D) in world.texts()
    calls = len(world.hosts.calls)
    EVENTS[event](world)
    deleted = "delete" in [call for call, _ in world.hosts.calls[calls:]]
    assert not (deleted and leads_here and served)
    assert world.hosting.target(D) in world.texts() or not (depends and there)


def begun(events: list[str]) -> World:
    world = World()
    world.dmarc_on()
    world.mta_sts_on()
    world.publish()
    for event in events:
        happens(event, world)
    return world


SOME = st.lists(st.sampled_from(sorted(EVENTS)), max_size=30)


@pytest.mark.statement("8H.11", "15.4")
@settings(max_examples=60, deadline=None)
@given(SOME)
def test_a_domain_that_goes_leaves_nothing_behind_once_its_cnames_are_gone(events: list[str]) -> None:
    world = begun(events)
    world.remove_domain()
    world.cut(*Service)
    for _ in range(30):
        world.look(after=10 * DAY)
    assert (world.hostings.stored, world.hosts.tenants, world.zones.sets) == ({}, {}, {})


@settings(max_examples=60, deadline=None)
@given(SOME)
def test_whatever_happened_all_is_served_when_the_cnames_are_set(events: list[str]) -> None:
    world = begun(events)
    world.web_down = False
    world.mta_sts_on()
    world.dmarc_on()
    world.point(*Service)
    for _ in range(60):
        world.look(after=3_600)
    assert world.is_host(HostState.ACTIVE)
    assert world.hosting.mta_sts.offered
    assert all(record.published for record in world.hosting.records.values())
