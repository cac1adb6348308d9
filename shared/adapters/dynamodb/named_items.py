"""Things of an account that have a name of their own: groups and tags, as items.

The name is taken by an item in a partition of names, so that no two have one that differs in case alone. The
account counts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.counting import counted, uncountable, uncounted
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.keys import Key
from shared.adapters.dynamodb.placing import EXISTS
from shared.adapters.dynamodb.table import Cancelled, Range, Step, Table, delete, put, update
from shared.core.accounts import Counted
from shared.core.domains import Domain
from shared.core.errors import Conflict, NotFound, Outdated, Refusal
from shared.core.groups import DomainIds
from shared.core.ids import AccountId, DomainId

_AS_READ: Final = f"{EXISTS} AND #version = :version"
_NEW: Final = "attribute_not_exists(#pk)"


@dataclass(frozen=True, slots=True)
class Named:
    """Writes the items of one kind. ``what`` and ``param`` are for refusals."""

    table: Table
    kind: Counted
    what: str
    param: str

    def add(self, account: AccountId, item: Item, name: Key, *, most: int) -> None:
        pointer = {**name._asdict(), "id": item["id"]}
        try:
            self.table.transact(put(item, _NEW), put(pointer, _NEW), counted(account, self.kind, most=most))
        except Cancelled as cancelled:
            if 2 in cancelled.failed:
                raise uncountable(cancelled.failed[2], self.kind, most=most) from None
            raise self.taken() from None

    def change(self, key: Key, values: Mapping[str, Plain], version: int, *, was: Key, becomes: Key) -> Item:
        """Store the values, and move the name where it is another."""
        change = "SET #version = :next, " + ", ".join(f"#{name} = :{name}" for name in values)
        steps = [update(key, change, _AS_READ, {**values, "version": version, "next": version + 1})]
        if was != becomes:
            steps += [put({**becomes._asdict(), "id": int(key.sk)}, _NEW), delete(was)]
        try:
            self.table.transact(*steps)
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise self.absent() if cancelled.failed[0] is None else self.outdated() from None
            raise self.taken() from None
        item = self.table.get(key)
        if item is None:
            raise self.absent()
        return item

    def remove(self, account: AccountId, item: Item, name: Key, *also: Step) -> bool:
        """False if it was changed or removed since it was read."""
        try:
            self.table.transact(
                delete(Key(item["pk"], item["sk"]), _AS_READ, {"version": item["version"]}),
                delete(name),
                *(also or (uncounted(account, self.kind),)),
            )
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                return False
            raise Conflict(f"Too many {self.what}s are being removed: try again later") from None
        return True

    def taken(self) -> Conflict:
        return Conflict(f"The account has a {self.what} of that name", param=self.param)

    def absent(self) -> NotFound:
        return NotFound(f"There is no such {self.what}", param="id")

    def outdated(self) -> Outdated:
        return Outdated(f"The {self.what} was changed since it was read")


def members(table: Table, first: Key, after: DomainId | None, limit: int) -> DomainIds:
    """Domains of a partition of memberships; ``first`` is any key of it."""
    begin = keys.BEFORE_ALL if after is None else keys.padded(after + 1)
    found: list[DomainId] = []
    for item in table.query(Range(first.pk, begin), attributes=("sk",), consistent=True, batch=limit + 1):
        if len(found) == limit:
            return DomainIds(found, True)
        found.append(DomainId(int(item["sk"])))
    return DomainIds(found, False)


def all_members(table: Table, first: Key) -> Iterator[DomainId]:
    for item in table.query(Range(first.pk), attributes=("sk",), consistent=True):
        yield DomainId(int(item["sk"]))


def only(outcomes: list[Domain | Refusal]) -> Domain:
    """Of a list with one outcome."""
    (outcome,) = outcomes
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
