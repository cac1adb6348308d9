from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.core.domains import Domain
from shared.core.ids import AccountId, DomainId
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.schedule import Turn
from shared.core.watching.seen import Seen
from shared.core.watching.states import Change, DnsState, Knowledge, Known, Part, change_number
from shared.mailauth.evaluate.inspection import State
from tests.contract import given
from tests.contract.stores import Stores

NOW = 1_790_000_000
EXPIRES = NOW + 1_000
SOURCE = ApprovedSource("mailer", "Mailer", "mailer.test", "tag-1", NOW, NOW)
RECORD = "v=DMARC1; p=none"


def home(stores: Stores) -> Domain:
    return given.domain(stores, given.account(stores))


def state_for(domain: Domain, version: int = 1) -> DnsState:
    inspection = {"records": [RECORD], "findings": [{"code": "x", "severity": "warning"}], "ttl": None}
    parts = {
        Part.DMARC: Known(Part.DMARC, State.VALID, inspection, (RECORD,), NOW, (RECORD,)),
        Part.SPF: Known(Part.SPF, State.ERROR, {"records": []}, failing=NOW, answered=3, trouble="timeout"),
    }
    return DnsState(domain.account, domain.id, parts, ({"code": "y"},), version)


def change(at: int, part: Part = Part.DMARC, after: str = RECORD) -> Change:
    return Change(change_number(at, part), part, at, (), (after,))


def test_a_state_comes_back_as_it_was(stores: Stores) -> None:
    domain = home(stores)
    assert stores.dns_states.get(domain.account, domain.id) is None

    assert stores.dns_states.replace(state_for(domain), (), expires=EXPIRES)

    assert stores.dns_states.get(domain.account, domain.id) == state_for(domain)


def test_a_state_takes_only_the_place_of_the_one_before(stores: Stores) -> None:
    domain = home(stores)
    first, second, third = (state_for(domain, version) for version in (1, 2, 3))
    lost = change(NOW, after="lost")

    assert not stores.dns_states.replace(second, (lost,), expires=EXPIRES)
    assert stores.dns_states.replace(first, (), expires=EXPIRES)
    assert not stores.dns_states.replace(first, (lost,), expires=EXPIRES)
    assert not stores.dns_states.replace(third, (lost,), expires=EXPIRES)
    assert stores.dns_states.replace(second, (change(NOW),), expires=EXPIRES)
    assert not stores.dns_states.replace(second, (), expires=EXPIRES)

    assert stores.dns_states.get(domain.account, domain.id) == second
    history = stores.dns_states.history(domain.account, domain.id, before=None, limit=10)
    assert history == [change(NOW)]


def test_history_is_read_backwards_until_it_expires(stores: Stores) -> None:
    domain = home(stores)
    old, new, beside = change(NOW - 10), change(NOW), change(NOW, Part.SPF)
    stores.dns_states.replace(state_for(domain), (old,), expires=NOW + 1)
    stores.dns_states.replace(state_for(domain, 2), (new, beside), expires=EXPIRES)
    read = stores.dns_states.history

    assert read(domain.account, domain.id, before=None, limit=10) == [beside, new, old]
    assert read(domain.account, domain.id, before=None, limit=2) == [beside, new]
    assert read(domain.account, domain.id, before=beside.id, limit=2) == [new, old]
    assert read(domain.account, domain.id, before=old.id, limit=2) == []
    assert stores.dns_states.count_history(domain.account, domain.id) == 3
    stores.clock.time = NOW + 1
    assert read(domain.account, domain.id, before=None, limit=10) == [beside, new]
    assert stores.dns_states.count_history(domain.account, domain.id) == 2


def test_domains_do_not_see_each_other(stores: Stores) -> None:
    mine, other = home(stores), home(stores)
    stores.dns_states.replace(state_for(mine), (change(NOW),), expires=EXPIRES)

    assert stores.dns_states.knowledge(other.account, other.id) == Knowledge()
    assert stores.dns_states.knowledge(other.account, mine.id) == Knowledge()
    assert stores.dns_states.count_history(other.account, other.id) == 0


def test_all_that_a_look_needs_is_known_at_once(stores: Stores) -> None:
    domain = home(stores)
    seen = Seen(date(2026, 11, 20), {"s1": date(2026, 11, 19)})
    second = replace(SOURCE, slug="other", ips=("192.0.2.0/24", "2001:db8::/32"), resolved=NOW)
    stores.dns_states.replace(state_for(domain), (change(NOW),), expires=EXPIRES)
    stores.seen_mail.put(domain.account, domain.id, seen)
    stores.approved_sources.put(domain.account, domain.id, second)
    stores.approved_sources.put(domain.account, domain.id, SOURCE)
    stores.turns.put(Turn(domain.account, domain.id, 24))

    known = stores.dns_states.knowledge(domain.account, domain.id)

    assert known == Knowledge(state_for(domain), seen, (SOURCE, second))


def test_what_is_forgotten_is_gone_and_nothing_else(stores: Stores) -> None:
    gone, stays = home(stores), home(stores)
    for domain in (gone, stays):
        stores.dns_states.replace(state_for(domain), (change(NOW),), expires=EXPIRES)
        stores.seen_mail.put(domain.account, domain.id, Seen(date(2026, 11, 20)))
        stores.approved_sources.put(domain.account, domain.id, SOURCE)
        stores.turns.put(Turn(domain.account, domain.id, 1))

    stores.dns_states.forget(gone.account, gone.id)
    stores.dns_states.forget(gone.account, gone.id)

    assert stores.dns_states.knowledge(gone.account, gone.id) == Knowledge()
    assert stores.dns_states.count_history(gone.account, gone.id) == 0
    assert list(stores.turns.of_slot(1, 0)) == [Turn(stays.account, stays.id, 1)]
    assert stores.dns_states.get(stays.account, stays.id) == state_for(stays)


def test_a_domain_has_one_turn(stores: Stores) -> None:
    account, domain = AccountId(7), DomainId(98)
    stores.turns.put(Turn(account, domain, 96))
    assert list(stores.turns.of_slot(96, 2)) == [Turn(account, domain, 96)]

    stores.turns.put(Turn(account, domain, 24))
    stores.turns.put(Turn(AccountId(8), domain, 24))

    assert list(stores.turns.of_slot(96, 2)) == []
    assert [turn.account for turn in stores.turns.of_slot(24, 2)] == [account, AccountId(8)]
    stores.turns.remove(account, domain)
    stores.turns.remove(account, domain)
    assert [turn.account for turn in stores.turns.of_slot(24, 2)] == [AccountId(8)]


def test_quarters_do_not_go_back(stores: Stores) -> None:
    assert stores.turns.last_quarter() is None
    for quarter in (5, 7, 6):
        stores.turns.finish_quarter(quarter)
    assert stores.turns.last_quarter() == 7


def test_selectors_are_kept_with_their_days(stores: Stores) -> None:
    domain = home(stores)
    assert stores.seen_mail.get(domain.account, domain.id) == Seen()
    seen = Seen(None, {"s1": date(2026, 11, 19), "s2._x": date(2025, 1, 1)})

    stores.seen_mail.put(domain.account, domain.id, seen)

    assert stores.seen_mail.get(domain.account, domain.id) == seen


def test_sources_are_listed_by_slug(stores: Stores) -> None:
    domain = home(stores)
    sources = [replace(SOURCE, slug=slug) for slug in ("b", "a-b", "a", "z9")]
    for source in sources:
        stores.approved_sources.put(domain.account, domain.id, source)

    listed = stores.approved_sources.list_of(domain.account, domain.id)

    assert [source.slug for source in listed] == ["a", "a-b", "b", "z9"]
    assert stores.approved_sources.get(domain.account, domain.id, "a-b") == sources[1]
    stores.approved_sources.remove(domain.account, domain.id, "a")
    assert stores.approved_sources.get(domain.account, domain.id, "a") is None


def test_addresses_are_noted_only_of_the_source_that_was_looked_at(stores: Stores) -> None:
    domain = home(stores)
    resolved = replace(SOURCE, ips=("192.0.2.0/24",), resolved=NOW)
    stores.approved_sources.note_addresses(domain.account, domain.id, resolved)
    assert stores.approved_sources.get(domain.account, domain.id, "mailer") is None

    for current in (replace(SOURCE, tag="tag-2"), replace(SOURCE, modified=NOW + 1)):
        stores.approved_sources.put(domain.account, domain.id, current)
        stores.approved_sources.note_addresses(domain.account, domain.id, resolved)
        assert stores.approved_sources.get(domain.account, domain.id, "mailer") == current

    stores.approved_sources.put(domain.account, domain.id, SOURCE)
    stores.approved_sources.note_addresses(domain.account, domain.id, resolved)
    assert stores.approved_sources.get(domain.account, domain.id, "mailer") == resolved
