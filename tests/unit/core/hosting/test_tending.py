"""The whole way of hosted services: on, changed, off, departed; through mishaps."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from shared.core.hosting.hosting import HostState
from shared.core.hosting.looking import look_at
from shared.core.hosting.names import Service
from shared.core.hosting.progress import KEPT
from shared.core.hosting.tending import DELAYS, SCHEDULED
from shared.core.hosting.verification import Overall, dmarc_state, mta_sts_state
from shared.core.queues import HostingCheck
from shared.mailauth.evaluate.questions import Answer, Outcome
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import DAY, POLICY, RECORD, World, served

D, P = Service.DMARC, Service.POLICY


def test_hosted_dmarc_is_queued_until_it_is_in_sync_and_seen_from_outside() -> None:
    world = World()
    world.dmarc_on()
    assert not world.hosting.record(D).published

    world.zones.in_sync = False
    world.publish()
    world.look(after=5)
    assert not world.hosting.record(D).published  # answered, and not by every server

    world.zones.in_sync = True
    world.hidden = {world.hosting.target(D)}
    world.look(after=5)
    assert not world.hosting.record(D).published  # in sync, and not answered

    world.hidden = set()
    world.look(after=5)
    assert world.hosting.record(D).published


@pytest.mark.statement("8.16")
def test_everything_hosted_becomes_ready_once_the_cnames_are_set() -> None:
    world = served()
    look = world.run(look_at(world.hosting))
    assert dmarc_state(world.hosting, look, world.now).overall_status is Overall.READY
    assert mta_sts_state(world.hosting, look, world.now).overall_status is Overall.READY
    assert world.is_host(HostState.ACTIVE)


@pytest.mark.statement("15.3")
def test_the_record_of_a_domain_that_stays_is_kept_for_thirty_days_after_its_cname() -> None:
    world = served()
    world.switches.dmarc_off(world.right, now=world.now)
    world.cut(D)
    world.look(after=60)
    world.look(after=KEPT - 60)
    assert world.hosting.target(D) in world.texts()
    world.look(after=120)
    assert world.hosting.target(D) not in world.texts()


@pytest.mark.statement("15.3")
def test_a_service_that_is_on_keeps_its_record_however_long_the_cname_is_gone() -> None:
    world = served()
    world.cut(D)
    for _ in range(3):
        world.look(after=40 * DAY)
    assert world.hosting.target(D) in world.texts()


@pytest.mark.statement("15.4")
def test_a_removed_domain_is_served_until_its_cnames_are_gone() -> None:
    world = served()
    world.remove_domain()
    for _ in range(4):
        world.look(after=100 * DAY)
    assert world.hosting.departed is not None
    assert world.hosting.target(D) in world.texts()
    assert world.files.stored[world.hosting.record(P).label] == POLICY.body, "the last policy, not none"

    world.cut(D)
    world.look(after=60)
    assert world.hosting.target(D) in world.texts(), "one look is not enough"
    world.look(after=200)
    assert world.hosting.target(D) in world.texts(), "two looks within the TTL are not, either"
    world.look(after=200)
    assert world.hosting.target(D) not in world.texts()


@pytest.mark.statement("15.4")
def test_a_domain_that_was_deactivated_is_served_as_before() -> None:
    world = served()
    active = world.domains.activate(world.domain, allowed=9, now=world.now)
    world.domains.deactivate(active, now=world.now)
    for _ in range(4):
        world.look(after=100 * DAY)
    assert world.hosting.departed is None
    assert world.hosting.target(D) in world.texts()
    assert world.is_host(HostState.ACTIVE)


@pytest.mark.statement("15.4")
def test_a_departed_hosting_is_forgotten_when_nothing_is_left() -> None:
    world = served()
    world.remove_domain()
    world.cut(*Service)
    for _ in range(12):
        world.look(after=DAY)
    assert not world.hostings.stored
    assert not world.zones.sets
    assert not world.hosts.tenants


@pytest.mark.statement("15.4")
@pytest.mark.parametrize("answer", [FAILED, Answer(Outcome.FAILED, reason="SERVFAIL")])
def test_a_dns_that_does_not_answer_never_ends_a_record(answer: Answer) -> None:
    world = served()
    world.remove_domain()
    for service in Service:
        name = world.hosting.customer_name(service)
        for kind in ("CNAME", "TXT", "A"):
            world.customer[name, kind] = answer
    for _ in range(6):
        world.look(after=100 * DAY)
    assert world.hosting.target(D) in world.texts()
    assert world.hosts.tenants


@pytest.mark.statement("15.4")
def test_a_cname_that_comes_back_starts_the_count_again() -> None:
    world = served()
    world.remove_domain()
    world.cut(D)
    world.look(after=60)
    world.point(D)
    world.look(after=400)
    world.cut(D)
    world.look(after=400)
    assert world.hosting.target(D) in world.texts()


@pytest.mark.statement("15.7")
def test_a_flattened_cname_still_depends_on_our_record() -> None:
    world = served()
    world.remove_domain()
    world.cut(D)
    world.customer[world.hosting.customer_name(D), "TXT"] = [RECORD]
    for _ in range(4):
        world.look(after=10 * DAY)
    assert world.hosting.target(D) in world.texts()


@pytest.mark.statement("14.25")
def test_drift_is_repaired() -> None:
    world = served()
    zone, name = world.hosting.zone.id, world.hosting.target(D)
    del world.zones.sets[zone, name, "TXT"]
    world.look(after=3_600)
    assert (zone, name, "TXT") in world.zones.sets
    assert not world.hosting.record(D).published
    world.look(after=60)
    assert world.hosting.record(D).published


def test_nothing_stays_behind_of_a_host_that_drifted_when_it_was_let_go() -> None:
    world = World()
    world.mta_sts_on()
    world.settle(2)
    zone, name = world.hosting.zone.id, world.hosting.target(P)
    del world.zones.sets[zone, name, "A"]
    world.switches.mta_sts_off(world.right, now=world.now)
    world.settle(3, every=400)
    assert not world.zones.sets


def test_nothing_stays_behind_of_a_change_that_was_made_and_not_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.mta_sts_on()
    monkeypatch.setattr(world.hostings, "put", Mock(side_effect=ConnectionError))
    with pytest.raises(ConnectionError):
        world.publish()
    monkeypatch.undo()
    assert world.zones.sets
    world.switches.mta_sts_off(world.right, now=world.now)
    for _ in range(3):
        world.look(after=400)
    assert not world.zones.sets


def test_looks_follow_each_other_with_growing_delay_and_end() -> None:
    world = World()
    world.dmarc_on()
    world.publish()
    check = HostingCheck(world.domain.account, world.domain.id)
    delays = []
    while True:
        world.checks.sent.clear()
        world.now += 10
        world.tender.tend(check, world.now)
        if not world.checks.sent:
            break
        ((check, delay),) = world.checks.sent
        delays.append(delay)
    assert delays[-len(DELAYS) + 1 :] == list(DELAYS[1:])  # the CNAME never comes


def test_a_settled_hosting_is_left_to_the_schedule() -> None:
    world = served()
    world.checks.sent.clear()
    world.look(after=3_600)
    assert not world.checks.sent


def test_a_scheduled_look_that_finds_something_is_followed_by_others() -> None:
    world = World()
    world.mta_sts_on()
    world.settle(2)
    world.point(P)
    world.checks.sent.clear()
    world.look(after=3_600)
    assert HostingCheck(world.domain.account, world.domain.id, 0) in [check for check, _ in world.checks.sent]
    assert SCHEDULED not in [check.round for check, _ in world.checks.sent]


def test_a_cname_that_comes_and_goes_does_not_keep_looks_going() -> None:
    world = served()
    world.checks.sent.clear()
    for _ in range(10):
        world.cut(*Service)
        world.look(after=60)
        world.point(*Service)
        world.look(after=60)
    assert not world.checks.sent


def test_a_hosting_that_is_gone_is_no_trouble() -> None:
    world = World()
    assert world.tender.tend(HostingCheck(world.domain.account, world.domain.id), world.now) is None
