"""Issues and tasks: what the routes of both do with theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from functions.api.advice import schemas
from functions.api.advice.app import Asked, app, decode_place, encode_place, page_meta
from shared.core.advice.advices import Listed, Order, Sorting
from shared.core.advice.ledger import Kind
from shared.core.advice.lists import list_matters
from shared.core.advice.seeing_to import ignore_matter, read_matter
from shared.core.paging import LARGEST_LIMIT
from shared.edge.schemas import Single, Wire
from shared.wiring import table
from shared.wiring.advising import shelf

Shown = TypeVar("Shown", bound=Wire)

_ORDERS: Final = {"solve_time": Order.SOLVED, "resolved": Order.SOLVED}
"""What is not solved comes first there, so that it tells the resolved ones apart, too."""


@dataclass(frozen=True, slots=True)
class Matters(Generic[Shown]):
    """Those of one kind, and how one of them is shown."""

    kind: Kind
    render: Callable[[Listed], Shown]

    def page(
        self, asked: Asked, ordering: str, limit: int, cursor: str | None
    ) -> tuple[list[Shown], schemas.PageMeta]:
        after, size = decode_place(ordering, cursor), min(limit, LARGEST_LIMIT)
        page = list_matters(
            shelf(), app.caller, self.kind, asked.wanted(), _sorting(ordering), after=after, limit=size
        )
        following = None if page.after is None else encode_place(ordering, page.after)
        return [self.render(each) for each in page.items], page_meta(following)

    def read(self, reference: str) -> Single[Shown]:
        found = read_matter(shelf(), app.caller, self.kind, reference)
        return Single(data=self.render(found), meta=app.meta)

    def ignore(self, reference: str, ignored: bool | None) -> Single[Shown]:
        stores = (table.advices(), table.domains())
        changed = ignore_matter(*stores, app.caller, self.kind, reference, ignored=ignored)
        return Single(data=self.render(changed), meta=app.meta)


def _sorting(ordering: str) -> Sorting:
    name = ordering.removeprefix("-")
    return Sorting(_ORDERS.get(name) or Order(name), ordering.startswith("-"))
