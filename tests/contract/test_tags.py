from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest

from shared.core.accounts import Account
from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid, NotFound, Outdated, PlanLimit
from shared.core.ids import AccountId, DomainId, TagId
from shared.core.tags import MOST_TAGS, Tag
from tests.contract import given
from tests.contract.stores import AwsStores, Stores

MOST = 1_000
_numbers = count(100)


def tag(stores: Stores, owner: Account, name: str = "") -> Tag:
    number = next(_numbers)
    made = Tag(TagId(number), owner.id, name or f"Tag {number}", "#00FF00", created=1_000)
    stores.tags.add(made, most=MOST)
    return made


def listed(stores: Stores, owner: Account, number: TagId) -> list[DomainId]:
    return stores.tags.domains_of(owner.id, number, after=None, limit=1_000).items


def counted(stores: Stores, owner: Account, number: TagId) -> int:
    found = stores.tags.get(owner.id, number)
    assert found is not None
    return found.domains


def put_on(stores: Stores, domain: Domain, *tags: Tag) -> Domain:
    return stores.tags.put_on(domain, frozenset(each.id for each in tags))


def test_tags_are_found_by_id_and_by_name(stores: Stores) -> None:
    owner, other = given.account(stores), given.account(stores)
    first, second = tag(stores, owner, "Zebra"), tag(stores, owner, "ant")
    strange = tag(stores, other, "Strange")

    assert stores.tags.list_of(owner.id) == [first, second]
    assert stores.tags.get(owner.id, first.id) == stores.tags.named(owner.id, "ZEBRA") == first
    assert stores.tags.get(owner.id, strange.id) is stores.tags.named(owner.id, "Strange") is None
    assert stores.tags.get_many(owner.id, {second.id, strange.id}) == {second.id: second}


def test_a_name_is_taken_once_in_whatever_case(stores: Stores) -> None:
    owner = given.account(stores)
    first, second = tag(stores, owner, "Stra\u00dfe"), tag(stores, owner)

    with pytest.raises(Conflict) as refused:
        tag(stores, owner, "STRASSE")
    assert refused.value.param == "name"
    with pytest.raises(Conflict):
        stores.tags.change(replace(second, name="strasse"))
    changed = stores.tags.change(replace(first, name="Allee", color="#000000"))
    assert (
        changed
        == stores.tags.get(owner.id, first.id)
        == replace(first, name="Allee", color="#000000", version=2)
    )
    tag(stores, owner, "Strasse")
    with pytest.raises(Outdated):
        stores.tags.change(first)
    with pytest.raises(NotFound):
        stores.tags.change(replace(first, id=TagId(99)))


def test_the_plan_limits_tags(stores: Stores) -> None:
    owner = given.account(stores)
    first = tag(stores, owner)
    more = Tag(TagId(50), owner.id, "more", "#000000", created=1)

    with pytest.raises(PlanLimit):
        stores.tags.add(more, most=1)
    stores.tags.remove(owner.id, first.id)
    stores.tags.add(more, most=1)
    with pytest.raises(NotFound):
        stores.tags.add(replace(more, account=AccountId(888)), most=9)


def test_a_domain_gets_exactly_the_tags(stores: Stores) -> None:
    owner = given.account(stores)
    a, b, c = (tag(stores, owner) for _ in range(3))
    domain = given.domain(stores, owner)

    put_on(stores, domain, a, b)
    changed = put_on(stores, domain, b, c)

    assert changed == stores.domains.get(owner.id, domain.id) == replace(domain, tags=frozenset({b.id, c.id}))
    assert [counted(stores, owner, each.id) for each in (a, b, c)] == [0, 1, 1]
    assert [listed(stores, owner, each.id) for each in (a, b)] == [[], [domain.id]]
    stores.domains.remove(domain)
    assert [counted(stores, owner, each.id) for each in (a, b, c)] == [0, 0, 0]
    with pytest.raises(NotFound):
        put_on(stores, domain, a)


def test_unknown_and_too_many_tags_are_refused(stores: Stores) -> None:
    owner = given.account(stores)
    strange = tag(stores, given.account(stores))
    domain = given.domain(stores, owner)
    many = [tag(stores, owner) for _ in range(MOST_TAGS + 1)]

    with pytest.raises(NotFound):
        put_on(stores, domain, many[0], strange)
    with pytest.raises(Invalid):
        put_on(stores, domain, *many)
    assert stores.domains.get(owner.id, domain.id) == domain
    assert len(put_on(stores, domain, *many[:-1]).tags) == MOST_TAGS


def test_a_removed_tag_is_gone_at_once_and_swept_later(stores: Stores) -> None:
    owner = given.account(stores)
    made, kept = tag(stores, owner, "Gone"), tag(stores, owner)
    domains = [given.domain(stores, owner, f"d{number}.example") for number in range(4)]
    for domain in domains:
        put_on(stores, domain, made, kept)

    assert stores.tags.sweep(owner.id, made.id) == 0
    stores.tags.remove(owner.id, made.id)

    assert stores.tags.get(owner.id, made.id) is None
    assert stores.tags.named(owner.id, "gone") is None
    with pytest.raises(NotFound):
        stores.tags.remove(owner.id, made.id)
    put_on(stores, domains[0])
    stores.domains.remove(domains[1])
    assert stores.tags.sweep(owner.id, made.id) == 2
    assert listed(stores, owner, kept.id) == [domains[2].id, domains[3].id]
    assert counted(stores, owner, kept.id) == 2
    left = stores.domains.get(owner.id, domains[2].id)
    assert left is not None
    assert left.tags == {kept.id}


def test_tags_are_put_on_while_domains_go(aws: AwsStores) -> None:
    owner = given.account(aws)
    a, b = tag(aws, owner), tag(aws, owner)
    domains = [given.domain(aws, owner, f"d{number}.example") for number in range(6)]

    def act(number: int) -> None:
        domain = domains[number % 6]
        try:
            match number % 4:
                case 0:
                    aws.domains.remove(domain)
                case 1:
                    put_on(aws, domain, a)
                case 2:
                    put_on(aws, domain, a, b)
                case _:
                    put_on(aws, domain)
        except NotFound:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(24)))

    there = aws.domains.page(owner.id, after=None, limit=100).items
    for each in aws.tags.list_of(owner.id):
        having = [domain.id for domain in there if each.id in domain.tags]
        assert (listed(aws, owner, each.id), each.domains) == (having, len(having))
