"""Groups of domains: what access is given by.

A domain may be in several. The default group is every account's and cannot be deleted: it holds all domains,
or, where it hides assigned ones, those that are in no other group.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.domains import Domain
from shared.core.ids import AccountId, DomainId, GroupId

MOST_GROUPS: Final = 20
"""That one domain may be in: all of them move in one transaction when the domain goes."""


@dataclass(frozen=True, slots=True)
class Group:
    """``domains`` counts them exactly. ``hides_assigned`` is the default group's alone, ``parked`` (its
    domains are to send no mail) any other's."""

    id: GroupId
    account: AccountId
    label: str
    created: int
    notes: str = ""
    parked: bool = False
    hides_assigned: bool = False
    domains: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class DomainIds:
    items: list[DomainId]
    more: bool


class Groups(Protocol):
    def add(self, group: Group) -> None:
        """``Conflict`` when the account has a group of that label, in whatever case."""

    def get(self, account: AccountId, group: GroupId) -> Group | None:
        """The default group is there always."""

    def list_of(self, account: AccountId) -> list[Group]:
        """The default group first, then by label."""

    def change(self, group: Group) -> Group:
        """Label, notes, parked, hides_assigned. ``Outdated``; ``NotFound``; ``Conflict``: taken label."""

    def remove(self, account: AccountId, group: GroupId) -> None:
        """The group is gone at once; its domains stay. ``NotFound``."""

    def assign(self, domain: Domain, group: GroupId, *, out_of: GroupId | None = None) -> Domain:
        """Put the domain into the group, and take it out of another, both or neither. Harmless where it is in
        already. ``NotFound`` when domain or group is gone, ``Invalid`` over ``MOST_GROUPS``."""

    def unassign(self, domain: Domain, group: GroupId) -> Domain:
        """Take the domain out of the group. Harmless where it is not in it."""

    def domains_of(
        self, account: AccountId, group: GroupId, *, after: DomainId | None, limit: int
    ) -> DomainIds:
        """In the order of their ids; of the default group those that are in no other."""

    def all_domains_of(self, account: AccountId, groups: Collection[GroupId]) -> frozenset[DomainId]:
        """Of any of these groups; of the default group those that are in no other."""
