from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.advice_items import (
    advice_item,
    advice_of,
    listed_items,
    listed_of,
    row_item,
    row_of,
)
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Step, Table, check, delete, put
from shared.core.advice.advices import Advice, Listed, PlanRow, Sorting
from shared.core.advice.ledger import Kind, Matter
from shared.core.ids import AccountId, DomainId, MatterId

_EXISTS: Final = "attribute_exists(#pk)"
_AT_ONCE: Final = 10
"""Matters that change in one transaction: each takes nine writes at most, of a hundred."""

_Move = tuple[Matter | None, Matter | None]
"""What a matter was and what it becomes."""


class DynamoAdvices:
    """``Advices`` on the table. A domain's ledger is one item; each order that lists have is a copy of what
    they show. All of it moves in transactions that the ledger's version holds together: where more changes
    than one transaction takes, the ledger goes through versions in between, each true by itself."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: AccountId, domain: DomainId) -> Advice | None:
        ledger, plan = keys.advice(account, domain), keys.plan(account, domain)
        found = self._table.get_many([ledger, plan])
        return advice_of(account, domain, found[ledger], found.get(plan)) if ledger in found else None

    def get_many(self, account: AccountId, domains: Collection[DomainId]) -> list[Advice]:
        wanted = {keys.advice(account, each): each for each in sorted(domains)}
        found = self._table.get_many(wanted, consistent=False)
        return [advice_of(account, wanted[key], found[key], None) for key in wanted if key in found]

    def replace(self, before: Advice | None, after: Advice) -> bool:
        old = before or Advice(after.account, after.domain, after.name)
        changed = _changed(old, after)
        if before is not None and not changed and (old.stance, old.name) == (after.stance, after.name):
            return self._put_row(after)
        steps = [changed[at : at + _AT_ONCE] for at in range(0, len(changed), _AT_ONCE)] or [[]]
        for place, part in enumerate(steps, 1):
            new = _with(old, part) if place < len(steps) else after
            new = replace(new, version=old.version + 1)
            if not self._transact(old, new, part):
                return False
            old = new
        return True

    def find(self, account: AccountId, kind: Kind, matter: MatterId) -> Listed | None:
        pointer = self._table.get(keys.matter(account, matter))
        advice = None if pointer is None else self.get(account, DomainId(pointer["domain"]))
        if advice is None:
            return None
        found = (each for each in advice.matters if each.kind is kind and each.id == matter)
        return next((Listed(advice.domain, advice.name, each) for each in found), None)

    def listed(
        self,
        account: AccountId,
        kind: Kind,
        sorting: Sorting,
        *,
        solved: bool,
        ignored: bool,
        after: tuple[str, int] | None,
        batch: int,
    ) -> Iterator[Listed]:
        state = keys.matter_state(solved=solved, ignored=ignored)
        first, last = f"{state}#", f"{state}#{keys.AFTER_ALL}"
        if after is not None:
            text, number = after
            beyond = number - 1 if sorting.descending else number + 1
            edge = keys.listed_matter(account, kind, sorting.order, state, (text, beyond)).sk
            first, last = (first, edge) if sorting.descending else (edge, last)
        partition = keys.matters_by(account, kind, sorting.order)
        wanted = Range(partition, first, last, newest_first=sorting.descending)
        return map(listed_of, self._table.query(wanted, batch=batch))

    def rows(self, account: AccountId, *, after: DomainId | None, batch: int) -> Iterator[PlanRow]:
        first = keys.plan(account, DomainId(0 if after is None else after + 1))
        return map(row_of, self._table.query(Range(first.pk, first.sk), batch=batch))

    def rows_of(self, account: AccountId, domains: Collection[DomainId]) -> list[PlanRow]:
        found = self._table.get_many((keys.plan(account, each) for each in domains), consistent=False)
        return sorted(map(row_of, found.values()), key=lambda row: row.domain)

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """The ledger goes last: it leads to all else."""
        item = self._table.get(keys.advice(account, domain))
        if item is None:
            return
        advice = advice_of(account, domain, item, None)
        for matter in advice.matters:
            for gone in listed_items(account, Listed(domain, advice.name, matter)):
                self._table.delete(keys.Key(gone["pk"], gone["sk"]))
        self._table.delete(keys.plan(account, domain))
        self._table.delete(keys.advice(account, domain))

    def _put_row(self, after: Advice) -> bool:
        """Numbers of a day alone: nothing that lists of matters show. Twice as cheap as a transaction."""
        if after.row is None:
            return True
        item = row_item(after.account, after.row, after.version)
        try:
            self._table.put(item, "#version <= :mine", {"mine": after.version})
        except ConditionFailed:
            return False
        return True

    def _transact(self, old: Advice, new: Advice, changed: Iterable[_Move]) -> bool:
        steps = [
            check(keys.domain(new.account, new.domain), _EXISTS),
            _ledger(old, new),
            *([put(row_item(new.account, new.row, new.version))] if new.row is not None else []),
            *(step for before, after in changed for step in _listing(old, new, before, after)),
        ]
        try:
            self._table.transact(*steps)
        except Cancelled:
            return False
        return True


def _ledger(old: Advice, new: Advice) -> Step:
    if old.version == 0:
        return put(advice_item(new), "attribute_not_exists(#pk)")
    return put(advice_item(new), "#version = :old", {"old": old.version})


def _changed(old: Advice, new: Advice) -> list[_Move]:
    """Matters that are not what they were, with what they were; all of them where the name changed."""
    before, after = ({each.id: each for each in advice.matters} for advice in (old, new))
    pairs = ((before.get(number), after.get(number)) for number in sorted(before.keys() | after.keys()))
    return [(was, now) for was, now in pairs if was != now or old.name != new.name]


def _with(old: Advice, changed: Iterable[_Move]) -> Advice:
    matters = {each.id: each for each in old.matters}
    for was, now in changed:
        if was is not None:
            del matters[was.id]
        if now is not None:
            matters[now.id] = now
    return replace(old, matters=tuple(sorted(matters.values(), key=lambda each: each.id)))


def _listing(old: Advice, new: Advice, was: Matter | None, now: Matter | None) -> Iterator[Step]:
    gone = _items(old, was)
    there = _items(new, now)
    for key in gone.keys() - there.keys():
        yield delete(key)
    for key, item in there.items():
        if gone.get(key) != item:
            yield put(item)


def _items(advice: Advice, matter: Matter | None) -> dict[keys.Key, Item]:
    if matter is None:
        return {}
    found = listed_items(advice.account, Listed(advice.domain, advice.name, matter))
    return {keys.Key(item["pk"], item["sk"]): item for item in found}
