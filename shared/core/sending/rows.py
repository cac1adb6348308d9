"""The rows of one address, as its reports have them: policy, overrides and every authentication result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from shared.core.access import Readable
from shared.core.detail.verdicts import Verdict, verdict_of
from shared.core.ids import ReportId
from shared.core.mail import Trust
from shared.core.paging import Cursor, PageRequest
from shared.core.reports import Fact, ReportFilter, Reports, ReportSummary
from shared.core.rollups import DayDetail
from shared.core.segments import Columns, columns_of
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.identification import Evidence, Match, identify, match_of
from shared.core.senders.includes import Includes
from shared.core.senders.passed import what_passed
from shared.core.senders.standing import Standing, standing_of
from shared.core.sending.addresses import Category
from shared.core.sending.reported import KnownAddresses
from shared.core.statistics import Span
from shared.mailauth.reports.values import Kind, Row

MOST_READ: Final = 500
"""Reports that are read whole for one page: where little matches, a page has few rows or none."""

_LISTED: Final = 250
_AT_ONCE: Final = 25


@dataclass(frozen=True, slots=True)
class RowFilter:
    """``search`` is part of the author's domain, of a domain or selector that authenticated, of the reporter
    or of a comment; ``reporter`` is part of the reporter's name."""

    search: str = ""
    category: Category | None = None
    reporter: str = ""
    trusts: tuple[Trust, ...] = tuple(Trust)


@dataclass(frozen=True, slots=True)
class AddressRow:
    """``number`` is its place among the rows of its report."""

    summary: ReportSummary
    number: int
    row: Row
    verdict: Verdict
    standing: Standing
    sender: Match


@dataclass(frozen=True, slots=True)
class RowPage:
    items: list[AddressRow]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one domain. ``details`` are its days, which tell on which ones the address sent."""

    reports: Reports
    right: Readable
    details: Sequence[DayDetail]
    catalogue: Catalogue
    includes: Includes

    def page(self, address: str, span: Span, wanted: RowFilter, page: PageRequest) -> RowPage:
        """Newest report first, rows in the order of their report. Goes on after a report and a row."""
        found: list[AddressRow] = []
        summaries = self._summaries(address, span, wanted, page.cursor)
        known = KnownAddresses(self.details)
        for _ in range(MOST_READ // _AT_ONCE):
            some = list(islice(summaries, _AT_ONCE))
            if not some:
                return RowPage(found, None)
            for fact in self.reports.whole(some):
                for row in self._rows(fact, address, wanted, known):
                    if not _is_after(row, page.cursor):
                        continue
                    if len(found) == page.limit:
                        return RowPage(found, Cursor(found[-1].summary.id, mark=found[-1].number))
                    found.append(row)
        more = next(summaries, None) is not None
        return RowPage(found, Cursor(some[-1].id, mark=_LAST) if more else None)

    def _days_of(self, address: str) -> frozenset[date]:
        return frozenset(
            detail.day
            for detail in self.details
            for share in detail.shares
            if any(line.ip == address for line in share.sources)
        )

    def _summaries(
        self, address: str, span: Span, wanted: RowFilter, cursor: Cursor | None
    ) -> Iterator[ReportSummary]:
        busy = self._days_of(address)
        if not busy:
            return
        asked = ReportFilter(Kind.AGGREGATE, span.first, span.last, reporter_part=wanted.reporter)
        after = None if cursor is None else ReportId(cursor.id + 1)
        while True:
            listed = self.reports.page(self.right, asked, after=after, limit=_LISTED)
            for summary in listed.items:
                if summary.trust in wanted.trusts and summary.day in busy:
                    yield summary
            if listed.after is None:
                return
            after = listed.after

    def _rows(
        self, fact: Fact, address: str, wanted: RowFilter, known: KnownAddresses
    ) -> Iterator[AddressRow]:
        columns = columns_of(fact.segment)
        for number, ip in enumerate(columns.addresses):
            if ip != address:
                continue
            row = _row(columns, number)
            verdict = verdict_of(row.evaluated, row.identifiers, row.auth)
            found = AddressRow(fact.summary, number, row, verdict, *self._told(row, known))
            if _is_wanted(found, wanted):
                yield found

    def _told(self, row: Row, known: KnownAddresses) -> tuple[Standing, Match]:
        evidence = Evidence(
            row.identifiers.header_from,
            what_passed(row.auth),
            known.hosts([row.source_ip]).get(row.source_ip),
            known.network(row.source_ip),
            self.includes.covering(row.source_ip),
        )
        identified = identify(evidence, self.catalogue)
        return standing_of(row.evaluated, evidence, identified), match_of(evidence, identified)


_LAST: Final = 2**53 - 1
"""Behind every row of a report."""


def _row(columns: Columns, number: int) -> Row:
    evaluated, identifiers, auth = columns.indexes[3 * number : 3 * number + 3]
    return Row(
        columns.addresses[number],
        columns.counts[number],
        columns.evaluated[evaluated],
        columns.identifiers[identifiers],
        columns.auth[auth],
    )


def _is_after(row: AddressRow, cursor: Cursor | None) -> bool:
    if cursor is None or row.summary.id < cursor.id:
        return True
    return row.summary.id == cursor.id and row.number > (cursor.mark if cursor.mark is not None else _LAST)


def _is_wanted(found: AddressRow, wanted: RowFilter) -> bool:
    category, verdict = wanted.category, found.verdict
    if category is not None:
        accepted = {
            Category.DMARC: verdict.dmarc_pass,
            Category.SPF: verdict.spf_aligned == "pass",
            Category.DKIM: verdict.dkim_aligned == "pass",
            Category.FORWARDED: verdict.forwarded,
        }
        if not accepted.get(category, found.standing is category.standing):
            return False
    part = wanted.search.strip().lower()
    return not part or any(part in text.lower() for text in _texts(found))


def _texts(found: AddressRow) -> Iterator[str]:
    row = found.row
    yield row.identifiers.header_from
    yield row.identifiers.envelope_from or ""
    yield found.summary.reporter
    yield from (override.comment or "" for override in row.evaluated.overrides)
    yield from (check.domain for check in row.auth.spf)
    for signature in row.auth.dkim:
        yield signature.domain
        yield signature.selector or ""
