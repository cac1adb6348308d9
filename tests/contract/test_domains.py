from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from shared.adapters.dynamodb import keys
from shared.core.accounts import Account, Recipient
from shared.core.domains import (
    SHARDS,
    DmarcPolicy,
    DnsStatus,
    DnsSummary,
    Domain,
    Presence,
    Proof,
    ReportKinds,
    every_active,
)
from shared.core.errors import Invalid, NotFound, PlanLimit
from shared.core.ids import AccountId, DomainId
from shared.core.plans import MOST_DOMAINS, DomainLimits
from tests.contract import given
from tests.contract.stores import AwsStores, Stores

NOW = 2_000


def every_count(stores: Stores, account: Account) -> tuple[int, int, int]:
    current = stores.accounts.get(account.id)
    assert current is not None
    return current.domains, current.active_domains, current.parked_domains


def counters(stores: Stores, account: Account) -> tuple[int, int]:
    current = stores.accounts.get(account.id)
    assert current is not None
    return current.domains, current.active_domains


def test_a_domain_is_found_by_id_number_name_and_token(stores: Stores) -> None:
    owner = given.account(stores)
    domain = given.domain(stores, owner)

    assert stores.domains.get(owner.id, domain.id) == domain
    assert stores.domains.named(owner.id, "example.com") == domain
    for reference in (f"ud_{domain.id}", str(domain.id), "example.com", "Example.COM."):
        assert stores.domains.resolve(owner.id, reference) == domain
    assert stores.accounts.recipient(domain.token) == Recipient(owner.id, domain.id)
    assert counters(stores, owner) == (1, 0)


def test_what_names_nothing_resolves_to_nothing(stores: Stores) -> None:
    owner = given.account(stores)

    for reference in ("", "ud_1", "usr_1", "not a domain", "example.org", "9" * 40):
        assert stores.domains.resolve(owner.id, reference) is None


def test_several_are_found_at_once(stores: Stores) -> None:
    owner = given.account(stores)
    first, second = given.domain(stores, owner, "a.example"), given.domain(stores, owner, "b.example")
    strange = given.domain(stores, given.account(stores), "c.example")
    references = ["b.example", "A.example.", f"ud_{second.id}", "", "c.example", str(strange.id), "9" * 40]

    found = stores.domains.resolve_many(owner.id, references)

    assert found == [second, first, second, None, None, None, None]
    assert stores.domains.get_many(owner.id, [second.id, strange.id, first.id]) == [second, first]
    assert stores.domains.resolve_many(owner.id, []) == stores.domains.get_many(owner.id, []) == []


def test_a_stranger_finds_nothing(stores: Stores) -> None:
    domain = given.domain(stores, given.account(stores))
    stranger = given.account(stores)

    assert stores.domains.get(stranger.id, domain.id) is None
    assert stores.domains.resolve(stranger.id, domain.name) is None
    assert stores.domains.covering(stranger.id, domain.name) is None
    assert stores.domains.page(stranger.id, after=None, limit=10).items == []


def test_an_account_has_a_name_once_and_two_accounts_may_share_it(stores: Stores) -> None:
    owner, other = given.account(stores), given.account(stores)
    given.domain(stores, owner)
    given.domain(stores, other)

    with pytest.raises(Invalid):
        given.domain(stores, owner)
    assert counters(stores, owner) == (1, 0)


def test_a_domain_of_nobody_is_refused(stores: Stores) -> None:
    owner = given.account(stores)
    domain = given.domain(stores, owner)

    with pytest.raises(NotFound):
        stores.domains.add(replace(domain, account=AccountId(888), token="t", name="example.net"))


def test_the_nearest_ancestor_covers(stores: Stores) -> None:
    owner = given.account(stores)
    parent = given.domain(stores, owner, "example.com")
    child = given.domain(stores, owner, "mail.example.com")

    assert stores.domains.covering(owner.id, "example.com") == parent
    assert stores.domains.covering(owner.id, "news.example.com") == parent
    assert stores.domains.covering(owner.id, "a.b.mail.example.com") == child
    assert stores.domains.covering(owner.id, "notexample.com") is None
    assert stores.domains.covering(owner.id, ".".join(["a"] * 120) + ".example.com") == parent


def test_pages_are_whole_and_in_order(stores: Stores) -> None:
    owner = given.account(stores)
    domains = [given.domain(stores, owner, f"d{number}.example") for number in range(7)]
    given.domain(stores, given.account(stores))

    first = stores.domains.page(owner.id, after=None, limit=3)
    second = stores.domains.page(owner.id, after=first.items[-1].id, limit=4)

    assert (first.items, first.more) == (domains[:3], True)
    assert (second.items, second.more) == (domains[3:], False)


def test_switching_on_and_off_moves_the_counter_once(stores: Stores) -> None:
    owner = given.account(stores)
    domain = given.domain(stores, owner)

    active = stores.domains.activate(domain, allowed=1, now=NOW)
    again = stores.domains.activate(domain, allowed=1, now=NOW + 1)

    assert active == again == replace(domain, active=True, activated=NOW, verified=NOW, updated=NOW)
    assert counters(stores, owner) == (1, 1)
    off = stores.domains.deactivate(active, now=NOW + 2)
    assert stores.domains.deactivate(active, now=NOW + 3) == off
    assert (off.active, off.deactivated) == (False, NOW + 2)
    assert counters(stores, owner) == (1, 0)


def test_the_plan_limits_active_domains(stores: Stores) -> None:
    owner = given.account(stores)
    first, second = given.domain(stores, owner, "a.example"), given.domain(stores, owner, "b.example")
    stores.domains.activate(first, allowed=1, now=NOW)

    with pytest.raises(Invalid):
        stores.domains.activate(second, allowed=1, now=NOW)
    assert stores.domains.get(owner.id, second.id) == second


def test_what_is_gone_cannot_be_switched_or_changed(stores: Stores) -> None:
    domain = given.domain(stores, given.account(stores))
    stores.domains.remove(domain)

    actions: list[Callable[[], Domain]] = [
        lambda: stores.domains.activate(domain, allowed=5, now=NOW),
        lambda: stores.domains.deactivate(domain, now=NOW),
        lambda: stores.domains.change(domain),
        lambda: stores.domains.verify(domain, Proof.TXT_RECORD, now=NOW),
    ]
    for action in actions:
        with pytest.raises(NotFound):
            action()


def test_a_proof_is_remembered_and_the_first_one_stays(stores: Stores) -> None:
    owner = given.account(stores)
    domain = given.domain(stores, owner)
    assert (domain.verified, domain.proof) == (None, None)

    verified = stores.domains.verify(domain, Proof.TXT_RECORD, now=NOW)

    assert verified == replace(domain, verified=NOW, proof=Proof.TXT_RECORD, updated=NOW)
    assert stores.domains.verify(domain, Proof.OPERATOR, now=NOW + 9) == verified
    assert stores.domains.get(owner.id, domain.id) == verified
    active = stores.domains.activate(verified, allowed=1, now=NOW + 9)
    assert (active.verified, active.proof) == (NOW, Proof.TXT_RECORD)
    assert stores.domains.deactivate(active, now=NOW + 9).verified == NOW


def test_what_was_active_before_there_was_verification_is_verified(aws: AwsStores) -> None:
    owner = given.account(aws)
    domain = aws.domains.activate(given.domain(aws, owner), allowed=1, now=NOW)
    key = keys.domain(owner.id, domain.id)
    aws.table.update(key, "REMOVE #verified, #parked")

    read = aws.domains.get(owner.id, domain.id)

    assert read == domain
    aws.table.update(key, "SET #active = :no", values={"no": False})
    inactive = aws.domains.get(owner.id, domain.id)
    assert inactive is not None
    assert inactive.verified is None


def test_a_change_keeps_what_others_changed_meanwhile(stores: Stores) -> None:
    owner = given.account(stores)
    read = given.domain(stores, owner)
    stores.domains.activate(read, allowed=5, now=NOW)

    changed = stores.domains.change(
        replace(
            read,
            notes="ours",
            kinds=ReportKinds(failure=True),
            top_level=True,
            wanted_dmarc="v=DMARC1; p=none",
            updated=NOW + 5,
        )
    )

    assert changed.active
    assert changed == stores.domains.get(owner.id, read.id)
    assert changed.wanted_dmarc
    assert not stores.domains.change(replace(changed, wanted_dmarc="")).wanted_dmarc
    assert (changed.notes, changed.kinds.failure, changed.top_level) == ("ours", True, True)


def test_a_check_of_the_dns_is_noted_and_nothing_else(stores: Stores) -> None:
    owner = given.account(stores)
    read = given.domain(stores, owner)
    stores.domains.change(replace(read, notes="ours"))
    states = Presence.PRESENT, Presence.ERROR, Presence.UNKNOWN
    texts = "10 mx.example.com", "ns.example.com hostmaster.example.com"
    summary = DnsSummary(DmarcPolicy.QUARANTINE, True, 7, True, True, *states, *texts)
    checked = replace(
        read, dns_status=DnsStatus.VALID, dns_status_message="fine", dns_checked=NOW, dns=summary
    )

    assert stores.domains.note_check(checked)
    assert stores.domains.get(owner.id, read.id) == replace(checked, notes="ours")
    stores.domains.remove(checked)
    assert not stores.domains.note_check(checked)
    assert stores.domains.get(owner.id, read.id) is None


def test_removing_frees_the_name_and_the_token(stores: Stores) -> None:
    owner = given.account(stores)
    domain = stores.domains.activate(given.domain(stores, owner), allowed=5, now=NOW)

    stores.domains.remove(domain)
    stores.domains.remove(domain)

    assert counters(stores, owner) == (0, 0)
    assert stores.accounts.recipient(domain.token) is None
    assert stores.domains.named(owner.id, domain.name) is None
    assert list(every_active(stores.domains)) == []
    given.domain(stores, owner)


def test_removing_goes_by_the_domain_as_it_is_and_not_as_it_was_read(stores: Stores) -> None:
    owner = given.account(stores)
    read = given.domain(stores, owner)
    stores.domains.activate(read, allowed=5, now=NOW)

    stores.domains.remove(read)

    assert counters(stores, owner) == (0, 0)


def test_every_active_domain_of_the_deployment_is_in_one_shard(stores: Stores) -> None:
    owner, other = given.account(stores), given.account(stores)
    domains = [given.domain(stores, owner, f"d{n}.example", number=3 + n * SHARDS) for n in range(5)]
    twin = given.domain(stores, other, "twin.example", number=3 + SHARDS)
    active = [stores.domains.activate(domain, allowed=9, now=NOW) for domain in (*domains[:4], twin)]

    page = stores.domains.of_shard(3, after=None, limit=2)
    rest = stores.domains.of_shard(3, after=page.items[-1].id, limit=9)

    assert page.more
    assert not rest.more
    listed = [(domain.account, domain.id) for domain in (*page.items, *rest.items)]
    assert sorted(listed) == sorted((domain.account, domain.id) for domain in active)
    assert stores.domains.of_shard(4, after=None, limit=9).items == []


def test_racing_activations_never_pass_the_limit(aws: AwsStores) -> None:
    owner = given.account(aws)
    domains = [given.domain(aws, owner, f"d{number}.example") for number in range(8)]

    def activate(domain: Domain) -> bool:
        try:
            aws.domains.activate(domain, allowed=3, now=NOW)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(activate, domains)) == 3
    assert counters(aws, owner) == (8, 3)
    assert len([d for d in domains if (aws.domains.get(owner.id, DomainId(d.id)) or d).active]) == 3


def test_a_parked_domain_takes_a_place_of_its_own_and_no_active_one(stores: Stores) -> None:
    owner = given.account(stores)
    limits = DomainLimits(total=9, active=1, parked=1)
    first = stores.domains.activate(given.domain(stores, owner, "a.example"), allowed=1, now=NOW)
    second = given.domain(stores, owner, "b.example")

    parked = stores.domains.park(second, parked=True, limits=limits, now=NOW)
    active = stores.domains.activate(second, allowed=1, now=NOW)

    assert parked == replace(second, parked=True, updated=NOW)
    assert (active.active, active.parked) == (True, True)
    assert every_count(stores, owner) == (2, 1, 1)
    with pytest.raises(PlanLimit):
        stores.domains.park(first, parked=True, limits=limits, now=NOW)
    with pytest.raises(Invalid):
        stores.domains.park(active, parked=False, limits=limits, now=NOW)
    assert stores.domains.park(active, parked=True, limits=limits, now=NOW + 9) == active
    assert every_count(stores, owner) == (2, 1, 1)


def test_counts_follow_every_way_of_parking(stores: Stores) -> None:
    owner = given.account(stores)
    domain = given.domain(stores, owner)

    parked = stores.domains.park(domain, parked=True, limits=MOST_DOMAINS, now=NOW)
    assert every_count(stores, owner) == (1, 0, 1)
    stores.domains.activate(parked, allowed=0, now=NOW)
    assert every_count(stores, owner) == (1, 0, 1)
    stores.domains.park(domain, parked=False, limits=MOST_DOMAINS, now=NOW)
    assert every_count(stores, owner) == (1, 1, 0)
    stores.domains.park(domain, parked=True, limits=MOST_DOMAINS, now=NOW)
    assert every_count(stores, owner) == (1, 0, 1)
    stores.domains.deactivate(domain, now=NOW)
    assert every_count(stores, owner) == (1, 0, 1)
    stores.domains.remove(domain)
    assert every_count(stores, owner) == (0, 0, 0)
    with pytest.raises(NotFound):
        stores.domains.park(domain, parked=True, limits=MOST_DOMAINS, now=NOW)


def test_a_domain_can_be_added_parked(stores: Stores) -> None:
    owner = given.account(stores)
    limits = DomainLimits(total=9, active=9, parked=1)

    def add(number: int) -> None:
        name = f"d{number}.example"
        domain = Domain(DomainId(number), owner.id, name, f"parked{number}", NOW, NOW, parked=True)
        stores.domains.add(domain, limits=limits)

    add(1)
    with pytest.raises(PlanLimit):
        add(2)
    assert every_count(stores, owner) == (1, 0, 1)


def test_racing_adds_never_pass_the_plan(aws: AwsStores) -> None:
    owner = given.account(aws)
    limits = DomainLimits(total=3, active=3, parked=3)

    def add(number: int) -> bool:
        domain = Domain(DomainId(number), owner.id, f"d{number}.example", f"race{number}", NOW, NOW)
        try:
            aws.domains.add(domain, limits=limits)
        except PlanLimit:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(1, 9))) == 3
    assert every_count(aws, owner) == (3, 0, 0)
    assert len(aws.domains.page(owner.id, after=None, limit=9).items) == 3


def test_racing_to_park_and_to_activate_leaves_the_counts_exact(aws: AwsStores) -> None:
    owner = given.account(aws)
    domains = [given.domain(aws, owner, f"d{number}.example") for number in range(4)]
    limits = DomainLimits(total=9, active=2, parked=2)

    def switch(turn: int) -> None:
        domain = domains[turn % 4]
        with suppress(Invalid):
            if turn % 3 == 0:
                aws.domains.activate(domain, allowed=2, now=NOW)
            elif turn % 3 == 1:
                aws.domains.park(domain, parked=turn % 2 == 0, limits=limits, now=NOW)
            else:
                aws.domains.deactivate(domain, now=NOW)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(switch, range(48)))
    left = aws.domains.page(owner.id, after=None, limit=9).items
    active = sum(domain.active and not domain.parked for domain in left)
    parked = sum(domain.parked for domain in left)
    assert every_count(aws, owner) == (4, active, parked)
    assert active <= 2
    assert parked <= 2
