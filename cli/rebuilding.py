"""Which days a rebuild of rollups asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cli.operating import account_named, deployment
from cli.progress import over
from shared.core.accounts import Account
from shared.core.domains import Domain, Domains
from shared.core.errors import NotFound
from shared.core.ids import DomainId
from shared.core.upkeep import days_to_rebuild
from shared.wiring import queues, table

_PAGE = 100


def queue_days(
    *, account: str | None, domain: str | None, first: date | None, last: date | None, stack_file: str | None
) -> tuple[int, int]:
    """Queue every day that has reports or a rollup, of the domains asked for; how many days, and domains."""
    with deployment(stack_file):
        accounts = [account_named(account)] if account else table.accounts().list_all()
        chosen = [each for owner in accounts for each in _domains(table.domains(), owner, domain)]
        if domain is not None and not chosen:
            raise NotFound(f"there is no domain {domain}", param="domain")
        queued = 0
        for each in over(chosen, "domains", len(chosen)):
            stores = table.reports(), table.rollups()
            days = list(days_to_rebuild(*stores, each.account, each.id, first, last))
            queues.touched_days().send(days)
            queued += len(days)
        return queued, len(chosen)


def _domains(domains: Domains, account: Account, reference: str | None) -> Iterator[Domain]:
    if reference is not None:
        found = domains.resolve(account.id, reference)
        if found is not None:
            yield found
        return
    after: DomainId | None = None
    while True:
        page = domains.page(account.id, after=after, limit=_PAGE)
        yield from page.items
        if not page.more:
            return
        after = page.items[-1].id
