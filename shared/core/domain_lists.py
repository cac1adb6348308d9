"""Lists of an account's domains, by name and state, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from shared.core.access import Caller
from shared.core.domains import Domain, Domains
from shared.core.ids import DomainId
from shared.core.paging import Cursor, Page, PageRequest

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class DomainFilter:
    """``name_part`` matches anywhere in the name, in any case."""

    name_part: str = ""
    active: bool | None = None

    @property
    def empty(self) -> bool:
        return not self.name_part and self.active is None

    def matches(self, domain: Domain) -> bool:
        named = self.name_part.strip().lower() in domain.name
        return named and (self.active is None or domain.active == self.active)


def list_domains(domains: Domains, caller: Caller, wanted: DomainFilter, page: PageRequest) -> Page[Domain]:
    """The account's domains in the order in which they were added.

    A filter's total is counted once, over every domain, and travels in the cursor."""
    after = DomainId(page.cursor.id) if page.cursor else None
    found = _matching(domains, caller, wanted, after, min(page.limit + 1, _BATCH))
    items = list(islice(found, page.limit))
    more = next(found, None) is not None
    total = _total(domains, caller, wanted, page.cursor)
    return Page(items, Cursor(items[-1].id, total) if more else None, total)


def _total(domains: Domains, caller: Caller, wanted: DomainFilter, cursor: Cursor | None) -> int:
    if wanted.empty:
        return caller.account.domains
    if cursor is not None and cursor.total is not None:
        return cursor.total
    return sum(1 for _ in _matching(domains, caller, wanted, None, _BATCH))


def _matching(
    domains: Domains, caller: Caller, wanted: DomainFilter, after: DomainId | None, batch: int
) -> Iterator[Domain]:
    while True:
        page = domains.page(caller.account_id, after=after, limit=batch)
        yield from (domain for domain in page.items if wanted.matches(domain))
        if not page.more or not page.items:
            return
        after = page.items[-1].id
