from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hosting.commands import begin, with_dmarc, with_mta_sts
from shared.core.hosting.hosting import Changed, Hosting, HostState
from shared.core.hosting.names import HostedZone, Service
from shared.core.hosting.policies import REMOVAL, policy_of
from shared.core.hosting.sightings import CnameStatus, Pointing
from shared.core.ids import DomainId
from tests.contract.stores import Stores
from tests.unit.core.world import DOMAIN

ZONE = HostedZone("Z1", "h1.postseal.example")
OTHER = HostedZone("Z2", "h2.postseal.example")
OWN = "dom@reports.example"
RECORD = f"v=DMARC1; p=none; rua=mailto:{OWN}; ruf=mailto:{OWN}"


def hosting(number: int = DOMAIN.id, zone: HostedZone = ZONE) -> Hosting:
    labels = iter(f"d{number}l{place}" for place in range(9))
    domain = replace(DOMAIN, id=DomainId(number), name=f"d{number}.example")
    begun = begin(domain, zone, 1_000, lambda: next(labels))
    return with_dmarc(begun, RECORD, own=OWN, parked=False)


def full() -> Hosting:
    """With something in every field."""
    policy = policy_of("enforce", ["mx.orchard.example", "*.mail.example"], 7 * 86_400)
    made = with_mta_sts(hosting(), DOMAIN, policy, own=OWN, endpoint="d1.cloudfront.example", now=2_000)
    seen = Pointing(CnameStatus.MISCONFIGURED, "x.example", "other_target", 60, 3_000, 2_500, 2_900)
    record = replace(made.record(Service.POLICY), sent="s", change="C1", sent_at=9, confirmed="c", cname=seen)
    host = made.mta_sts.host.to(HostState.FAILED, 3_000, "caa_forbids")
    sts = replace(
        made.mta_sts,
        served=REMOVAL,
        put=2_100,
        id="20260101T000000Z",
        offered=True,
        longest_age=86_400,
        quiet=5,
        ended=4,
        host=host,
        file_status="active",
    )
    dmarc = replace(made.dmarc, ended=7)
    return replace(
        made.with_record(Service.POLICY, record), mta_sts=sts, dmarc=dmarc, departed=9_000, version=4
    )


def test_a_hosting_is_kept_as_it_was_and_counts_its_versions(stores: Stores) -> None:
    first = stores.hostings.add(full())
    assert first == replace(full(), version=1)
    assert stores.hostings.get(first.account, first.domain) == first

    second = stores.hostings.put(replace(first, departed=None))
    assert second == replace(first, departed=None, version=2)
    assert stores.hostings.get(first.account, first.domain) == second


def test_whoever_is_late_is_told(stores: Stores) -> None:
    first = stores.hostings.add(hosting())
    with pytest.raises(Changed):
        stores.hostings.add(hosting())
    second = stores.hostings.put(first)
    with pytest.raises(Changed):
        stores.hostings.put(first)
    with pytest.raises(Changed):
        stores.hostings.remove(first)
    assert stores.hostings.get(first.account, first.domain) == second


def test_what_was_never_there_cannot_be_put(stores: Stores) -> None:
    with pytest.raises(Changed):
        stores.hostings.put(hosting())
    assert stores.hostings.get(DOMAIN.account, DOMAIN.id) is None


@pytest.mark.statement("14.24")
def test_a_zone_knows_how_many_domains_it_holds(stores: Stores) -> None:
    assert stores.hostings.loads([ZONE, OTHER]) == {"Z1": 0, "Z2": 0}
    made = [stores.hostings.add(hosting(number)) for number in (1, 2, 3)]
    stores.hostings.add(hosting(4, OTHER))
    with pytest.raises(Changed):
        stores.hostings.add(hosting(4, OTHER))
    assert stores.hostings.loads([ZONE, OTHER]) == {"Z1": 3, "Z2": 1}

    stores.hostings.remove(made[0])
    stores.hostings.remove(made[0])
    assert stores.hostings.loads([ZONE]) == {"Z1": 2}
    assert stores.hostings.get(made[0].account, made[0].domain) is None


def test_a_quarter_of_the_hostings_has_its_turn(stores: Stores) -> None:
    for number in (1, 2, 5, 9):
        stores.hostings.add(hosting(number))
    account = DOMAIN.account
    assert list(stores.hostings.of_slot(1)) == [(account, 1), (account, 5), (account, 9)]
    assert list(stores.hostings.of_slot(2)) == [(account, 2)]
    assert list(stores.hostings.of_slot(3)) == []


def test_quarters_of_looks_do_not_go_back(stores: Stores) -> None:
    stores.turns.finish_quarter(9)
    assert stores.hostings.last_quarter() is None
    for quarter in (5, 7, 6):
        stores.hostings.finish_quarter(quarter)
    assert stores.hostings.last_quarter() == 7
