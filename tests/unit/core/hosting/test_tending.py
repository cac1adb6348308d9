"""The whole way of hosted services: on, changed, off, departed; through mishaps."""

from __future__ import annotations

import pytest

from shared.core.hosting.hosting import HostState
from shared.core.hosting.looking import look_at
from shared.core.hosting.names import Service
from shared.core.hosting.policies import REMOVAL, policy_of
from shared.core.hosting.progress import KEPT
from shared.core.hosting.tending import DELAYS, SCHEDULED
from shared.core.hosting.verification import Overall, dmarc_state, mta_sts_state
from shared.core.queues import HostingCheck
from shared.mailauth.evaluate.questions import Answer, Outcome
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import DAY, POLICY, RECORD, World, served

D, M, T, P = Service.DMARC, Service.MTA_STS, Service.TLS_RPT, Service.POLICY


def texts(world: World) -> set[str]:
    return {held.name for held in world.zones.sets.values() if held.type == "TXT"}


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


@pytest.mark.statement("8.8", "8.9", "8H.12")
def test_the_id_comes_after_the_body_is_live_and_nothing_older_is_cached() -> None:
    world = served()
    first = world.hosting.record(M).value
    changed = policy_of("testing", ["mx2.orchard.example"], DAY)
    world.stale = POLICY.body
    world.mta_sts_on(changed)
    world.settle(5)
    assert world.files.stored[world.hosting.record(P).label] == changed.body
    assert world.hosting.record(M).value == first  # caches still give the old one

    world.stale = None
    world.look(after=60)
    assert world.hosting.record(M).value != first
    assert world.hosting.mta_sts.served == changed


@pytest.mark.statement("8.9")
def test_a_new_body_waits_until_the_caches_have_let_go_of_the_old_one() -> None:
    world = served()
    first = world.hosting.record(M).value
    world.mta_sts_on(policy_of("testing", ["mx2.orchard.example"], DAY))
    world.look(after=5)
    world.look(after=20)
    assert world.hosting.record(M).value == first
    world.look(after=90)
    assert world.hosting.record(M).value != first


@pytest.mark.statement("8.8")
def test_a_policy_that_is_changed_back_has_a_new_id_too() -> None:
    world = served()
    first = world.hosting.record(M).value
    world.mta_sts_on(policy_of("testing", ["mx2.orchard.example"], DAY))
    world.look(after=5)
    world.mta_sts_on(POLICY)
    world.settle(4)
    assert world.hosting.mta_sts.served == POLICY
    assert world.hosting.record(M).value != first


@pytest.mark.statement("8.8")
def test_without_a_change_the_id_stays() -> None:
    world = served()
    before = world.hosting.record(M).value
    world.mta_sts_on(POLICY)
    world.settle()
    assert world.hosting.record(M).value == before


@pytest.mark.statement("8.12", "15.4")
def test_removal_goes_through_mode_none_and_its_full_wait() -> None:
    world = served()
    world.switches.mta_sts_off(world.domain, now=world.now)
    world.settle()
    assert world.hosting.mta_sts.served == REMOVAL
    began = world.now

    world.cut(M, T, P)
    world.look(after=60)
    world.look(after=400)
    world.look(after=POLICY.max_age - 1_000)
    assert world.hosting.record(M).value, "the TXT record stays while senders may hold the policy"
    assert world.hosts.tenants, "and so does the host"

    world.now = began + KEPT + 3_600
    for _ in range(6):
        world.look(after=600)
    assert not world.hosting.record(M).value
    assert not world.hosts.tenants
    assert not world.files.stored
    assert {name.partition(".")[0] for name in texts(world)} == {world.hosting.record(D).label}


@pytest.mark.statement("8.12")
def test_the_wait_is_that_of_the_largest_max_age_ever_served() -> None:
    world = served()
    world.mta_sts_on(policy_of("enforce", ["mx.orchard.example"], DAY))
    world.settle()
    assert world.hosting.mta_sts.longest_age == POLICY.max_age


def test_a_policy_that_was_never_offered_leaves_at_once() -> None:
    world = World()
    world.mta_sts_on()
    world.settle(2)
    world.switches.mta_sts_off(world.domain, now=world.now)
    world.settle(3, every=400)
    assert world.is_host(HostState.OFF)
    assert not texts(world)


@pytest.mark.statement("8H.11")
def test_the_tenant_stays_while_the_cname_leads_to_it() -> None:
    world = served()
    world.switches.mta_sts_off(world.domain, now=world.now)
    world.settle()
    world.look(after=400 * DAY)
    world.look(after=400 * DAY)
    assert world.hosts.tenants
    assert not any(call == "disable" for call, _ in world.hosts.calls)


@pytest.mark.statement("8H.11")
def test_a_tenant_is_disabled_then_deployed_then_deleted() -> None:
    world = served()
    label = world.hosting.record(P).label
    world.cut(P, to="d99.cloudfront.example")
    world.look(after=60)
    world.look(after=400)
    assert world.hosts.calls[-1] == ("disable", label)
    world.hosts.become(label, deployed=False)
    world.look(after=60)
    assert world.hosts.calls[-1] == ("disable", label)
    world.hosts.become(label, deployed=True)
    world.look(after=60)
    assert world.hosts.calls[-1] == ("delete", label)
    world.look(after=60)
    assert world.is_host(HostState.WAITING_DNS)  # the service is still on

    world.point(P)
    world.settle()
    assert world.is_host(HostState.ACTIVE)


@pytest.mark.statement("15.3")
def test_the_record_of_a_domain_that_stays_is_kept_for_thirty_days_after_its_cname() -> None:
    world = served()
    world.switches.dmarc_off(world.domain, now=world.now)
    world.cut(D)
    world.look(after=60)
    world.look(after=KEPT - 60)
    assert world.hosting.target(D) in texts(world)
    world.look(after=120)
    assert world.hosting.target(D) not in texts(world)


@pytest.mark.statement("15.3")
def test_a_service_that_is_on_keeps_its_record_however_long_the_cname_is_gone() -> None:
    world = served()
    world.cut(D)
    for _ in range(3):
        world.look(after=40 * DAY)
    assert world.hosting.target(D) in texts(world)


@pytest.mark.statement("15.4")
def test_a_removed_domain_is_served_until_its_cnames_are_gone() -> None:
    world = served()
    world.remove_domain()
    for _ in range(4):
        world.look(after=100 * DAY)
    assert world.hosting.departed is not None
    assert world.hosting.target(D) in texts(world)
    assert world.files.stored[world.hosting.record(P).label] == POLICY.body, "the last policy, not none"

    world.cut(D)
    world.look(after=60)
    assert world.hosting.target(D) in texts(world), "one look is not enough"
    world.look(after=200)
    assert world.hosting.target(D) in texts(world), "two looks within the TTL are not, either"
    world.look(after=200)
    assert world.hosting.target(D) not in texts(world)


@pytest.mark.statement("15.4")
def test_a_domain_that_was_deactivated_is_served_as_before() -> None:
    world = served()
    active = world.domains.activate(world.domain, allowed=9, now=world.now)
    world.domains.deactivate(active, now=world.now)
    for _ in range(4):
        world.look(after=100 * DAY)
    assert world.hosting.departed is None
    assert world.hosting.target(D) in texts(world)
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
    assert world.hosting.target(D) in texts(world)
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
    assert world.hosting.target(D) in texts(world)


@pytest.mark.statement("15.7")
def test_a_flattened_cname_still_depends_on_our_record() -> None:
    world = served()
    world.remove_domain()
    world.cut(D)
    world.customer[world.hosting.customer_name(D), "TXT"] = [RECORD]
    for _ in range(4):
        world.look(after=10 * DAY)
    assert world.hosting.target(D) in texts(world)


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


def test_a_policy_host_without_its_addresses_has_all_its_records_sent_again() -> None:
    world = served()
    zone, name = world.hosting.zone.id, world.hosting.target(P)
    del world.zones.sets[zone, name, "A"], world.zones.sets[zone, name, "CAA"]
    world.look(after=3_600)
    assert {(zone, name, kind) for kind in ("A", "AAAA", "CAA")} <= set(world.zones.sets)


def test_a_file_that_is_gone_is_put_again() -> None:
    world = served()
    label = world.hosting.record(P).label
    policy_id = world.hosting.mta_sts.id
    world.files.remove(label)
    world.look(after=3_600)
    world.look(after=60)
    assert world.files.stored[label] == POLICY.body
    assert world.hosting.mta_sts.id == policy_id


def test_a_body_that_was_lost_is_put_again() -> None:
    world = served()
    world.mta_sts_on(policy_of("testing", ["mx2.orchard.example"], DAY))
    world.look(after=5)
    world.files.stored[world.hosting.record(P).label] = "nonsense"
    world.look(after=1_000)
    world.look(after=60)
    assert world.files.stored[world.hosting.record(P).label] == world.hosting.mta_sts.policy.body  # type: ignore[union-attr]


@pytest.mark.statement("8H.3")
def test_a_name_that_somebody_else_serves_is_tried_again_later() -> None:
    world = World()
    world.hosts.taken = {"mta-sts.orchard.example"}
    world.mta_sts_on()
    world.point(M, T, P)
    world.settle(4)
    assert world.is_host(HostState.FAILED)
    assert world.hosting.mta_sts.host.reason == "name_taken"
    world.hosts.taken = set()
    world.settle(3)
    assert world.is_host(HostState.FAILED)
    world.look(after=3_600)
    world.settle()
    assert world.is_host(HostState.ACTIVE)


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
    world.dmarc_on()
    world.settle(2)
    world.point(D)
    world.checks.sent.clear()
    world.look(after=3_600)
    world.cut(D)
    world.look(after=3_600)
    assert HostingCheck(world.domain.account, world.domain.id, 0) in [check for check, _ in world.checks.sent]
    assert SCHEDULED not in [check.round for check, _ in world.checks.sent]


def test_a_hosting_that_is_gone_is_no_trouble() -> None:
    world = World()
    assert world.tender.tend(HostingCheck(world.domain.account, world.domain.id), world.now) is None
