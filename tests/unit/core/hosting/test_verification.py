from __future__ import annotations

import pytest

from shared.core.hosting.looking import FileStatus, look_at
from shared.core.hosting.names import Service
from shared.core.hosting.notes import notes_on
from shared.core.hosting.sightings import CnameStatus
from shared.core.hosting.verification import (
    DmarcState,
    MtaStsState,
    Overall,
    TxtStatus,
    dmarc_state,
    mta_sts_state,
)
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import World, served

D, M, T, P = Service.DMARC, Service.MTA_STS, Service.TLS_RPT, Service.POLICY


def dmarc(world: World) -> DmarcState:
    return dmarc_state(world.hosting, world.run(look_at(world.hosting)), world.now)


def mta_sts(world: World, *services: Service) -> MtaStsState:
    look = world.run(look_at(world.hosting))
    return mta_sts_state(world.hosting, look, world.now, services or tuple(Service))


def begun() -> World:
    world = World()
    world.dmarc_on()
    world.settle(2)
    return world


def test_a_record_without_its_cname_awaits_setup() -> None:
    state = dmarc(begun())
    assert state.overall_status is Overall.ACTION_REQUIRED
    assert state.cname.status is CnameStatus.AWAITING_SETUP
    assert state.cname.host == "_dmarc.orchard.example"
    assert state.cname.expected_value == "label1.h2.postseal.example"
    assert state.cname.current_value is None
    assert state.txt_record.status is TxtStatus.PUBLISHED


def test_a_cname_without_the_record_is_pending() -> None:
    world = World()
    world.dmarc_on()
    world.point(D)
    state = dmarc(world)
    assert state.overall_status is Overall.PENDING
    assert state.cname.status is CnameStatus.VERIFIED
    assert state.txt_record.status is TxtStatus.QUEUED


@pytest.mark.statement("14.23", "15.3", "15.7")
@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("CNAME", "old.example", "other_target"),
        ("TXT", "v=DMARC1; p=none", "not_a_cname"),
    ],
)
def test_what_stands_in_the_way_is_shown(kind: str, value: str, reason: str) -> None:
    world = begun()
    world.customer["_dmarc.orchard.example", kind] = [value]
    state = dmarc(world)
    assert state.overall_status is Overall.ACTION_REQUIRED
    assert state.cname.status is CnameStatus.MISCONFIGURED
    assert (state.cname.current_value, state.cname.reason) == (value, reason)


@pytest.mark.statement("15.7")
def test_addresses_where_a_cname_is_expected_are_a_proxy() -> None:
    world = World()
    world.mta_sts_on()
    world.customer["mta-sts.orchard.example", "A"] = ["192.0.2.99"]
    world.settle(1)
    state = mta_sts(world, P)
    assert state.policy_cname is not None
    assert state.policy_cname.status is CnameStatus.MISCONFIGURED
    assert state.policy_cname.current_value == "192.0.2.99"
    assert [note.code for note in notes_on(world.hosting)] == ["hosted_name_has_records"]


@pytest.mark.statement("15.7")
def test_addresses_of_ours_without_a_cname_are_a_flattened_one() -> None:
    world = World()
    world.mta_sts_on()
    world.publish()
    world.customer["mta-sts.orchard.example", "A"] = ["198.51.100.7"]
    state = mta_sts(world, P)
    assert state.policy_cname is not None
    assert state.policy_cname.reason == "flattened"


def test_a_dns_that_does_not_answer_is_pending_and_leaves_what_was_seen() -> None:
    world = served()
    for kind in ("CNAME", "TXT"):
        world.customer["_dmarc.orchard.example", kind] = FAILED
    state = dmarc(world)
    assert state.overall_status is Overall.PENDING
    assert state.cname.status is CnameStatus.VERIFIED
    assert state.cname.error == "timeout"


def test_a_record_that_others_see_otherwise_is_not_published() -> None:
    world = served()
    world.hidden = {world.hosting.target(D)}
    assert dmarc(world).txt_record.status is TxtStatus.QUEUED


def test_all_of_mta_sts_is_ready_together() -> None:
    state = mta_sts(served())
    assert state.overall_status is Overall.READY
    assert state.policy_file is not None
    assert state.policy_file.status is FileStatus.ACTIVE
    assert state.policy_file.url == "https://mta-sts.orchard.example/.well-known/mta-sts.txt"


def test_one_of_the_records_can_be_asked_about_alone() -> None:
    world = served()
    world.cut(T)
    assert mta_sts(world, M).overall_status is Overall.READY
    only = mta_sts(world, T)
    assert only.overall_status is Overall.ACTION_REQUIRED
    assert only.mta_sts_record is None
    assert only.policy_cname is None


def test_a_file_that_cannot_be_fetched_is_unreachable() -> None:
    world = served()
    world.web_down = True
    state = mta_sts(world)
    assert state.policy_file is not None
    assert state.policy_file.status is FileStatus.UNREACHABLE
    assert state.overall_status is Overall.PENDING
    world.look(after=60)
    assert [note.code for note in notes_on(world.hosting)] == ["policy_unreachable"]


def test_a_certificate_that_caa_forbids_is_the_customers_to_do() -> None:
    world = World()
    world.mta_sts_on()
    world.customer["orchard.example", "CAA"] = ['0 issue ";"']
    world.publish()
    target = world.hosting.target(P)
    del world.zones.sets[world.hosting.zone.id, target, "CAA"]
    world.point(M, T, P)
    world.settle(1)
    state = mta_sts(world)
    assert state.overall_status is Overall.ACTION_REQUIRED
    assert state.policy_file is not None
    assert state.policy_file.reason == "caa_forbids"
    assert [note.code for note in notes_on(world.hosting)] == ["caa_forbids_certificate"]


def test_as_it_was_last_seen() -> None:
    world = served()
    assert dmarc_state(world.hosting, None, world.now).overall_status is Overall.READY
    assert mta_sts_state(world.hosting, None, world.now).overall_status is Overall.READY
