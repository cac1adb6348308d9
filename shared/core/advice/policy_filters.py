"""Stored choices of domains for the policy planner.

Anybody in the account may use one; what of its domains somebody sees is asked anew each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core import ids
from shared.core.access import Caller, Readable, read_account, read_domains
from shared.core.domains import Domains
from shared.core.errors import Invalid, NotFound, PlanLimit
from shared.core.groups import Groups
from shared.core.ids import AccountId, DomainId, PolicyFilterId, mint

MOST_FILTERS: Final = 100
"""Of one account."""

MOST_DOMAINS: Final = 1_000
"""In one filter."""


@dataclass(frozen=True, slots=True)
class PolicyFilter:
    id: PolicyFilterId
    account: AccountId
    domains: tuple[DomainId, ...]
    """In the order of their ids."""
    created: int

    def seen_by(self, right: Readable) -> tuple[DomainId, ...]:
        return tuple(domain for domain in self.domains if right.covers(domain))


class PolicyFilters(Protocol):
    def add(self, made: PolicyFilter) -> None: ...

    def list_of(self, account: AccountId) -> list[PolicyFilter]:
        """In the order in which they were made."""

    def get(self, account: AccountId, number: PolicyFilterId) -> PolicyFilter | None: ...


def create_filter(
    filters: PolicyFilters,
    domains: Domains,
    caller: Caller,
    references: Sequence[str],
    *,
    random_bits: Callable[[int], int],
) -> PolicyFilter:
    """Of domains that the caller sees, by id or name. ``NotFound``, ``Invalid`` for none and for too many,
    ``PlanLimit`` for a filter too many."""
    if not 0 < len(references) <= MOST_DOMAINS:
        raise Invalid(f"A filter has 1 to {MOST_DOMAINS:,} domains", param="domains")
    chosen = read_domains(caller, references, domains).within or frozenset()
    if len(filters.list_of(caller.account_id)) >= MOST_FILTERS:
        raise PlanLimit(f"An account has {MOST_FILTERS} policy filters at most")
    number = PolicyFilterId(mint(caller.now, random_bits(12)))
    made = PolicyFilter(number, caller.account_id, tuple(sorted(chosen)), int(caller.now))
    filters.add(made)
    return made


def shown_filters(filters: PolicyFilters, groups: Groups, caller: Caller) -> list[PolicyFilter]:
    """Those with a domain that the caller sees, with no other domains than such."""
    right = read_account(caller, groups)
    found = (_narrowed(made, right) for made in filters.list_of(caller.account_id))
    return [made for made in found if made.domains]


def shown_filter(
    filters: PolicyFilters, groups: Groups, caller: Caller, reference: str, *, param: str = "id"
) -> PolicyFilter:
    """``NotFound`` also for one that shows nothing to the caller."""
    right = read_account(caller, groups)
    number = PolicyFilterId(ids.parse(ids.POLICY_FILTER, reference, param=param))
    found = filters.get(caller.account_id, number)
    made = None if found is None else _narrowed(found, right)
    if made is None or not made.domains:
        raise NotFound("The requested resource could not be found", param=param)
    return made


def _narrowed(made: PolicyFilter, right: Readable) -> PolicyFilter:
    return PolicyFilter(made.id, made.account, made.seen_by(right), made.created)
