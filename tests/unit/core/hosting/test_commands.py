from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.access import system_writable
from shared.core.domains import ReportKinds
from shared.core.errors import Conflict, Invalid, Outdated
from shared.core.hosting.hosting import Changed, Hosting
from shared.core.hosting.names import (
    DOMAINS_PER_ZONE,
    BadZones,
    HostedZone,
    Service,
    choose_zone,
    customer_name,
    new_labels,
    parse_zones,
)
from shared.core.hosting.notes import notes_on
from shared.core.hosting.policies import Mode, Policy, mta_sts_record, next_id, policy_of
from shared.core.hosting.tending import SCHEDULED
from shared.core.ids import DomainId
from shared.core.queues import HostingCheck
from tests.unit.core.hosting.world import OWN, RECORD, ZONES, World, parked, served

D, M, T, P = Service.DMARC, Service.MTA_STS, Service.TLS_RPT, Service.POLICY


@pytest.mark.statement("15.1")
def test_every_name_has_its_own_label_that_never_comes_again() -> None:
    world = World()
    hosting = world.dmarc_on()
    labels = [record.label for record in hosting.records.values()]
    assert len(set(labels)) == len(Service)
    assert hosting.target(D) == f"{labels[0]}.h2.postseal.example"
    world.hostings.remove(hosting)
    again = world.dmarc_on()
    assert not {record.label for record in again.records.values()} & set(labels)


def test_labels_come_from_entropy_alone() -> None:
    tokens = iter("abcd")
    assert list(new_labels(lambda: next(tokens)).values()) == ["a", "b", "c", "d"]


@pytest.mark.statement("8.16", "15.1")
def test_where_the_customers_cnames_stand() -> None:
    assert [customer_name(service, "a.example") for service in (D, M, T, P)] == [
        "_dmarc.a.example",
        "_mta-sts.a.example",
        "_smtp._tls.a.example",
        "mta-sts.a.example",
    ]


@pytest.mark.statement("15.2")
def test_two_accounts_with_one_domain_have_different_names() -> None:
    world = World()
    first = world.dmarc_on()
    other = replace(world.domain, id=DomainId(21))
    second = world.switches.dmarc_on(system_writable(other), RECORD, now=world.now)
    assert first.target(D) != second.target(D)


@pytest.mark.statement("14.24")
def test_domains_spread_over_the_zones_that_have_room() -> None:
    ids = [DomainId(number) for number in range(20)]
    assert {choose_zone(ZONES, {}, each) for each in ids} == set(ZONES)
    full = {"Z1": DOMAINS_PER_ZONE}
    assert {choose_zone(ZONES, full, each) for each in ids} == {ZONES[1]}
    with pytest.raises(Conflict):
        choose_zone(ZONES, {"Z1": DOMAINS_PER_ZONE, "Z2": DOMAINS_PER_ZONE}, DomainId(1))


@pytest.mark.statement("14.24")
def test_a_domain_stays_in_its_zone_when_zones_are_added() -> None:
    world = World()
    before = world.dmarc_on()
    world.switches = replace(world.switches, zones=(HostedZone("Z9", "h9.postseal.example"), *ZONES))
    after = world.dmarc_on(RECORD.replace("none", "reject"))
    assert after.zone == before.zone


def test_zones_are_read_from_settings() -> None:
    assert parse_zones("Z1=h1.Example. , /hostedzone/Z2=h2.example") == (
        HostedZone("Z1", "h1.example"),
        HostedZone("Z2", "h2.example"),
    )
    for text in ("", "Z1", "=h1.example", "Z1=not a name"):
        with pytest.raises(BadZones):
            parse_zones(text)


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 -all",
        "v=DMARC1; p=none",
        f"v=DMARC1; p=none; rua=mailto:{OWN}",
        f"v=DMARC1; p=none; ruf=mailto:{OWN}",
        f"v=DMARC1; p=none; rua=mailto:other@reports.example; ruf=mailto:{OWN}",
        f"v=DMARC1; rua=mailto:{OWN}; ruf=mailto:{OWN}",
        f"v=DMARC1; p=nothing; rua=mailto:{OWN}; ruf=mailto:{OWN}",
        RECORD + "; fo=" + "x" * 3_000,
        RECORD + "; x=\xe9",
    ],
)
def test_records_that_are_not_hosted(record: str) -> None:
    with pytest.raises(Invalid) as refusal:
        World().dmarc_on(record)
    assert refusal.value.param == "record"


def test_a_record_may_have_more_addresses_than_ours() -> None:
    record = f"v=DMARC1; p=quarantine; rua=mailto:a@b.example,mailto:{OWN.upper()}!10m; ruf=mailto:{OWN}"
    assert World().dmarc_on(record).record(D).value == record


@pytest.mark.parametrize(
    "policies", ["p=reject", "p=reject; sp=none", "p=none; sp=reject", "p=reject; sp=reject; t=y"]
)
def test_the_record_of_a_parked_domain_rejects(policies: str) -> None:
    addresses = f"rua=mailto:{OWN}; ruf=mailto:{OWN}"
    world = parked(World())
    with pytest.raises(Invalid):
        world.dmarc_on(f"v=DMARC1; {policies}; {addresses}")
    world.dmarc_on(f"v=DMARC1; p=reject; sp=reject; {addresses}")


def test_a_parked_domain_has_no_hosted_mta_sts() -> None:
    with pytest.raises(Invalid):
        parked(World()).mta_sts_on()


def test_hosted_mta_sts_needs_tls_reports() -> None:
    world = World()
    world.domain = replace(world.domain, kinds=ReportKinds(tls=False))
    with pytest.raises(Invalid) as refusal:
        world.mta_sts_on()
    assert refusal.value.param == "report_kinds.tls"


@pytest.mark.statement("8.9")
def test_switching_mta_sts_on_publishes_no_id_yet() -> None:
    hosting = World().mta_sts_on()
    assert hosting.record(M).value == ""
    assert hosting.record(T).value == f"v=TLSRPTv1; rua=mailto:{OWN}"
    assert hosting.record(P).value


def test_switching_off_what_is_off_changes_nothing() -> None:
    world = World()
    before = world.dmarc_on()
    assert world.switches.mta_sts_off(world.right, now=world.now) == before
    off = world.switches.dmarc_off(world.right, now=world.now)
    assert world.switches.dmarc_off(world.right, now=world.now + 9) == off
    assert off.record(D).value == RECORD, "it goes on answering"


def test_switching_off_what_never_was_on_stores_nothing() -> None:
    world = World()
    world.switches.dmarc_off(world.right, now=world.now)
    world.switches.mta_sts_off(world.right, now=world.now)
    assert (world.hostings.stored, world.changes.sent, world.checks.sent) == ({}, [], [])


def test_a_look_can_be_had_before_the_schedule_comes_round() -> None:
    world = World()
    world.switches.look_again(world.right)
    assert world.checks.sent == [(HostingCheck(world.domain.account, world.domain.id, SCHEDULED), 0)]


def test_looks_on_demand_are_followed_by_none_that_find_nothing() -> None:
    world = World()
    world.dmarc_on()
    world.settle(2)
    for _ in range(3):
        world.checks.sent.clear()
        world.switches.look_again(world.right)
        ((check, _),) = world.checks.sent
        world.checks.sent.clear()
        world.tender.tend(check, world.now)
        assert not world.checks.sent


def test_an_outdated_revision_is_refused() -> None:
    world = World()
    world.switches.dmarc_on(world.right, RECORD, now=world.now, revision=0)
    with pytest.raises(Outdated):
        world.switches.dmarc_on(world.right, RECORD, now=world.now, revision=0)
    world.switches.dmarc_off(world.right, now=world.now, revision=1)


def test_our_own_work_does_not_make_a_revision_outdated() -> None:
    world = served()
    revision = world.hosting.dmarc.revision
    world.look(after=3_600)
    world.switches.dmarc_on(world.right, RECORD, now=world.now, revision=revision)


def test_two_changes_at_once_both_count() -> None:
    world = World()
    world.dmarc_on()
    put = world.hostings.put

    def put_late(hosting: Hosting) -> Hosting:
        world.hostings.put = put  # type: ignore[method-assign]
        world.mta_sts_on()
        return put(hosting)

    world.hostings.put = put_late  # type: ignore[method-assign]
    after = world.dmarc_on(RECORD.replace("none", "reject"))
    assert after.mta_sts.on
    assert "p=reject" in after.record(D).value


def test_a_hosting_that_never_stands_still_is_given_up() -> None:
    world = World()
    world.dmarc_on()

    def never(hosting: Hosting) -> Hosting:
        raise Changed("again", param="id")

    world.hostings.put = never  # type: ignore[method-assign]
    with pytest.raises(Changed):
        world.dmarc_on(RECORD.replace("none", "reject"))


@pytest.mark.statement("8.4", "8.5")
@pytest.mark.parametrize(
    ("mode", "mx", "max_age"),
    [
        ("maybe", ["mx.example"], 86_400),
        ("enforce", [], 86_400),
        ("testing", [], 86_400),
        ("enforce", ["a.example, b.example"], 86_400),
        ("enforce", ["*"], 86_400),
        ("enforce", ["a.*.example"], 86_400),
        ("enforce", ["localhost"], 86_400),
        ("enforce", ["mx.example\r\nmode: none"], 86_400),
        ("enforce", ["mx.example"], 86_399),
        ("enforce", ["mx.example"], 31_557_601),
        ("enforce", [f"mx{number}.example" for number in range(51)], 86_400),
    ],
)
def test_policies_that_are_not_served(mode: str, mx: list[str], max_age: int) -> None:
    with pytest.raises(Invalid):
        policy_of(mode, mx, max_age)


@pytest.mark.statement("8.5")
def test_mx_hosts_are_written_as_senders_compare_them() -> None:
    policy = policy_of("enforce", ["MX.Example.", "*.b\xfccher.example", "mx.example"], 86_400)
    assert policy == Policy(Mode.ENFORCE, ("mx.example", "*.xn--bcher-kva.example"), 86_400)


@pytest.mark.statement("8.8")
def test_ids_are_of_the_time_and_never_come_again() -> None:
    first = next_id(1_790_000_000, "")
    assert first == "20260921T141320Z"
    assert next_id(1_790_000_000, first) == "20260921T141321Z"
    assert next_id(0, "20991231T235959Z") == "21000101T000000Z"
    assert mta_sts_record(first) == "v=STSv1; id=20260921T141320Z;"


@pytest.mark.statement("15.3")
def test_a_cname_that_went_away_is_noted() -> None:
    world = served()
    assert notes_on(world.hosting) == ()
    world.cut(D)
    world.cut(P, to="elsewhere.example")
    world.look(after=60)
    assert [note.code for note in notes_on(world.hosting)] == ["hosted_cname_gone", "hosted_cname_elsewhere"]


@pytest.mark.statement("8.17")
def test_no_two_domains_share_a_policy_file() -> None:
    world = World()
    first = world.mta_sts_on()
    second = world.switches.mta_sts_on(
        system_writable(replace(world.domain, id=DomainId(20))), policy_of("none", [], 86_400), now=1
    )
    assert first.record(P).label != second.record(P).label
