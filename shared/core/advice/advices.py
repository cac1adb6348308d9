"""Advice as it is kept: one ledger for each domain, and lists over a whole account."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.core.advice.ledger import Kind, Matter
from shared.core.advice.planning import Recommendation
from shared.core.advice.world import Stance
from shared.core.ids import AccountId, DomainId, MatterId


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What lists show of a domain's plan, and how much there is to do: open and not ignored."""

    domain: DomainId
    name: str
    policy: str
    """As it is published, empty for none."""
    testing: bool
    since: int
    ready: bool
    recommendation: Recommendation
    messages: int
    passed: int
    issues: int
    tasks: int


@dataclass(frozen=True, slots=True)
class Advice:
    """``version`` counts replacements, from 1."""

    account: AccountId
    domain: DomainId
    name: str
    matters: tuple[Matter, ...] = ()
    stance: Stance | None = None
    row: PlanRow | None = None
    version: int = 0

    def count(self, kind: Kind) -> int:
        return sum(each.counts for each in self.matters if each.kind is kind)


@dataclass(frozen=True, slots=True)
class Listed:
    """A matter in a list, with its domain."""

    domain: DomainId
    name: str
    matter: Matter


class Order(StrEnum):
    """What a list is kept sorted by, the id deciding between equals. What is not solved comes before all that
    is in ``SOLVED``. ``CATEGORY`` is of tasks."""

    CREATED = "created"
    DOMAIN = "domain"
    SOLVED = "solved"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Sorting:
    order: Order
    descending: bool = False

    def place(self, listed: Listed) -> tuple[str, int]:
        return place_in(self.order, listed)


def place_in(order: Order, listed: Listed) -> tuple[str, int]:
    """Sorts as the order does; the same for as long as the matter's own values are."""
    matter = listed.matter
    match order:
        case Order.CREATED:
            key = f"{matter.created:016d}"
        case Order.SOLVED:
            key = f"{matter.solved or 0:016d}"
        case Order.DOMAIN:
            key = listed.name
        case Order.CATEGORY:
            key = matter.category
    return key, matter.id


def orders_of(kind: Kind) -> tuple[Order, ...]:
    return tuple(order for order in Order if kind is Kind.TASK or order is not Order.CATEGORY)


class Advices(Protocol):
    """Lists may lag behind a replacement by moments."""

    def get(self, account: AccountId, domain: DomainId) -> Advice | None:
        """Strongly consistent."""

    def get_many(self, account: AccountId, domains: Collection[DomainId]) -> list[Advice]:
        """Those that are there, by domain, without their rows."""

    def replace(self, before: Advice | None, after: Advice) -> bool:
        """Put ``after`` in the place of ``before``, and all that lists show of it, as if at once. False when
        there is another version by now, or the domain is gone."""

    def find(self, account: AccountId, kind: Kind, matter: MatterId) -> Listed | None: ...

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
        """All matters of this kind that are (or are not) solved and ignored, in order from the one after the
        place ``after`` on. Reads on as the iterator is asked; ``batch`` is how many at first."""

    def rows(self, account: AccountId, *, after: DomainId | None, batch: int) -> Iterator[PlanRow]:
        """In the order of the domains' ids."""

    def rows_of(self, account: AccountId, domains: Collection[DomainId]) -> list[PlanRow]:
        """Those that are there, by domain."""

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """Remove all advice about a domain that is gone. Harmless when there is none."""
