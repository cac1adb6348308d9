from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest

from shared.adapters.dynamodb import keys
from shared.core.accounts import Account
from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid, NotFound, Outdated, PlanLimit, Refusal
from shared.core.groups import MOST_GROUPS, Group, Spread
from shared.core.ids import AccountId, DomainId, GroupId, UserId
from shared.core.members import Member
from shared.core.queues import RemovedGroup
from shared.core.rights import DEFAULT_GROUP, Level
from shared.core.sweeping import Sweeper
from tests.contract import given
from tests.contract.stores import AwsStores, Stores

MOST = 1_000
_numbers = count(100)


def group(stores: Stores, owner: Account, label: str = "") -> Group:
    number = next(_numbers)
    made = Group(GroupId(number), owner.id, label or f"Group {number}", created=1_000)
    stores.groups.add(made, most=MOST)
    return made


def listed(stores: Stores, owner: Account, number: GroupId) -> list[DomainId]:
    return stores.groups.domains_of(owner.id, number, after=None, limit=1_000).items


def counted(stores: Stores, owner: Account, number: GroupId) -> int:
    found = stores.groups.get(owner.id, number)
    assert found is not None
    return found.domains


def current(stores: Stores, domain: Domain) -> Domain:
    found = stores.domains.get(domain.account, domain.id)
    assert found is not None
    return found


def hide_assigned(stores: Stores, owner: Account) -> None:
    default = stores.groups.get(owner.id, DEFAULT_GROUP)
    assert default is not None
    stores.groups.change(replace(default, hides_assigned=True))


def test_the_default_group_is_there_always(stores: Stores) -> None:
    owner = given.account(stores)
    given.domain(stores, owner)

    default = stores.groups.get(owner.id, DEFAULT_GROUP)

    assert default == Group(DEFAULT_GROUP, owner.id, "Default", owner.created, domains=1)
    assert stores.groups.list_of(owner.id) == [default]
    assert stores.groups.get(AccountId(888), DEFAULT_GROUP) is None
    assert stores.groups.list_of(AccountId(888)) == []
    with pytest.raises(NotFound):
        stores.groups.remove(owner.id, DEFAULT_GROUP)


def test_groups_are_listed_in_the_order_in_which_they_were_made(stores: Stores) -> None:
    owner, other = given.account(stores), given.account(stores)
    first, second = group(stores, owner, "Zebra"), group(stores, owner, "ant")
    strange = group(stores, other)

    assert stores.groups.list_of(owner.id)[1:] == [first, second]
    assert stores.groups.get(owner.id, strange.id) is None
    assert stores.groups.get_many(owner.id, [second.id, strange.id]) == {second.id: second}


def test_a_label_is_taken_once_in_whatever_case_and_spelling(stores: Stores) -> None:
    owner = given.account(stores)
    first, second = group(stores, owner, "Caf\u00e9"), group(stores, owner, "Other")
    group(stores, given.account(stores), "Caf\u00e9")

    for label in ("CAF\u00c9", "cafe\u0301", "default", "DEFAULT"):
        with pytest.raises(Conflict) as refused:
            group(stores, owner, label)
        assert refused.value.param == "label"
        with pytest.raises(Conflict):
            stores.groups.change(replace(second, label=label))
    renamed = stores.groups.change(replace(first, label="CAF\u00c9"))
    assert renamed.label == "CAF\u00c9"
    stores.groups.change(replace(renamed, label="Bar"))
    group(stores, owner, "caf\u00e9")


def test_the_default_group_can_be_renamed_and_renamed_back(stores: Stores) -> None:
    owner = given.account(stores)
    group(stores, owner, "Taken")
    default = stores.groups.get(owner.id, DEFAULT_GROUP)
    assert default is not None

    with pytest.raises(Conflict):
        stores.groups.change(replace(default, label="taken"))
    renamed = stores.groups.change(replace(default, label="All", notes="ours"))
    with pytest.raises(Conflict):
        group(stores, owner, "ALL")
    with pytest.raises(Conflict):
        group(stores, owner, "Default")
    back = stores.groups.change(replace(renamed, label="Default"))

    assert (renamed.label, renamed.notes, renamed.version) == ("All", "ours", 2)
    assert (back.label, back.version) == ("Default", 3)
    group(stores, owner, "All")
    with pytest.raises(Outdated):
        stores.groups.change(renamed)


def test_a_change_goes_by_what_was_read(stores: Stores) -> None:
    owner = given.account(stores)
    made = group(stores, owner)
    stores.groups.assign(given.domain(stores, owner), made.id)

    changed = stores.groups.change(replace(made, notes="n", parked=True))

    assert changed == replace(made, notes="n", parked=True, version=2, domains=1)
    assert stores.groups.get(owner.id, made.id) == changed
    with pytest.raises(Outdated):
        stores.groups.change(made)
    with pytest.raises(NotFound):
        stores.groups.change(replace(made, id=GroupId(99)))


def test_the_plan_limits_groups(stores: Stores) -> None:
    owner = given.account(stores)
    first = group(stores, owner)
    more = Group(GroupId(50), owner.id, "more", created=1)

    with pytest.raises(PlanLimit):
        stores.groups.add(more, most=1)
    stores.groups.remove(owner.id, first.id)
    stores.groups.add(more, most=1)
    with pytest.raises(NotFound):
        stores.groups.add(replace(more, account=AccountId(888)), most=9)


def test_a_domain_is_put_in_and_taken_out(stores: Stores) -> None:
    owner = given.account(stores)
    made, other = group(stores, owner), group(stores, owner)
    domain = given.domain(stores, owner)
    alone = given.domain(stores, owner, "alone.example")

    joined = stores.groups.assign(domain, made.id)
    again = stores.groups.assign(domain, made.id)

    assert joined == again == current(stores, domain) == replace(domain, groups=frozenset({made.id}))
    assert (listed(stores, owner, made.id), counted(stores, owner, made.id)) == ([domain.id], 1)
    assert listed(stores, owner, DEFAULT_GROUP) == [alone.id]
    assert stores.groups.assigned(owner.id, after=None, limit=9).items == [domain.id]
    both = stores.groups.assign(joined, other.id)
    assert both.groups == {made.id, other.id}
    moved = stores.groups.assign(both, other.id, out_of=made.id)
    assert moved.groups == {other.id}
    assert (listed(stores, owner, made.id), counted(stores, owner, made.id)) == ([], 0)
    out = stores.groups.unassign(moved, other.id)
    assert stores.groups.unassign(moved, other.id) == out == domain
    assert listed(stores, owner, DEFAULT_GROUP) == [domain.id, alone.id]
    assert stores.groups.assigned(owner.id, after=None, limit=9).items == []


def test_the_default_group_counts_all_or_hides_the_assigned(stores: Stores) -> None:
    owner = given.account(stores)
    made = group(stores, owner)
    for number in range(3):
        given.domain(stores, owner, f"d{number}.example")
    stores.groups.assign(given.domain(stores, owner), made.id)

    assert counted(stores, owner, DEFAULT_GROUP) == 4
    assert stores.groups.spread(owner.id) == Spread(assigned=1, unassigned=3)
    hide_assigned(stores, owner)
    assert counted(stores, owner, DEFAULT_GROUP) == 3
    account = stores.accounts.get(owner.id)
    assert account is not None
    assert account.default_group_hides_assigned


def test_what_is_gone_cannot_be_put_anywhere(stores: Stores) -> None:
    owner, stranger = given.account(stores), given.account(stores)
    made, strange = group(stores, owner), group(stores, stranger)
    domain, removed = given.domain(stores, owner), given.domain(stores, owner, "gone.example")
    stores.domains.remove(removed)

    for number in (GroupId(99), strange.id):
        with pytest.raises(NotFound):
            stores.groups.assign(domain, number)
    with pytest.raises(NotFound):
        stores.groups.assign(removed, made.id)
    with pytest.raises(NotFound):
        stores.groups.unassign(removed, made.id)
    assert current(stores, domain) == domain
    assert counted(stores, owner, made.id) == 0


def test_a_domain_is_in_no_more_groups_than_move_with_it(stores: Stores) -> None:
    owner = given.account(stores)
    domain = given.domain(stores, owner)
    for _ in range(MOST_GROUPS):
        domain = stores.groups.assign(domain, group(stores, owner).id)

    one_more = group(stores, owner)
    with pytest.raises(Invalid):
        stores.groups.assign(domain, one_more.id)
    moved = stores.groups.assign(domain, one_more.id, out_of=min(domain.groups))
    assert len(moved.groups) == MOST_GROUPS
    stores.domains.remove(moved)
    assert all(each.domains == 0 for each in stores.groups.list_of(owner.id))


def test_a_group_counts_its_active_domains(stores: Stores) -> None:
    owner = given.account(stores)
    made, removed = group(stores, owner), group(stores, owner)
    domain = stores.domains.activate(given.domain(stores, owner), allowed=9, now=1)

    def active(number: GroupId) -> int:
        found = stores.groups.get(owner.id, number)
        assert found is not None
        return found.active

    stores.groups.assign(stores.groups.assign(domain, made.id), removed.id)
    assert (active(made.id), active(DEFAULT_GROUP)) == (1, 1)
    stores.groups.remove(owner.id, removed.id)
    off = stores.domains.deactivate(domain, now=2)
    assert off.groups == {made.id, removed.id}
    assert (active(made.id), active(DEFAULT_GROUP)) == (0, 0)
    stores.domains.activate(off, allowed=9, now=3)
    hide_assigned(stores, owner)
    assert (active(made.id), active(DEFAULT_GROUP)) == (1, 0)
    stores.groups.sweep(owner.id, removed.id)
    stores.groups.unassign(domain, made.id)
    assert (active(made.id), active(DEFAULT_GROUP)) == (0, 1)
    stores.domains.remove(domain)
    assert active(DEFAULT_GROUP) == 0


def test_many_move_at_once_each_by_itself(stores: Stores) -> None:
    owner = given.account(stores)
    made, source = group(stores, owner), group(stores, owner)
    domains = [given.domain(stores, owner, f"d{number}.example") for number in range(26)]
    stores.groups.assign_all(domains[:13], source.id)
    gone = domains[17]
    stores.domains.remove(gone)

    outcomes = stores.groups.assign_all([*domains, domains[0]], made.id, out_of=source.id)

    assert [isinstance(outcome, Refusal) for outcome in outcomes] == [
        domain is gone for domain in (*domains, domains[0])
    ]
    assert listed(stores, owner, made.id) == [domain.id for domain in domains if domain is not gone]
    assert (counted(stores, owner, made.id), counted(stores, owner, source.id)) == (25, 0)
    left = stores.groups.unassign_all(domains, made.id)
    assert sum(isinstance(outcome, Domain) for outcome in left) == 25
    assert (counted(stores, owner, made.id), listed(stores, owner, made.id)) == (0, [])
    assert stores.groups.assign_all([], made.id) == []


def test_pages_of_a_group_are_whole_and_in_order(stores: Stores) -> None:
    owner = given.account(stores)
    made = group(stores, owner)
    domains = [given.domain(stores, owner, f"d{number}.example") for number in range(7)]
    stores.groups.assign_all(domains, made.id)

    first = stores.groups.domains_of(owner.id, made.id, after=None, limit=3)
    second = stores.groups.domains_of(owner.id, made.id, after=first.items[-1], limit=4)

    assert ([*first.items, *second.items], first.more, second.more) == (
        [domain.id for domain in domains],
        True,
        False,
    )


def test_a_new_domain_can_come_into_groups(stores: Stores) -> None:
    owner = given.account(stores)
    made = group(stores, owner)
    domain = replace(given.domain(stores, owner), id=DomainId(9_000), name="new.example", token="new")

    stores.domains.add(replace(domain, groups=frozenset({made.id})))
    strange = replace(
        domain, id=DomainId(9_001), name="b.example", token="b", groups=frozenset({GroupId(99)})
    )
    with pytest.raises(NotFound):
        stores.domains.add(strange)

    assert (listed(stores, owner, made.id), counted(stores, owner, made.id)) == ([domain.id], 1)
    assert stores.domains.named(owner.id, "b.example") is None
    account = stores.accounts.get(owner.id)
    assert account is not None
    assert account.domains == 2


def test_all_domains_of_several_groups(stores: Stores) -> None:
    owner = given.account(stores)
    first, second, removed = (group(stores, owner) for _ in range(3))
    a, b, c, d = (given.domain(stores, owner, f"{name}.example") for name in "abcd")
    stores.groups.assign_all([a, b], first.id)
    stores.groups.assign_all([b, c], second.id)
    stores.groups.assign(c, removed.id)
    stores.groups.remove(owner.id, removed.id)

    def of(*groups: GroupId) -> frozenset[DomainId]:
        return stores.groups.all_domains_of(owner.id, groups)

    assert of(first.id, second.id) == {a.id, b.id, c.id}
    assert of(DEFAULT_GROUP, first.id) == {a.id, b.id, d.id}
    assert of(removed.id, GroupId(99)) == of() == frozenset()


def test_a_removed_group_is_gone_at_once_and_swept_later(stores: Stores) -> None:
    owner = given.account(stores)
    made, kept = group(stores, owner, "Gone"), group(stores, owner)
    domains = [given.domain(stores, owner, f"d{number}.example") for number in range(24)]
    stores.groups.assign_all(domains, made.id)
    stores.groups.assign(domains[0], kept.id)
    stores.domains.remove(domains[1])

    assert stores.groups.sweep(owner.id, made.id) == 0
    stores.groups.remove(owner.id, made.id)

    assert stores.groups.get(owner.id, made.id) is None
    assert [each.id for each in stores.groups.list_of(owner.id)] == [DEFAULT_GROUP, kept.id]
    account = stores.accounts.get(owner.id)
    assert account is not None
    assert account.removed_groups == {made.id}
    with pytest.raises(NotFound):
        stores.groups.remove(owner.id, made.id)
    with pytest.raises(NotFound):
        stores.groups.assign(given.domain(stores, owner, "new.example"), made.id)
    group(stores, owner, "Gone")
    stores.domains.remove(domains[2])
    assert stores.groups.sweep(owner.id, made.id) == 22
    assert stores.groups.sweep(owner.id, made.id) == 0
    account = stores.accounts.get(owner.id)
    assert account is not None
    assert account.removed_groups == frozenset()
    assert current(stores, domains[0]).groups == {kept.id}
    assert len(listed(stores, owner, DEFAULT_GROUP)) == account.domains - 1 == 22
    hide_assigned(stores, owner)
    assert counted(stores, owner, DEFAULT_GROUP) == 22


def test_a_sweep_takes_the_levels_of_a_removed_group_too(stores: Stores) -> None:
    owner = given.account(stores)
    made = group(stores, owner)
    domain = stores.groups.assign(given.domain(stores, owner), made.id)
    member = Member(owner.id, UserId(5), "ada@example.com", joined=1, requests_per_minute=9)
    stores.members.add(member, most=9)
    stores.members.grant(owner.id, member.user, made.id, Level.WRITE)
    sweeper = Sweeper(stores.groups, stores.tags, stores.members, stores.api_keys)
    removed = RemovedGroup(owner.id, made.id)

    assert sweeper.sweep(removed) == 0
    assert stores.members.grant(owner.id, member.user, made.id, Level.WRITE).levels == {made.id: Level.WRITE}
    stores.groups.remove(owner.id, made.id)

    assert sweeper.sweep(removed) == 1
    assert sweeper.sweep(removed) == 0
    left = stores.members.get(owner.id, member.user)
    assert left is not None
    assert made.id not in left.levels
    assert current(stores, domain).groups == frozenset()


def test_domains_move_and_go_at_the_same_time(aws: AwsStores) -> None:
    owner = given.account(aws)
    left, right = group(aws, owner), group(aws, owner)
    domains = [given.domain(aws, owner, f"d{number}.example") for number in range(8)]
    aws.groups.assign_all(domains, left.id)

    def act(number: int) -> None:
        domain = domains[number % 8]
        try:
            match number % 5:
                case 0 if number < 10:
                    aws.domains.remove(domain)
                case 0 | 3:
                    aws.domains.activate(domain, allowed=9, now=1)
                case 4:
                    aws.domains.deactivate(domain, now=1)
                case 1:
                    aws.groups.assign(domain, right.id, out_of=left.id)
                case _:
                    aws.groups.assign_all(domains, left.id, out_of=right.id)
        except NotFound:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(24)))

    assert_exact(aws, owner)


def test_a_group_goes_while_domains_come_into_it(aws: AwsStores) -> None:
    owner = given.account(aws)
    made = group(aws, owner)
    domains = [given.domain(aws, owner, f"d{number}.example") for number in range(12)]

    def act(number: int) -> None:
        try:
            if number == 6:
                aws.groups.remove(owner.id, made.id)
            else:
                aws.groups.assign(domains[number], made.id)
        except NotFound:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(12)))
    aws.groups.sweep(owner.id, made.id)

    assert all(not current(aws, domain).groups for domain in domains)
    assert aws.table.get(keys.group(owner.id, made.id)) is None
    assert_exact(aws, owner)


def test_of_two_with_one_label_one_is_made(aws: AwsStores) -> None:
    owner = given.account(aws)

    def make(number: int) -> bool:
        try:
            aws.groups.add(Group(GroupId(100 + number), owner.id, "Same", created=1), most=MOST)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(make, range(8))) == 1
    account = aws.accounts.get(owner.id)
    assert account is not None
    assert account.groups == 1


def assert_exact(aws: AwsStores, owner: Account) -> None:
    """Every list and every count is what the domains' own items say."""
    domains = aws.domains.page(owner.id, after=None, limit=1_000).items
    hide_assigned(aws, owner)
    for each in aws.groups.list_of(owner.id):
        if each.id == DEFAULT_GROUP:
            inside = [domain.id for domain in domains if not domain.groups]
        else:
            inside = [domain.id for domain in domains if each.id in domain.groups]
        active = sum(domain.active for domain in domains if domain.id in inside)
        assert (listed(aws, owner, each.id), each.domains, each.active) == (inside, len(inside), active)
    assigned = [domain.id for domain in domains if domain.groups]
    assert aws.groups.assigned(owner.id, after=None, limit=1_000).items == assigned
    assert aws.groups.spread(owner.id) == Spread(len(assigned), len(domains) - len(assigned))
