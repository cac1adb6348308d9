from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hosting.changes import (
    MOST_CHARACTERS,
    MOST_VALUES,
    Action,
    Change,
    RecordSet,
    batches,
    changes_for,
    wanted_sets,
)
from shared.core.hosting.names import Service
from shared.core.hosting.publishing import Published, Publisher
from shared.core.ids import DomainId
from shared.core.queues import HostingChange
from tests.unit.core.hosting.world import ENDPOINT, RECORD, World, served

D, P = Service.DMARC, Service.POLICY


def put(values: int, characters: int) -> tuple[Change, ...]:
    return (Change(Action.UPSERT, RecordSet("a.example", "TXT", ("x" * characters,) * values)),)


@pytest.mark.statement("14.23", "15.1")
def test_the_target_of_dmarc_holds_one_txt_record_and_nothing_else() -> None:
    world = World()
    (held,) = wanted_sets(world.dmarc_on(), D)
    assert held == RecordSet("label1.h2.postseal.example", "TXT", (f'"{RECORD}"',), ttl=300)


@pytest.mark.statement("15.6")
def test_ttls_are_five_minutes() -> None:
    world = served()
    assert {held.ttl for held in world.zones.sets.values()} == {300}


@pytest.mark.statement("8H.8", "8H.9", "14.24")
def test_a_policy_host_is_an_alias_with_its_caa_and_challenge() -> None:
    world = World()
    sets = {(each.name, each.type): each for each in wanted_sets(world.mta_sts_on(), P)}
    target = world.hosting.target(P)
    assert sets[target, "A"].alias == sets[target, "AAAA"].alias == ENDPOINT
    assert sets[target, "CAA"].values == ('0 issue "amazon.com"',)
    assert sets[f"_cf-challenge.{target}", "TXT"].values == (f'"{ENDPOINT}"',)


@pytest.mark.statement("14.24")
def test_a_domain_that_hosts_everything_has_seven_record_sets() -> None:
    assert len(served().zones.sets) == 7


@pytest.mark.statement("14.20")
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 30)), max_size=40))
def test_batches_keep_to_the_limits_and_lose_nothing(groups: list[tuple[int, int]]) -> None:
    items = [put(values, characters) for values, characters in groups]
    made = list(batches(items, lambda item: item))
    assert [item for batch in made for item in batch] == items
    for batch in made:
        weights = [change.weight for item in batch for change in item]
        assert sum(values for values, _ in weights) <= MOST_VALUES
        assert len(batch) == 1 or sum(characters for _, characters in weights) <= MOST_CHARACTERS


@pytest.mark.statement("14.20")
def test_an_upsert_counts_twice_and_a_delete_once() -> None:
    held = RecordSet("a.example", "TXT", ('"abc"', '"d"'))
    assert Change(Action.UPSERT, held).weight == (4, 16)
    assert Change(Action.DELETE, held).weight == (2, 8)


def message(world: World) -> HostingChange:
    hosting = world.hosting
    return HostingChange(hosting.zone.id, hosting.account, hosting.domain, hosting.version)


def test_doing_it_twice_changes_nothing() -> None:
    world = World()
    world.dmarc_on()
    world.publisher.publish([message(world)], world.now)
    sets = dict(world.zones.sets)
    world.publisher.publish([message(world)], world.now)
    assert world.zones.sets == sets
    assert len(world.zones.made) == 1


def test_a_crash_between_change_and_note_is_made_good() -> None:
    world = World()
    before = world.dmarc_on()
    world.publisher.publish([message(world)], world.now)
    world.hostings.stored[before.account, before.domain] = replace(before, version=world.hosting.version)
    world.publisher.publish([message(world)], world.now)
    assert not world.hosting.unsent
    assert len(world.zones.sets) == 1


def test_a_withdrawal_that_was_made_and_not_noted_is_noted() -> None:
    world = served()
    hosting = world.hosting.with_value(D, "")
    world.hostings.put(hosting)
    del world.zones.sets[hosting.zone.id, hosting.target(D), "TXT"]
    assert world.publisher.publish([message(world)], world.now) == Published()
    assert world.hosting.record(D).is_withdrawn


def several(count: int) -> list[World]:
    """Worlds that share their stores, with a domain each."""
    first = World()
    worlds = [first]
    for number in range(1, count):
        other = World(domain=replace(first.domain, id=DomainId(19 + 2 * number), name=f"d{number}.example"))
        other.hostings, other.zones, other.changes = first.hostings, first.zones, first.changes
        other.labels = 100 * number
        other.switches = replace(other.switches, hostings=first.hostings, changes=first.changes)
        worlds.append(other)
    for world in worlds:
        world.dmarc_on()
    first.publisher = Publisher(first.hostings, first.zones, first.checks)
    return worlds


@pytest.mark.statement("14.21")
def test_a_batch_of_messages_is_one_change_of_the_zone() -> None:
    worlds = several(5)
    published = worlds[0].publisher.publish(worlds[0].changes.sent, worlds[0].now)
    assert published == Published()
    assert [zone for zone, _ in worlds[0].zones.made] == ["Z2"]
    assert not any(world.hosting.unsent for world in worlds)


@pytest.mark.statement("14.21")
def test_the_messages_of_a_busy_zone_come_back() -> None:
    worlds = several(3)
    worlds[0].zones.busy = {"Z2"}
    published = worlds[0].publisher.publish(worlds[0].changes.sent, worlds[0].now)
    assert set(published.busy) == set(worlds[0].changes.sent)
    assert all(world.hosting.unsent for world in worlds)


def test_one_bad_record_does_not_hold_back_the_others() -> None:
    worlds = several(3)
    worlds[0].zones.bad = {worlds[1].hosting.target(D)}
    published = worlds[0].publisher.publish(worlds[0].changes.sent, worlds[0].now)
    assert [each.domain for each in published.refused] == [worlds[1].domain.id]
    assert published.busy == []  # it would come back before everything else of its zone
    assert [bool(world.hosting.unsent) for world in worlds] == [False, True, False]


def test_what_changed_while_it_was_published_is_still_to_be_sent() -> None:
    world = World()
    world.dmarc_on()
    stale = message(world)
    plan = world.zones.change

    def change_meanwhile(zone: str, changes: object) -> str:
        world.zones.change = plan  # type: ignore[method-assign]
        world.dmarc_on(RECORD.replace("none", "reject"))
        return plan(zone, changes)  # type: ignore[arg-type]

    world.zones.change = change_meanwhile  # type: ignore[method-assign]
    world.publisher.publish([stale], world.now)
    assert world.hosting.unsent == (D,)
    assert world.hosting.record(D).sent == RECORD


def test_nothing_is_deleted_but_what_is_there() -> None:
    world = served()
    hosting = world.hosting.with_value(P, "")
    deleted = {(change.set.name, change.set.type) for change in changes_for(world.zones, hosting)}
    target = hosting.target(P)
    assert deleted == {(target, "A"), (target, "AAAA"), (target, "CAA"), (f"_cf-challenge.{target}", "TXT")}
