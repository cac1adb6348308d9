"""Stored choices of domains: for the policy planner, and for the sources of an account.

Anybody in the account may use one; what of its domains somebody sees is asked anew each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from shared.core import ids
from shared.core.access import Readable, find_to_remove, read_account, read_each_domain
from shared.core.callers import Caller, require_scope, require_subscription
from shared.core.domains import Domains
from shared.core.errors import Forbidden, Invalid, NotFound, PlanLimit
from shared.core.groups import Groups
from shared.core.ids import AccountId, DomainId, FilterId, mint
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.rights import Scope

MOST_FILTERS: Final = 100
"""Of one account, for each purpose."""

MOST_DOMAINS: Final = 1_000
"""In one filter."""


class Purpose(StrEnum):
    """What a filter is for; nothing else takes it."""

    POLICIES = "policy"
    SOURCES = "source"

    @property
    def prefix(self) -> str:
        """Of the filters' ids."""
        return ids.POLICY_FILTER if self is Purpose.POLICIES else ids.SOURCE_FILTER


@dataclass(frozen=True, slots=True)
class StoredFilter:
    id: FilterId
    account: AccountId
    domains: tuple[DomainId, ...]
    """In the order of their ids."""
    created: int

    def seen_by(self, right: Readable) -> tuple[DomainId, ...]:
        return tuple(domain for domain in self.domains if right.covers(domain))


class StoredFilters(Protocol):
    """Those of one purpose."""

    @property
    def purpose(self) -> Purpose: ...

    def add(self, made: StoredFilter) -> None: ...

    def list_of(self, account: AccountId) -> list[StoredFilter]:
        """In the order in which they were made."""

    def get(self, account: AccountId, number: FilterId) -> StoredFilter | None: ...

    def remove(self, made: StoredFilter) -> None:
        """No error when it is gone."""


def create_filter(
    filters: StoredFilters,
    domains: Domains,
    caller: Caller,
    references: Sequence[str],
    *,
    random_bits: Callable[[int], int],
) -> StoredFilter:
    """Of domains that the caller sees, by id or name. ``NotFound``, ``Invalid`` for none and for too many,
    ``PlanLimit`` for a filter too many."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    if not 0 < len(references) <= MOST_DOMAINS:
        raise Invalid(f"A filter has 1 to {MOST_DOMAINS:,} domains", param="domains")
    rights = read_each_domain(caller, references, domains, param="domains")
    if len(filters.list_of(caller.account_id)) >= MOST_FILTERS:
        raise PlanLimit(f"An account has {MOST_FILTERS} {filters.purpose} filters at most")
    chosen = sorted(right.domain.id for right in rights if right.domain is not None)
    number = FilterId(mint(caller.now, random_bits(12)))
    made = StoredFilter(number, caller.account_id, tuple(chosen), int(caller.now))
    filters.add(made)
    return made


def shown_filters(
    filters: StoredFilters,
    groups: Groups,
    caller: Caller,
    page: PageRequest,
    *,
    newest_first: bool = False,
) -> Page[StoredFilter]:
    """Those with a domain that the caller sees, with no other domains than such; as they were made."""
    right = read_account(caller, groups)
    found = (_narrowed(made, right) for made in filters.list_of(caller.account_id))
    shown = sorted((made for made in found if made.domains), key=_number, reverse=newest_first)
    after = page.cursor.id if page.cursor else None
    left = [made for made in shown if after is None or (made.id < after if newest_first else made.id > after)]
    items = left[: page.limit]
    return Page(items, Cursor(items[-1].id) if len(left) > page.limit else None, len(shown))


def shown_filter(
    filters: StoredFilters, groups: Groups, caller: Caller, reference: str, *, param: str = "id"
) -> StoredFilter:
    """``NotFound`` also for one that shows nothing to the caller."""
    return _narrowed(*_found(filters, caller, read_account(caller, groups), reference, param))


def remove_filter(filters: StoredFilters, groups: Groups, caller: Caller, reference: str) -> None:
    """``Forbidden`` for one with domains that the caller does not see: others use it for those."""
    right = find_to_remove(caller, groups)
    made, _ = _found(filters, caller, right, reference, "id")
    if made.seen_by(right) != made.domains:
        raise Forbidden("This filter has domains that you do not see", param="id")
    filters.remove(made)


def _found(
    filters: StoredFilters, caller: Caller, right: Readable, reference: str, param: str
) -> tuple[StoredFilter, Readable]:
    number = FilterId(ids.parse(filters.purpose.prefix, reference, param=param))
    made = filters.get(caller.account_id, number)
    if made is None or not made.seen_by(right):
        raise NotFound("The requested resource could not be found", param=param)
    return made, right


def _number(made: StoredFilter) -> FilterId:
    return made.id


def _narrowed(made: StoredFilter, right: Readable) -> StoredFilter:
    return replace(made, domains=made.seen_by(right))
