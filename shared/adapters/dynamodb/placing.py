"""Where domains are: the memberships and counters that follow a domain's groups and tags.

A domain's own item says which groups and tags it has. Each of them has a membership of the domain, by which
its domains are listed, and counts them; of a domain in no group the default group has the membership. All of
that changes with the domain's item, in one transaction, or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.domain_items import domain_of
from shared.adapters.dynamodb.expressions import Plain
from shared.adapters.dynamodb.keys import Key
from shared.adapters.dynamodb.table import Cancelled, Step, Table, delete, put, update
from shared.core.domains import Domain
from shared.core.errors import Conflict, NotFound, Refusal
from shared.core.ids import AccountId, DomainId
from shared.core.rights import DEFAULT_GROUP

EXISTS: Final = "attribute_exists(#pk)"

_MOST_STEPS: Final = 100
"""That DynamoDB takes in one transaction."""
_ROUNDS: Final = 20

Place = Callable[[Domain], Domain | Refusal]
"""The domain with the groups and tags that it is to have, or why not."""


@dataclass(slots=True)
class Shift:
    """What has to be written beside the items of the domains that change: by how much the counts of groups,
    tags (by key) and the account grow."""

    memberships: list[Step] = field(default_factory=list)
    counts: Counter[Key] = field(default_factory=Counter)
    active: Counter[Key] = field(default_factory=Counter)
    """Of groups: how many of their domains are active."""
    account: Counter[str] = field(default_factory=Counter)

    def add(self, other: Shift) -> None:
        self.memberships += other.memberships
        for mine, others in zip(self._counters(), other._counters(), strict=True):
            mine.update(others)

    def counters(self, gone: Collection[Key] = ()) -> list[tuple[Key, Step]]:
        """Of all groups and tags but those that are ``gone``: they must be there to be counted in."""
        return [
            (key, update(key, "ADD #domains :n, #active :on", EXISTS, {"n": self.counts[key], "on": on}))
            if (on := self.active[key])
            else (key, update(key, "ADD #domains :n", EXISTS, {"n": self.counts[key]}))
            for key in sorted(self.touched - {*gone})
        ]

    @property
    def touched(self) -> set[Key]:
        return {key for counter in (self.counts, self.active) for key, by in counter.items() if by}

    @property
    def size(self) -> int:
        return len(self.memberships) + len(self.touched)

    def _counters(self) -> tuple[Counter[Any], ...]:
        return self.counts, self.active, self.account


def shift(before: Domain | None, after: Domain | None) -> Shift:
    """From one state of a domain to the next; None is that it is not there."""
    was, becomes = _places(before), _places(after)
    made = Shift(
        [
            *(delete(key) for key in sorted(was - becomes)),
            *(put(key._asdict()) for key in sorted(becomes - was)),
        ]
    )
    for domain, sign in ((before, -1), (after, 1)):
        if domain is not None:
            made.add(_counted(domain, sign))
    return made


def unchanged(domain: Domain) -> tuple[str, dict[str, Plain]]:
    """The condition that the domain is where it was and as active as it was, and its values."""
    parts, values = [EXISTS, "#active = :was_active"], dict[str, Plain](was_active=domain.active)
    for name, numbers in _sets(domain).items():
        parts.append(f"#{name} = :was_{name}" if numbers else f"attribute_not_exists(#{name})")
        if numbers:
            values[f"was_{name}"] = numbers
    return " AND ".join(parts), values


class Placing:
    """Gives domains other groups and tags."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def move(self, account: AccountId, domains: Sequence[DomainId], place: Place) -> list[Domain | Refusal]:
        """What became of each, in their order. As many as possible move together; where something else moved
        a domain meanwhile, it is placed again from where it is then."""
        done: dict[DomainId, Domain | Refusal] = {}
        gone: set[Key] = set()
        waiting = list(dict.fromkeys(domains))
        for _ in range(_ROUNDS):
            if not waiting:
                break
            for load in self._loads(account, waiting, place, done):
                self._carry(account, load, done, gone)
            waiting = [domain for domain in waiting if domain not in done]
        contended = Conflict("Others keep changing the domain: try again", param="id")
        return [done.get(domain, contended) for domain in domains]

    def _loads(
        self,
        account: AccountId,
        waiting: list[DomainId],
        place: Place,
        done: dict[DomainId, Domain | Refusal],
    ) -> Iterator[list[tuple[Domain, Domain]]]:
        """Moves that fit into a transaction, each from where the domain is to where it is to be."""
        found = self._table.get_many(keys.domain(account, domain) for domain in waiting)
        load: list[tuple[Domain, Domain]] = []
        size = 1
        for number in waiting:
            item = found.get(keys.domain(account, number))
            after = missing() if item is None else place(domain_of(item))
            if item is None or isinstance(after, Refusal) or _sets(before := domain_of(item)) == _sets(after):
                done[number] = after
                continue
            steps = 1 + shift(before, after).size
            if load and size + steps > _MOST_STEPS:
                yield load
                load, size = [], 1
            load.append((before, after))
            size += steps
        if load:
            yield load

    def _carry(
        self,
        account: AccountId,
        load: list[tuple[Domain, Domain]],
        done: dict[DomainId, Domain | Refusal],
        gone: set[Key],
    ) -> None:
        """Move them all. Who is in the way of the rest is told apart by who is ``done`` afterwards."""
        whole = Shift()
        for before, after in load:
            whole.add(shift(before, after))
        counters = whole.counters(gone)
        steps = [_replaced(before, after) for before, after in load]
        steps += [step for _, step in counters]
        grown: dict[str, Plain] = {name: by for name, by in whole.account.items() if by}
        if grown:
            change = "ADD " + ", ".join(f"#{name} :{name}" for name in grown)
            steps.append(update(keys.account(account), change, EXISTS, grown))
        try:
            self._table.transact(*steps, *whole.memberships)
        except Cancelled as cancelled:
            missed = {key for place, (key, _) in enumerate(counters, len(load)) if place in cancelled.failed}
            gone |= missed
            for before, after in load:
                if any(shift(before, after).counts[key] > 0 for key in missed):
                    done[before.id] = NotFound("There is no such group or tag")
            return
        done.update({after.id: after for _, after in load})


def missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")


def _replaced(before: Domain, after: Domain) -> Step:
    condition, values = unchanged(before)
    has = {name: numbers for name, numbers in _sets(after).items() if numbers}
    lacks = [name for name, numbers in _sets(after).items() if not numbers]
    change = ""
    if has:
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in has)
    if lacks:
        change += " REMOVE " + ", ".join(f"#{name}" for name in lacks)
    return update(keys.domain(before.account, before.id), change.strip(), condition, {**values, **has})


def _sets(domain: Domain | Refusal) -> dict[str, frozenset[int]]:
    if isinstance(domain, Refusal):
        return {}
    return {"groups": frozenset[int](domain.groups), "tags": frozenset[int](domain.tags)}


def _places(domain: Domain | None) -> set[Key]:
    if domain is None:
        return set()
    owner, number = domain.account, domain.id
    places = {keys.in_group(owner, group, number) for group in domain.groups or {DEFAULT_GROUP}}
    if domain.groups:
        places.add(keys.in_any_group(owner, number))
    return places | {keys.tagged(owner, tag, number) for tag in domain.tags}


def _counted(domain: Domain, sign: int) -> Shift:
    groups = [keys.group(domain.account, group) for group in domain.groups]
    tags = [keys.tag(domain.account, tag) for tag in domain.tags]
    on, assigned = int(domain.active), int(bool(groups))
    return Shift(
        counts=Counter(dict.fromkeys((*groups, *tags), sign)),
        active=Counter(dict.fromkeys(groups, sign * on)),
        account=Counter(
            {
                "assigned_domains": sign * assigned,
                "assigned_on": sign * assigned * on,
                "domains_on": sign * on,
            }
        ),
    )
