"""Many domains in groups and with tags, written at once: as the stores would leave them, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.domain_items import item_of
from shared.adapters.dynamodb.expressions import encoded
from shared.adapters.dynamodb.placing import Shift, shift
from shared.adapters.dynamodb.table import Table
from shared.core.accounts import Account
from shared.core.domain_places import Shelves
from shared.core.domains import Domain
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId, TagId
from shared.core.tags import Tag
from tests.contract.stores import AwsStores

EVEN, THIRD, EMPTY = GroupId(2), GroupId(3), GroupId(4)
TAG = TagId(2)


@dataclass(frozen=True)
class Crowd:
    """Half of the domains are in ``EVEN``, a third in ``THIRD``; all have ``TAG``."""

    owner: Account
    shelves: Shelves
    size: int

    @property
    def middle(self) -> DomainId:
        return DomainId(self.size // 2)


def crowd(stores: AwsStores, owner: Account, size: int) -> Crowd:
    for group, label in ((EVEN, "even"), (THIRD, "third"), (EMPTY, "empty")):
        stores.groups.add(Group(group, owner.id, label, created=1), most=10)
    stores.tags.add(Tag(TAG, owner.id, "all", "#000000", created=1), most=10)
    domains = [_domain(owner, number) for number in range(1, size + 1)]
    whole = Shift()
    for domain in domains:
        whole.add(shift(None, domain))
    items = [encoded(item_of(domain)) for domain in domains]
    _write(stores.table, [*items, *(step.request["Item"] for step in whole.memberships)])
    stores.table.transact(*(step for _, step in whole.counters()))
    grown = {**whole.account, "domains": size}
    change = "ADD " + ", ".join(f"#{name} :{name}" for name in grown)
    stores.table.update(keys.account(owner.id), change, values=grown)
    counted = stores.accounts.get(owner.id)
    assert counted is not None
    return Crowd(counted, Shelves(owner.id, stores.domains, stores.groups, stores.tags), size)


def _domain(owner: Account, number: int) -> Domain:
    groups = {EVEN} if number % 2 == 0 else set()
    if number % 3 == 0:
        groups.add(THIRD)
    return Domain(
        DomainId(number),
        owner.id,
        f"customer{number}.example",
        f"token{number:015}",
        created=1,
        updated=1,
        groups=frozenset(groups),
        tags=frozenset({TAG}),
    )


def _write(table: Table, items: Iterable[Any]) -> None:
    left = iter(items)
    while batch := list(islice(left, 25)):
        requests = [{"PutRequest": {"Item": item}} for item in batch]
        table.client.batch_write_item(RequestItems={table.name: requests})  # type: ignore[dict-item]
