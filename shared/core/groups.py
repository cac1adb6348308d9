"""Groups of domains: what access is given by.

A domain may be in several. The default group is every account's and cannot be deleted: it holds all domains,
or, where it hides assigned ones, those that are in no other group.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.domains import Domain
from shared.core.errors import Refusal
from shared.core.ids import AccountId, DomainId, GroupId

MOST_GROUPS: Final = 20
"""That one domain may be in: all of them move in one transaction when the domain goes."""

DEFAULT_LABEL: Final = "Default"
"""Of the default group until somebody gives it another; no other group can have it."""


@dataclass(frozen=True, slots=True)
class Group:
    """``domains`` counts them exactly, ``active`` those of them that are active. ``hides_assigned`` is the
    default group's alone, ``parked`` (its domains are to send no mail) any other's."""

    id: GroupId
    account: AccountId
    label: str
    created: int
    notes: str = ""
    parked: bool = False
    hides_assigned: bool = False
    domains: int = 0
    active: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class DomainIds:
    items: list[DomainId]
    more: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """How many of an account's domains are in some group beside the default one, and how many in none."""

    assigned: int
    unassigned: int


class Groups(Protocol):
    def add(self, group: Group, *, most: int) -> None:
        """``Conflict`` when the account has a group of that label, in whatever case; ``PlanLimit`` when it
        has ``most`` beside the default one, also under races; ``NotFound`` without the account."""

    def get(self, account: AccountId, group: GroupId) -> Group | None:
        """The default group is there always."""

    def get_many(self, account: AccountId, groups: Collection[GroupId]) -> dict[GroupId, Group]:
        """Those that are there."""

    def list_of(self, account: AccountId) -> list[Group]:
        """The default group first, then in the order in which they were made."""

    def change(self, group: Group) -> Group:
        """Label, notes, parked, hides_assigned. ``Outdated``; ``NotFound``; ``Conflict``: taken label."""

    def remove(self, account: AccountId, group: GroupId) -> None:
        """The group is gone at once, and in the account's ``removed_groups`` until it is swept; its domains
        stay. ``NotFound``. ``Conflict`` while too many others wait to be swept."""

    def sweep(self, account: AccountId, group: GroupId) -> int:
        """Take the domains that are left in a removed group out of it; a default group that hides assigned
        domains lists them only then. How many they were. Does nothing to a group that is there."""

    def assign(self, domain: Domain, group: GroupId, *, out_of: GroupId | None = None) -> Domain:
        """Put the domain into the group, and take it out of another, both or neither. Harmless where it is in
        already. ``NotFound`` when domain or group is gone, ``Invalid`` over ``MOST_GROUPS``."""

    def assign_all(
        self, domains: Sequence[Domain], group: GroupId, *, out_of: GroupId | None = None
    ) -> list[Domain | Refusal]:
        """``assign`` for each by itself, many in a request; what became of each, in their order."""

    def unassign(self, domain: Domain, group: GroupId) -> Domain:
        """Take the domain out of the group. Harmless where it is not in it. ``NotFound``: no such domain."""

    def unassign_all(self, domains: Sequence[Domain], group: GroupId) -> list[Domain | Refusal]: ...

    def domains_of(
        self, account: AccountId, group: GroupId, *, after: DomainId | None, limit: int
    ) -> DomainIds:
        """In the order of their ids; of the default group those that are in no other."""

    def assigned(self, account: AccountId, *, after: DomainId | None, limit: int) -> DomainIds:
        """The domains that are in some group beside the default one, in the order of their ids."""

    def spread(self, account: AccountId) -> Spread: ...

    def all_domains_of(self, account: AccountId, groups: Collection[GroupId]) -> frozenset[DomainId]:
        """Of any of these groups that is there; of the default group those that are in no other."""
