from __future__ import annotations

from typing import Any

import pytest

from shared.core.errors import Conflict, Invalid
from shared.core.hosting.commands import checked_dmarc
from shared.core.hosting.names import Service
from shared.core.hosting.policies import DAY, Mode, policy_of
from shared.core.hosting.wishes import default_record, require_on, wanted_policy, wanted_record
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import OWN, POLICY, RECORD, World, parked

MX = ("orchard.example", "MX")


def world_with_mx() -> World:
    world = World()
    world.customer[MX] = ["10 mx1.orchard.example", "20 mx2.orchard.example"]
    return world


def wanted(world: World, **said: Any) -> Any:
    hosting = world.switches.get(world.domain, now=world.now)
    return wanted_policy(hosting, world, **({"mode": None, "mx": None, "max_age": None} | said))


@pytest.mark.parametrize("made", [World(), parked(World())])
def test_the_default_record_can_be_hosted(made: World) -> None:
    record = default_record(made.domain, OWN)
    assert checked_dmarc(record, own=OWN, parked=made.domain.parked) == record


@pytest.mark.statement("12.1")
def test_a_parked_domain_rejects_by_default() -> None:
    record = default_record(parked(World()).domain, OWN)
    assert record.startswith("v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; rua=")


def test_the_last_record_comes_back_when_none_is_given() -> None:
    world = World()
    never = world.switches.get(world.domain, now=world.now)
    assert wanted_record(never, None, "default") == "default"
    world.dmarc_on()
    off = world.switches.dmarc_off(world.right, now=world.now)
    assert wanted_record(off, None, "default") == RECORD
    assert wanted_record(off, "another", "default") == "another"


@pytest.mark.statement("8.11")
def test_the_first_policy_tests_for_a_day_what_the_mx_records_say() -> None:
    assert wanted(world_with_mx()) == policy_of(
        "testing", ["mx1.orchard.example", "mx2.orchard.example"], DAY
    )


def test_what_is_left_out_stays_as_it_is() -> None:
    world = world_with_mx()
    world.mta_sts_on()
    assert wanted(world) == POLICY
    assert wanted(world, mode="testing") == policy_of("testing", POLICY.mx, POLICY.max_age)
    assert wanted(world, max_age=DAY, mx=["a.example"]) == policy_of("enforce", ["a.example"], DAY)


def test_after_it_was_switched_off_all_begins_anew() -> None:
    world = world_with_mx()
    world.mta_sts_on()
    world.switches.mta_sts_off(world.right, now=world.now)
    assert wanted(world).mode is Mode.TESTING


def test_a_policy_of_mode_none_needs_no_hosts() -> None:
    assert wanted(World(), mode="none") == policy_of("none", [], DAY)
    world = world_with_mx()
    world.mta_sts_on(policy_of("none", [], DAY))
    assert wanted(world, mode="testing").mx == ("mx1.orchard.example", "mx2.orchard.example")


@pytest.mark.parametrize(
    ("answer", "said"), [(FAILED, "gave no answer"), ([], "no MX records"), (["0 ."], "no MX records")]
)
def test_hosts_that_cannot_be_known_have_to_be_named(answer: Any, said: str) -> None:
    world = World()
    world.customer[MX] = answer
    with pytest.raises(Invalid) as refusal:
        wanted(world)
    assert (said in refusal.value.message, refusal.value.param) == (True, "mx")


def test_what_is_off_cannot_be_looked_at() -> None:
    world = World()
    hosting = world.dmarc_on()
    require_on(hosting, Service.DMARC)
    with pytest.raises(Conflict):
        require_on(hosting, Service.POLICY)
