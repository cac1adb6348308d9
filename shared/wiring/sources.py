"""Sources of accounts, and addresses of domains, as they are read and made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from shared.core.access import Readable
from shared.core.accounts import Account
from shared.core.domains import Domain
from shared.core.rollups import DayDetail
from shared.core.senders.includes import Includes, includes_of
from shared.core.sending.refreshing import Refresher, current
from shared.core.sending.reported import details_by
from shared.core.sending.rows import RowReader
from shared.core.sending.snapshots import Snapshot
from shared.core.statistics import Span
from shared.wiring import catalogues, queues, table

_AT_ONCE: Final = 8
"""Domains whose days are read side by side."""


@cache
def refresher() -> Refresher:
    return Refresher(table.accounts(), table.domains(), table.rollups(), table.snapshots(), _together)


def snapshot(account: Account, now: float) -> Snapshot:
    """Asks for a new one where that is due."""
    return current(table.snapshots(), queues.source_refreshes(), refresher(), account, int(now))


def details(right: Readable, span: Span, reporter: str) -> Sequence[DayDetail]:
    """The days of a domain: as they are kept, or of some reporters alone."""
    if span.empty:
        return []
    kept = table.rollups().details(right, span.first, span.last)
    if not reporter.strip() or not kept:
        return kept
    catalogue = catalogues.catalogues().of(right.account)
    return details_by(
        table.reports(), right, span, reporter.strip(), kept, catalogue, _includes(right.domain)
    )


def rows(right: Readable, span: Span) -> RowReader:
    return RowReader(
        table.reports(),
        right,
        details(right, span, ""),
        catalogues.catalogues().of(right.account),
        _includes(right.domain),
    )


def _includes(domain: Domain | None) -> Includes:
    if domain is None:
        raise ValueError("addresses are of one domain")
    return includes_of(table.dns_states().knowledge(domain.account, domain.id))


def _together(
    work: Callable[[Readable], list[DayDetail]], rights: list[Readable]
) -> Iterable[list[DayDetail]]:
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        return list(readers.map(work, rights))
