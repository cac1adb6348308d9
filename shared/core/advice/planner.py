"""The policy planner's list: the rows of the domains that somebody sees, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.access import read_account
from shared.core.advice.advices import PlanRow
from shared.core.advice.lists import FEW, LOOKED_AT, Shelf
from shared.core.advice.planning import Recommendation
from shared.core.callers import Caller
from shared.core.ids import DomainId


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What is None filters nothing. ``chosen`` are the domains of a stored filter."""

    chosen: frozenset[DomainId] | None = None
    ready: bool | None = None
    recommendation: Recommendation | None = None

    def takes(self, row: PlanRow) -> bool:
        return (
            (self.chosen is None or row.domain in self.chosen)
            and self.ready in (None, row.ready)
            and self.recommendation in (None, row.recommendation)
        )


@dataclass(frozen=True, slots=True)
class PlanPage:
    """As with issues, a page before the last one may hold few rows or none."""

    items: list[PlanRow]
    after: DomainId | None


def list_plans(
    shelf: Shelf, caller: Caller, wanted: PlanFilter, *, after: DomainId | None, limit: int
) -> PlanPage:
    right = read_account(caller, shelf.groups)
    confined = right.within if wanted.chosen is None else frozenset(filter(right.covers, wanted.chosen))
    items: list[PlanRow] = []
    for seen, row in enumerate(_rows(shelf, caller, confined, after, limit), 1):
        if wanted.takes(row) and right.covers(row.domain):
            if len(items) == limit:
                return PlanPage(items, items[-1].domain)
            items.append(row)
        if seen == LOOKED_AT:
            return PlanPage(items, row.domain)
    return PlanPage(items, None)


def _rows(
    shelf: Shelf, caller: Caller, confined: frozenset[DomainId] | None, after: DomainId | None, limit: int
) -> Iterator[PlanRow]:
    """Of few domains each by itself, of many all in one go."""
    account = caller.account_id
    if confined is None or len(confined) > FEW:
        return shelf.advices.rows(account, after=after, batch=limit + 1)
    left = frozenset(each for each in confined if after is None or each > after)
    return iter(shelf.advices.rows_of(account, left))
