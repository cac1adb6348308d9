from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.named_items import Named, all_members, members, only
from shared.adapters.dynamodb.placing import Place, Placing
from shared.adapters.dynamodb.table import Range, Table
from shared.core.accounts import Counted
from shared.core.domains import Domain
from shared.core.errors import Invalid, Refusal
from shared.core.groups import DomainIds
from shared.core.ids import AccountId, DomainId, TagId
from shared.core.labels import folded
from shared.core.tags import MOST_TAGS, Tag


class DynamoTags:
    """``Tags`` on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._placing = Placing(table)
        self._named = Named(table, Counted.TAGS, "tag", "name")

    def add(self, tag: Tag, *, most: int) -> None:
        self._named.add(tag.account, _item_of(tag), _name(tag), most=most)

    def get(self, account: AccountId, tag: TagId) -> Tag | None:
        return self.get_many(account, [tag]).get(tag)

    def get_many(self, account: AccountId, tags: Collection[TagId]) -> dict[TagId, Tag]:
        found = self._table.get_many(keys.tag(account, tag) for tag in tags)
        return {tag.id: tag for tag in map(_tag_of, found.values())}

    def list_of(self, account: AccountId) -> list[Tag]:
        partition = Range(keys.tag(account, TagId(0)).pk)
        return [_tag_of(item) for item in self._table.query(partition, consistent=True)]

    def named(self, account: AccountId, name: str) -> Tag | None:
        pointer = self._table.get(keys.tag_name(account, folded(name)))
        return None if pointer is None else self.get(account, TagId(pointer["id"]))

    def change(self, tag: Tag) -> Tag:
        current = self.get(tag.account, tag.id)
        if current is None:
            raise self._named.absent()
        key, values = keys.tag(tag.account, tag.id), {"name": tag.name, "color": tag.color}
        return _tag_of(self._named.change(key, values, tag.version, was=_name(current), becomes=_name(tag)))

    def remove(self, account: AccountId, tag: TagId) -> None:
        while (item := self._table.get(keys.tag(account, tag))) is not None:
            if self._named.remove(account, item, _name(_tag_of(item))):
                return
        raise self._named.absent()

    def sweep(self, account: AccountId, tag: TagId) -> int:
        if self.get(account, tag) is not None:
            return 0
        left = list(all_members(self._table, keys.tagged(account, tag, DomainId(0))))
        self._placing.move(account, left, lambda domain: replace(domain, tags=domain.tags - {tag}))
        return len(left)

    def put_on(self, domain: Domain, tags: frozenset[TagId]) -> Domain:
        return only(self._placing.move(domain.account, [domain.id], _exactly(tags)))

    def domains_of(self, account: AccountId, tag: TagId, *, after: DomainId | None, limit: int) -> DomainIds:
        return members(self._table, keys.tagged(account, tag, DomainId(0)), after, limit)


def _exactly(tags: frozenset[TagId]) -> Place:
    def place(domain: Domain) -> Domain | Refusal:
        if len(tags) > MOST_TAGS:
            return Invalid(f"A domain may have {MOST_TAGS} tags", param="tag_ids")
        return replace(domain, tags=tags)

    return place


def _name(tag: Tag) -> keys.Key:
    return keys.tag_name(tag.account, folded(tag.name))


def _item_of(tag: Tag) -> Item:
    return {
        **keys.tag(tag.account, tag.id)._asdict(),
        "id": tag.id,
        "account": tag.account,
        "name": tag.name,
        "color": tag.color,
        "created": tag.created,
        "domains": tag.domains,
        "version": tag.version,
    }


def _tag_of(item: Item) -> Tag:
    return Tag(
        id=TagId(item["id"]),
        account=AccountId(item["account"]),
        name=item["name"],
        color=item["color"],
        created=item["created"],
        domains=item["domains"],
        version=item["version"],
    )
