"""What some reporters alone say of a domain's days.

Days are kept summed over all who reported, so these are summed anew from the reports; what is known of the
addresses is taken from the days as they are kept, so that both ways tell the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from shared.core.access import Readable
from shared.core.addresses import HostName, Network, Place
from shared.core.errors import Invalid
from shared.core.reports import Fact, ReportFilter, Reports, ReportSummary
from shared.core.rolling import roll_up
from shared.core.rollups import DayDetail, SourceLine
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.includes import Includes
from shared.core.statistics import Span
from shared.mailauth.reports.values import Kind

MOST_REPORTS: Final = 2_000
"""That are read to answer one question."""

_PAGE: Final = 500
_AT_ONCE: Final = 50
"""Reports that are read whole together."""


class KnownAddresses:
    """``Places`` and host names as lines of the days have them."""

    def __init__(self, details: Iterable[DayDetail]) -> None:
        self._lines: dict[str, SourceLine] = {}
        for detail in details:
            for share in detail.shares:
                self._lines.update((line.ip, line) for line in share.sources)

    def place(self, address: str) -> Place:
        line = self._lines.get(address)
        return Place() if line is None else Place(line.country, line.city)

    def network(self, address: str) -> Network:
        line = self._lines.get(address)
        return Network() if line is None else Network(line.asn, line.network)

    def hosts(self, addresses: Iterable[str]) -> dict[str, HostName]:
        found = ((address, self._lines.get(address)) for address in addresses)
        return {
            address: HostName(line.host, line.host_confirmed, 0)
            for address, line in found
            if line is not None and line.host is not None
        }


def details_by(
    reports: Reports,
    right: Readable,
    span: Span,
    reporter: str,
    details: Sequence[DayDetail],
    catalogue: Catalogue,
    includes: Includes,
) -> list[DayDetail]:
    """As ``details``, which are those of the span, of the reporters alone whose names hold ``reporter``.
    ``Invalid`` where these sent too many reports."""
    if right.domain is None:
        raise ValueError("days are read of one domain")
    known = KnownAddresses(details)
    summaries = all_by(reports, right, span, reporter)
    found = []
    for day, of_day in groupby(summaries, key=lambda each: each.day):
        rolled = roll_up(
            right.account,
            right.domain.id,
            day,
            _whole(reports, list(of_day)),
            places=known,
            catalogue=catalogue,
            hosts=known.hosts,
            included=includes.covering,
        )
        found.append(rolled.rollup.detail)
    return found[::-1]


def all_by(reports: Reports, right: Readable, span: Span, reporter: str) -> list[ReportSummary]:
    """Newest first."""
    wanted = ReportFilter(Kind.AGGREGATE, span.first, span.last, reporter_part=reporter)
    found: list[ReportSummary] = []
    page = reports.page(right, wanted, after=None, limit=_PAGE)
    while True:
        found += page.items
        if len(found) > MOST_REPORTS:
            raise Invalid(
                f"These are more than {MOST_REPORTS:,} reports: ask for fewer days", param="date_from"
            )
        if page.after is None:
            return found
        page = reports.page(right, wanted, after=page.after, limit=_PAGE)


def _whole(reports: Reports, summaries: Sequence[ReportSummary]) -> Iterator[Fact]:
    for start in range(0, len(summaries), _AT_ONCE):
        yield from reports.whole(summaries[start : start + _AT_ONCE])
