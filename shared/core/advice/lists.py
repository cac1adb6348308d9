"""Lists of issues and tasks over the domains that somebody sees.

Where few domains are asked about, their ledgers are read and sorted. Otherwise the list is read in its order,
from copies that are kept sorted; what the filters leave out is passed over, up to a limit, so that a page
costs no more than that however large the account is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice, product
from typing import Final

from shared.core.access import read_account, read_domain
from shared.core.advice.advices import Advices, Listed, Order, Sorting
from shared.core.advice.ledger import Kind
from shared.core.callers import Caller
from shared.core.domains import Domain, Domains
from shared.core.group_lists import DomainState
from shared.core.groups import Groups
from shared.core.ids import DomainId, GroupId
from shared.core.rights import DEFAULT_GROUP

FEW: Final = 100
"""Domains whose ledgers are read whole."""

LOOKED_AT: Final = 1_000
"""Entries that are read for one page at most: about half a megabyte."""

_CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where lists are read from."""

    advices: Advices
    domains: Domains
    groups: Groups


@dataclass(frozen=True, slots=True)
class MatterFilter:
    """What is None filters nothing. ``domain`` is an id or a name, ``assigned`` to a group beside the default
    one. ``since`` and ``before`` are of ``created``, in epoch seconds, the first included."""

    domain: str | None = None
    group: GroupId | None = None
    assigned: bool | None = None
    state: DomainState | None = None
    top_level: bool | None = None
    ignored: bool | None = None
    solved: bool | None = None
    since: int | None = None
    before: int | None = None

    @property
    def of_domains(self) -> bool:
        """Whether anything of the domains themselves is asked for."""
        return (self.assigned, self.state, self.top_level) != (None, None, None)

    def takes(self, listed: Listed) -> bool:
        matter = listed.matter
        return (
            self.ignored in (None, matter.ignored)
            and self.solved in (None, not matter.is_open)
            and (self.since is None or matter.created >= self.since)
            and (self.before is None or matter.created < self.before)
        )

    def takes_domain(self, domain: Domain) -> bool:
        state = DomainState.ACTIVE if domain.active else DomainState.INACTIVE
        return (
            self.assigned in (None, bool(domain.groups))
            and self.state in (None, state)
            and self.top_level in (None, domain.stands_alone)
        )


Place = tuple[str, int]
"""Where a list goes on: after what stands there in its order."""


@dataclass(frozen=True, slots=True)
class MatterPage:
    """``after`` is None on the last page. A page before it may hold few or none: see ``LOOKED_AT``."""

    items: list[Listed]
    after: Place | None


def list_matters(
    shelf: Shelf,
    caller: Caller,
    kind: Kind,
    wanted: MatterFilter,
    sorting: Sorting,
    *,
    after: Place | None,
    limit: int,
) -> MatterPage:
    """``NotFound`` for a domain out of sight."""
    look = _Look(shelf, caller, kind, wanted, sorting)
    return look.few(after, limit) if look.are_few else look.many(after, limit)


class _Look:
    def __init__(
        self, shelf: Shelf, caller: Caller, kind: Kind, wanted: MatterFilter, sorting: Sorting
    ) -> None:
        self._shelf = shelf
        self._account = caller.account_id
        self._kind = kind
        self._wanted = wanted
        self._sorting = sorting
        self._homes = _homes(shelf, caller, wanted)

    @property
    def are_few(self) -> bool:
        return self._homes is not None and len(self._homes) <= FEW

    def few(self, after: Place | None, limit: int) -> MatterPage:
        sorting = self._sorting
        found = [
            listed
            for advice in self._shelf.advices.get_many(self._account, self._homes or ())
            for matter in advice.matters
            if matter.kind is self._kind
            and self._wanted.takes(listed := Listed(advice.domain, advice.name, matter))
        ]
        ordered = sorted(self._of_domains(found), key=sorting.place, reverse=sorting.descending)
        rest = [each for each in ordered if after is None or self._is_after(each, after)]
        more = len(rest) > limit
        return MatterPage(rest[:limit], sorting.place(rest[limit - 1]) if more else None)

    def many(self, after: Place | None, limit: int) -> MatterPage:
        items: list[Listed] = []
        seen = 0
        stream = self._stream(after, limit)
        while chunk := list(islice(stream, min(_CHUNK, LOOKED_AT - seen))):
            for each in self._of_domains(each for each in chunk if self._takes(each)):
                if len(items) == limit:
                    return MatterPage(items, self._sorting.place(items[-1]))
                items.append(each)
            seen += len(chunk)
            if seen == LOOKED_AT:
                return MatterPage(items, self._sorting.place(chunk[-1]))
        return MatterPage(items, None)

    def _takes(self, listed: Listed) -> bool:
        return (self._homes is None or listed.domain in self._homes) and self._wanted.takes(listed)

    def _is_after(self, listed: Listed, after: Place) -> bool:
        place = self._sorting.place(listed)
        return place < after if self._sorting.descending else place > after

    def _stream(self, after: Place | None, limit: int) -> Iterator[Listed]:
        """Those that are solved and those that are not, ignored and not, as far as they are wanted, in one
        order."""
        sorting, wanted = self._sorting, self._wanted
        start = after if after is not None else self._start()
        states = product(_states(wanted.solved), _states(wanted.ignored))
        parts = [
            self._shelf.advices.listed(
                self._account,
                self._kind,
                sorting,
                solved=solved,
                ignored=ignored,
                after=start,
                batch=min(limit + 1, _CHUNK),
            )
            for solved, ignored in states
        ]
        for each in merge(*parts, key=sorting.place, reverse=sorting.descending):
            if self._is_over(each):
                return
            yield each

    def _start(self) -> Place | None:
        """The one end of the asked times, where the list is in their order."""
        if self._sorting.order is not Order.CREATED:
            return None
        edge = self._wanted.before if self._sorting.descending else self._wanted.since
        return None if edge is None else (f"{max(edge, 0):016d}", 0)

    def _is_over(self, listed: Listed) -> bool:
        """The other end."""
        if self._sorting.order is not Order.CREATED:
            return False
        created, wanted = listed.matter.created, self._wanted
        if self._sorting.descending:
            return wanted.since is not None and created < wanted.since
        return wanted.before is not None and created >= wanted.before

    def _of_domains(self, found: Iterator[Listed] | list[Listed]) -> list[Listed]:
        """Those whose domains are wanted, too."""
        left = list(found)
        if not self._wanted.of_domains or not left:
            return left
        there = self._shelf.domains.get_many(self._account, sorted({each.domain for each in left}))
        taken = {domain.id for domain in there if self._wanted.takes_domain(domain)}
        return [each for each in left if each.domain in taken]


def _states(wanted: bool | None) -> tuple[bool, ...]:
    return (False, True) if wanted is None else (wanted,)


def _homes(shelf: Shelf, caller: Caller, wanted: MatterFilter) -> frozenset[DomainId] | None:
    """The domains that the list is confined to; None for all of the account."""
    seen: frozenset[DomainId] | None
    if wanted.domain is None:
        seen = read_account(caller, shelf.groups).within
    else:
        domain = read_domain(caller, wanted.domain, shelf.domains).domain
        seen = frozenset() if domain is None else frozenset({domain.id})
    hides = caller.account.default_group_hides_assigned
    if wanted.group is None or (wanted.group == DEFAULT_GROUP and not hides):
        return seen
    found = shelf.groups.all_domains_of(caller.account_id, {wanted.group})
    return found if seen is None else found & seen
