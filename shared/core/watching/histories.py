"""What changed in a domain's DNS, page by page."""

from __future__ import annotations

from shared.core.domains import Domain
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.watching.states import Change, ChangeId, DnsStates


def list_changes(states: DnsStates, domain: Domain, page: PageRequest) -> Page[Change]:
    """Newest first. The total is counted once and travels in the cursor."""
    cursor = page.cursor
    before = None if cursor is None else ChangeId(cursor.id)
    found = states.history(domain.account, domain.id, before=before, limit=page.limit + 1)
    total = cursor.total if cursor is not None else None
    if total is None:
        total = states.count_history(domain.account, domain.id)
    items = found[: page.limit]
    return Page(items, Cursor(items[-1].id, total) if len(found) > page.limit else None, total)
