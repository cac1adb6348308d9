from __future__ import annotations

from shared.core.api_keys import ApiKey, hash_of
from shared.core.groups import Group
from shared.core.ids import ApiKeyId, GroupId, UserId
from shared.core.members import Member
from shared.core.queues import RemovedGroup
from shared.core.rights import Level
from shared.core.sweeping import Sweeper
from tests.contract import given
from tests.contract.stores import Stores

NOON = 1_790_000_040
CLIENTS, OTHERS, ANNA = GroupId(42), GroupId(43), UserId(19)


def test_nothing_names_a_group_that_was_swept_up(stores: Stores) -> None:
    account = given.account(stores)
    domain = given.domain(stores, account)
    stores.members.add(Member(account.id, ANNA, "anna@orchard.example", NOON, 30, active=True), most=1)
    for number, group in enumerate((CLIENTS, OTHERS), 1):
        stores.groups.add(Group(group, account.id, f"group {group}", NOON), most=2)
        domain = stores.groups.assign(domain, group)
        stores.members.grant(account.id, ANNA, group, Level.READ)
        key = ApiKey(
            ApiKeyId(number), account.id, "k", "ps_live_abcd", hash_of(f"{group}"), 30, NOON, group=group
        )
        stores.api_keys.add(key, most=2)
    sweeper = Sweeper(stores.groups, stores.tags, stores.members, stores.api_keys)

    assert sweeper.sweep(RemovedGroup(account.id, CLIENTS)) == 0
    assert len(stores.api_keys.list_of(account.id)) == 2

    stores.groups.remove(account.id, CLIENTS)
    found = stores.accounts.get(account.id)
    assert found is not None
    assert found.removed_groups == {CLIENTS}
    assert sweeper.sweep(RemovedGroup(account.id, CLIENTS)) == 1
    assert sweeper.sweep(RemovedGroup(account.id, CLIENTS)) == 0
    found, member = stores.accounts.get(account.id), stores.members.get(account.id, ANNA)
    assert found is not None
    assert member is not None
    assert (found.removed_groups, member.levels) == (frozenset(), {OTHERS: Level.READ})
    assert [key.group for key in stores.api_keys.list_of(account.id)] == [OTHERS]
    assert stores.api_keys.spend(hash_of(f"{CLIENTS}"), NOON) is None
