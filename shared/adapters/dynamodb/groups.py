from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.named_items import Named, all_members, members, only
from shared.adapters.dynamodb.placing import EXISTS, Place, Placing
from shared.adapters.dynamodb.table import Cancelled, Range, Step, Table, delete, put, update
from shared.core.accounts import Counted
from shared.core.domains import Domain
from shared.core.errors import Invalid, Refusal
from shared.core.groups import DEFAULT_LABEL, MOST_GROUPS, DomainIds, Group, Spread
from shared.core.ids import AccountId, DomainId, GroupId
from shared.core.labels import folded
from shared.core.rights import DEFAULT_GROUP

_MOST_UNSWEPT: Final = 200
"""Removed groups of an account: every request of it reads them."""


class DynamoGroups:
    """``Groups`` on the table.

    The default group has an item only once somebody changed it. What it counts follows from the account's
    counters, and whether it hides assigned domains is in the account's item, which every request reads."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._placing = Placing(table)
        self._named = Named(table, Counted.GROUPS, "group", "label")

    def add(self, group: Group, *, most: int) -> None:
        if folded(group.label) == folded(DEFAULT_LABEL):
            raise self._named.taken()
        self._named.add(group.account, _item_of(group), _name(group), most=most)

    def get(self, account: AccountId, group: GroupId) -> Group | None:
        return self.get_many(account, [group]).get(group)

    def get_many(self, account: AccountId, groups: Collection[GroupId]) -> dict[GroupId, Group]:
        wanted = [keys.group(account, group) for group in groups]
        if DEFAULT_GROUP in groups:
            wanted.append(keys.account(account))
        found = self._table.get_many(wanted)
        owner = found.pop(keys.account(account), None)
        others = [_group_of(item) for item in found.values() if item["id"] != DEFAULT_GROUP]
        made = {group.id: group for group in others}
        if owner is not None:
            made[DEFAULT_GROUP] = _default_of(owner, found.get(keys.group(account, DEFAULT_GROUP)))
        return made

    def list_of(self, account: AccountId) -> list[Group]:
        owner = self._table.get(keys.account(account))
        if owner is None:
            return []
        partition = Range(keys.group(account, DEFAULT_GROUP).pk)
        items = {item["id"]: item for item in self._table.query(partition, consistent=True)}
        default = _default_of(owner, items.pop(DEFAULT_GROUP, None))
        return [default, *(_group_of(item) for item in items.values())]

    def change(self, group: Group) -> Group:
        if group.id == DEFAULT_GROUP:
            return self._change_default(group)
        if folded(group.label) == folded(DEFAULT_LABEL):
            raise self._named.taken()
        current = self.get(group.account, group.id)
        if current is None:
            raise self._named.absent()
        values: dict[str, Plain] = {"label": group.label, "notes": group.notes, "parked": group.parked}
        key = keys.group(group.account, group.id)
        was, becomes = _name(current), _name(group)
        return _group_of(self._named.change(key, values, group.version, was=was, becomes=becomes))

    def remove(self, account: AccountId, group: GroupId) -> None:
        key = keys.group(account, group)
        while (item := self._table.get(key)) is not None and group != DEFAULT_GROUP:
            forget = update(
                keys.account(account),
                "ADD #groups :less, #removed_groups :group",
                f"{EXISTS} AND (attribute_not_exists(#removed_groups) OR size(#removed_groups) < :most)",
                {"less": -1, "group": frozenset({int(group)}), "most": _MOST_UNSWEPT},
            )
            if self._named.remove(account, item, _name(_group_of(item)), forget):
                return
        raise self._named.absent()

    def sweep(self, account: AccountId, group: GroupId) -> int:
        if group == DEFAULT_GROUP or self._table.get(keys.group(account, group)) is not None:
            return 0
        left = list(all_members(self._table, keys.in_group(account, group, DomainId(0))))
        self._placing.move(account, left, _into(None, group))
        if not self.domains_of(account, group, after=None, limit=1).items:
            swept = {"group": frozenset({int(group)})}
            self._table.update(keys.account(account), "DELETE #removed_groups :group", EXISTS, swept)
        return len(left)

    def assign(self, domain: Domain, group: GroupId, *, out_of: GroupId | None = None) -> Domain:
        return only(self.assign_all([domain], group, out_of=out_of))

    def assign_all(
        self, domains: Sequence[Domain], group: GroupId, *, out_of: GroupId | None = None
    ) -> list[Domain | Refusal]:
        return self._move(domains, _into(group, None if out_of == group else out_of))

    def unassign(self, domain: Domain, group: GroupId) -> Domain:
        return only(self.unassign_all([domain], group))

    def unassign_all(self, domains: Sequence[Domain], group: GroupId) -> list[Domain | Refusal]:
        return self._move(domains, _into(None, group))

    def domains_of(
        self, account: AccountId, group: GroupId, *, after: DomainId | None, limit: int
    ) -> DomainIds:
        return members(self._table, keys.in_group(account, group, DomainId(0)), after, limit)

    def assigned(self, account: AccountId, *, after: DomainId | None, limit: int) -> DomainIds:
        return members(self._table, keys.in_any_group(account, DomainId(0)), after, limit)

    def spread(self, account: AccountId) -> Spread:
        owner = self._table.get(keys.account(account)) or {}
        assigned = owner.get("assigned_domains", 0)
        return Spread(assigned, owner.get("domains", 0) - assigned)

    def all_domains_of(self, account: AccountId, groups: Collection[GroupId]) -> frozenset[DomainId]:
        there = self.get_many(account, groups)
        partitions = (keys.in_group(account, group, DomainId(0)) for group in there)
        return frozenset(number for first in partitions for number in all_members(self._table, first))

    def _move(self, domains: Sequence[Domain], place: Place) -> list[Domain | Refusal]:
        if not domains:
            return []
        (account,) = {domain.account for domain in domains}
        return self._placing.move(account, [domain.id for domain in domains], place)

    def _change_default(self, group: Group) -> Group:
        current = self.get(group.account, DEFAULT_GROUP)
        if current is None:
            raise self._named.absent()
        item = _item_of(replace(group, version=group.version + 1, domains=0, active=0))
        as_read = "#version = :version" if group.version > 1 else "attribute_not_exists(#pk)"
        read: dict[str, Plain] = {"version": group.version} if group.version > 1 else {}
        hides = {"hides": group.hides_assigned}
        steps = [
            put(item, as_read, read),
            update(keys.account(group.account), "SET #default_group_hides_assigned = :hides", EXISTS, hides),
            *_renaming(current, group),
        ]
        try:
            self._table.transact(*steps)
        except Cancelled as cancelled:
            raise self._named.outdated() if 0 in cancelled.failed else self._named.taken() from None
        changed = self.get(group.account, DEFAULT_GROUP)
        if changed is None:
            raise self._named.absent()
        return changed


def _into(group: GroupId | None, out_of: GroupId | None) -> Place:
    """Into one group and out of another. Of the default group nothing is said: a domain is in it or not by
    what other groups it is in."""

    def place(domain: Domain) -> Domain | Refusal:
        joined = {group} - {None, DEFAULT_GROUP}
        groups = frozenset(number for number in {*domain.groups, *joined} if number and number != out_of)
        if len(groups) > max(MOST_GROUPS, len(domain.groups)):
            return Invalid(f"A domain may be in {MOST_GROUPS} groups")
        return replace(domain, groups=groups)

    return place


def _renaming(current: Group, group: Group) -> list[Step]:
    """The first label of the default group needs no item that takes it: no other group may have it."""
    ours = folded(DEFAULT_LABEL)
    was, becomes = folded(current.label), folded(group.label)
    if was == becomes:
        return []
    pointer = {**_name(group)._asdict(), "id": group.id}
    taking = [put(pointer, "attribute_not_exists(#pk)")] if becomes != ours else []
    return taking + ([delete(_name(current))] if was != ours else [])


def _name(group: Group) -> keys.Key:
    return keys.group_label(group.account, folded(group.label))


def _item_of(group: Group) -> Item:
    return {
        **keys.group(group.account, group.id)._asdict(),
        "id": group.id,
        "account": group.account,
        "label": group.label,
        "created": group.created,
        "notes": group.notes,
        "parked": group.parked,
        "domains": group.domains,
        "active": group.active,
        "version": group.version,
    }


def _group_of(item: Item) -> Group:
    return Group(
        id=GroupId(item["id"]),
        account=AccountId(item["account"]),
        label=item["label"],
        created=item["created"],
        notes=item["notes"],
        parked=item["parked"],
        domains=item["domains"],
        active=item["active"],
        version=item["version"],
    )


def _default_of(owner: Item, item: Item | None) -> Group:
    """Of the account's item, and of its own where it has one."""
    hides = owner.get("default_group_hides_assigned", False)
    return Group(
        id=DEFAULT_GROUP,
        account=AccountId(owner["id"]),
        label=item["label"] if item else DEFAULT_LABEL,
        created=owner["created"],
        notes=item["notes"] if item else "",
        hides_assigned=hides,
        domains=owner["domains"] - (owner.get("assigned_domains", 0) if hides else 0),
        active=owner.get("domains_on", 0) - (owner.get("assigned_on", 0) if hides else 0),
        version=item["version"] if item else 1,
    )
