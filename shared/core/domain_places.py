"""Domains by where they are: in groups, in none, with a tag. Lists of ids, which few units read, come first;
domains are read once it is known which."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Protocol

from shared.core.domains import Domain, Domains
from shared.core.groups import DomainIds, Group, Groups
from shared.core.ids import AccountId, DomainId, GroupId, TagId
from shared.core.rights import DEFAULT_GROUP
from shared.core.tags import Tag, Tags

_LARGEST: Final = 1_000


class Fetch(Protocol):
    def __call__(self, *, after: DomainId | None, limit: int) -> DomainIds: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Some of an account's domains. ``count`` tells how many without reading them."""

    fetch: Fetch
    count: Callable[[], int]

    def ids(self, after: DomainId | None, batch: int) -> Iterator[DomainId]:
        """In order; ``batch`` are asked for first, and then ever more."""
        while True:
            page = self.fetch(after=after, limit=batch)
            yield from page.items
            if not page.more:
                return
            after, batch = page.items[-1], min(batch * 2, _LARGEST)


Anywhere = Sequence[Place]
"""In one of these places, at least."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """The places of one account's domains."""

    account: AccountId
    domains: Domains
    groups: Groups
    tags: Tags

    def group(self, number: GroupId) -> Place:
        """Of the default group: the domains that are in no other."""
        if number == DEFAULT_GROUP:
            return self.unassigned()
        fetch = partial(self.groups.domains_of, self.account, number)
        return Place(fetch, lambda: _count(self.groups.get(self.account, number)))

    def unassigned(self) -> Place:
        fetch = partial(self.groups.domains_of, self.account, DEFAULT_GROUP)
        return Place(fetch, lambda: self.groups.spread(self.account).unassigned)

    def assigned(self) -> Place:
        fetch = partial(self.groups.assigned, self.account)
        return Place(fetch, lambda: self.groups.spread(self.account).assigned)

    def tag(self, number: TagId) -> Place:
        fetch = partial(self.tags.domains_of, self.account, number)
        return Place(fetch, lambda: _count(self.tags.get(self.account, number)))

    def read(self, ids: Iterator[DomainId], batch: int) -> Iterator[Domain]:
        """The domains of these ids, those that are there; ``batch`` are read at a time, and no more than are
        asked for."""
        while wanted := list(islice(ids, batch)):
            yield from self.domains.get_many(self.account, wanted)


def ids_in_all(places: Sequence[Anywhere], after: DomainId | None, batch: int) -> Iterator[DomainId]:
    """Of the domains that are in each of ``places``, in order."""
    first, *others = (_anywhere(each, after, batch) for each in places)
    for other in others:
        first = _both(first, other)
    return first


def count_in_all(places: Sequence[Anywhere]) -> int:
    """How many those are: counted where they are counted already."""
    if len(places) == 1 and len(places[0]) == 1:
        return places[0][0].count()
    return sum(1 for _ in ids_in_all(places, None, _LARGEST))


def _anywhere(places: Anywhere, after: DomainId | None, batch: int) -> Iterator[DomainId]:
    last: DomainId | None = None
    for number in heapq.merge(*(place.ids(after, batch) for place in places)):
        if number != last:
            yield number
        last = number


def _both(left: Iterator[DomainId], right: Iterator[DomainId]) -> Iterator[DomainId]:
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        if one == other:
            yield one
            one, other = next(left, None), next(right, None)
        elif one < other:
            one = next(left, None)
        else:
            other = next(right, None)


def _count(counted: Group | Tag | None) -> int:
    return 0 if counted is None else counted.domains
