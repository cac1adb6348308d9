"""The way of hosted MTA-STS: policies and their ids, the web host and its mishaps."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest

from shared.core.hosting.hosting import HostState
from shared.core.hosting.names import Service
from shared.core.hosting.policies import REMOVAL, policy_of
from shared.core.hosting.policy_host import PolicyHostRefused, Reason, Tenant
from shared.core.hosting.progress import KEPT
from tests.unit.core.hosting.world import DAY, POLICY, World, served

D, M, T, P = Service.DMARC, Service.MTA_STS, Service.TLS_RPT, Service.POLICY


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
    world.switches.mta_sts_off(world.right, now=world.now)
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
    assert {name.partition(".")[0] for name in world.texts()} == {world.hosting.record(D).label}


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
    world.switches.mta_sts_off(world.right, now=world.now)
    world.settle(3, every=400)
    assert world.is_host(HostState.OFF)
    assert not world.texts()


@pytest.mark.statement("8H.11")
def test_the_tenant_stays_while_the_cname_leads_to_it() -> None:
    world = served()
    world.switches.mta_sts_off(world.right, now=world.now)
    world.settle()
    world.look(after=400 * DAY)
    world.look(after=400 * DAY)
    assert world.hosts.tenants
    assert not any(call == "disable" for call, _ in world.hosts.calls)


@pytest.mark.statement("8H.11")
def test_a_tenant_that_never_offered_anything_goes_after_the_name_that_leads_to_it() -> None:
    world = World()
    world.mta_sts_on()
    world.point(P)
    world.hosts.issues = False
    world.settle(3)
    world.switches.mta_sts_off(world.right, now=world.now)
    target = world.hosting.target(P)
    world.look(after=60)
    assert not [held for held in world.zones.sets.values() if held.name == target]
    world.look(after=60)
    assert world.hosts.tenants
    world.look(after=300)
    assert not world.hosts.tenants
    world.look(after=60)
    assert world.is_host(HostState.OFF)


@pytest.mark.statement("8H.11", "15.7")
def test_a_flattened_name_keeps_its_tenant_whichever_addresses_it_shows() -> None:
    world = served()
    world.cut(P)
    world.customer[world.hosting.customer_name(P), "A"] = ["198.51.100.99"]
    world.remove_domain()
    world.settle(4, every=400 * DAY)
    assert world.hosts.tenants
    assert world.hosting.record(P).cname.reason == "flattened"
    world.cut(M, T)
    world.web_down = True
    world.settle(6, every=400 * DAY)
    assert not world.hosts.tenants


@pytest.mark.statement("8H.11")
def test_a_cname_that_comes_back_in_time_finds_its_tenant() -> None:
    world = served()
    label = world.hosting.record(P).label
    world.cut(P, to="elsewhere.example")
    world.look(after=60)
    world.look(after=400)
    assert not world.hosts.tenants[label].enabled
    world.point(P)
    world.settle(3)
    assert world.is_host(HostState.ACTIVE)
    assert world.hosts.tenants[label].enabled
    assert ("delete", label) not in world.hosts.calls


def test_a_tenant_that_was_disabled_by_a_late_look_serves_again() -> None:
    world = served()
    label = world.hosting.record(P).label
    world.hosts.disable(label)
    world.settle(2)
    assert world.hosts.tenants[label].enabled


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


@pytest.mark.parametrize("lost", ["A", "CAA"])
def test_a_policy_host_without_one_of_its_records_has_all_of_them_sent_again(lost: str) -> None:
    world = served()
    zone, name = world.hosting.zone.id, world.hosting.target(P)
    del world.zones.sets[zone, name, lost]
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


@pytest.mark.statement("8H.5")
def test_a_cname_that_cloudfront_does_not_see_yet_is_waited_for() -> None:
    world = World()
    world.hosts.unseen = {"mta-sts.orchard.example"}
    world.mta_sts_on()
    world.point(M, T, P)
    world.settle(2)
    assert world.is_host(HostState.WAITING_DNS)
    assert world.hosting.mta_sts.host.reason == "name_unseen"
    since = world.hosting.mta_sts.host.since
    world.settle(2)
    assert world.hosting.mta_sts.host.since == since

    world.hosts.unseen = set()
    world.settle()
    assert world.is_host(HostState.ACTIVE)
    assert world.hosting.mta_sts.host.failures == 0


@pytest.mark.statement("8H.7")
def test_a_policy_that_anybody_can_fetch_needs_no_word_of_cloudfront(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may never get to know that a name leads to it by way of an alias of ours."""
    world = World()
    find = world.hosts.find

    def unsure(label: str, domain: str) -> Tenant | None:
        found = find(label, domain)
        return found and replace(found, leads_here=False)

    monkeypatch.setattr(world.hosts, "find", unsure)
    world.web_down = True
    world.mta_sts_on()
    world.point(M, T, P)
    world.settle()
    assert world.is_host(HostState.VALIDATING)
    assert not world.hosting.record(M).value

    world.web_down = False
    world.settle(3)
    assert world.is_host(HostState.ACTIVE)
    assert world.hosting.record(M).published


@pytest.mark.statement("8H.11")
def test_a_tenant_that_cannot_be_disabled_now_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when CloudFront says why by what it says of names that are new."""
    world = served()
    world.cut(P, to="d99.cloudfront.example")
    world.look(after=60)
    with monkeypatch.context() as patched:
        refused = PolicyHostRefused(Reason.NAME_UNSEEN)
        patched.setattr(world.hosts, "disable", Mock(side_effect=refused))
        world.look(after=400)
    assert world.is_host(HostState.FAILED)
    world.settle(3)
    assert not world.hosts.tenants
