"""Tags: coloured labels on domains. They give no right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.domains import Domain
from shared.core.groups import DomainIds
from shared.core.ids import AccountId, DomainId, TagId

MOST_TAGS: Final = 20
"""That one domain may have."""


@dataclass(frozen=True, slots=True)
class Tag:
    """``color`` is ``#RRGGBB``; ``domains`` counts exactly."""

    id: TagId
    account: AccountId
    name: str
    color: str
    created: int
    domains: int = 0
    version: int = 1


class Tags(Protocol):
    def add(self, tag: Tag, *, most: int) -> None:
        """``Conflict`` when the account has a tag of that name, in whatever case; ``PlanLimit`` when it has
        ``most``, also under races; ``NotFound`` without the account."""

    def get(self, account: AccountId, tag: TagId) -> Tag | None: ...

    def get_many(self, account: AccountId, tags: Collection[TagId]) -> dict[TagId, Tag]:
        """Those that are there: a domain may still name one that was removed."""

    def list_of(self, account: AccountId) -> list[Tag]:
        """In the order in which they were made."""

    def named(self, account: AccountId, name: str) -> Tag | None:
        """In whatever case."""

    def change(self, tag: Tag) -> Tag:
        """Name and colour. ``Outdated``, ``NotFound``, ``Conflict`` for a taken name."""

    def remove(self, account: AccountId, tag: TagId) -> None:
        """The tag is gone at once; domains may name it until it is swept. ``NotFound``."""

    def sweep(self, account: AccountId, tag: TagId) -> int:
        """Take a removed tag off the domains that still name it. How many they were. Does nothing to a tag
        that is there."""

    def put_on(self, domain: Domain, tags: frozenset[TagId]) -> Domain:
        """Give the domain exactly these. ``NotFound`` for a tag or domain that is not there, ``Invalid`` over
        ``MOST_TAGS``."""

    def domains_of(self, account: AccountId, tag: TagId, *, after: DomainId | None, limit: int) -> DomainIds:
        """In the order of their ids."""
