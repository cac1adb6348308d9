from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Final

from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.filing import file, unfile
from shared.adapters.dynamodb.report_counts import counted_by_day
from shared.adapters.dynamodb.report_items import fact_of, summary_of
from shared.adapters.dynamodb.report_ranges import (
    LARGEST,
    accepted,
    homes,
    marked,
    newest_first,
    opens,
    range_of,
)
from shared.adapters.dynamodb.table import Range, Table
from shared.core.access import Readable
from shared.core.ids import AccountId, DomainId, ReportId, day_of, first_of, last_of
from shared.core.reports import Fact, Filed, ReportFilter, ReportPage, ReportSummary
from shared.mailauth.reports.values import Kind

_LIVE: Final = "#expires > :now"
_BODIES_AT_ONCE: Final = 8
"""Bodies that are read side by side where many reports are read."""

_LOOKS: Final = 3
"""How often a report is read again whose body another call has just removed."""


class DynamoReports:
    """``Reports`` on the table and the data bucket; ``now`` tells what has expired.

    Lists of a domain are read from the table, those of an account from the index. What the filter asks
    beyond kind and date is met while reading: a rare match costs as much as the range it is in. So does a
    domain among many that are out of sight.
    """

    def __init__(self, table: Table, blobs: Blobs, now: Callable[[], float]) -> None:
        self._table = table
        self._blobs = blobs
        self._now = now

    def file(self, fact: Fact) -> Filed:
        return file(self._table, self._blobs, fact, int(self._now()))

    def page(
        self, right: Readable, wanted: ReportFilter, *, after: ReportId | None, limit: int
    ) -> ReportPage:
        if not opens(right, wanted):
            return ReportPage([], None)
        last = LARGEST if after is None else after - 1
        condition, values = self._condition(wanted)
        found = newest_first(
            self._table, right, wanted, last, condition=condition, values=values, batch=limit + 1
        )
        items: list[ReportSummary] = []
        for summary in accepted(map(summary_of, found), wanted):
            if len(items) == limit:
                return ReportPage(items, items[-1].id)
            items.append(summary)
        return ReportPage(items, None)

    def count(self, right: Readable, wanted: ReportFilter) -> int:
        """By rollups: a tenth of a read unit for each day, or less. One by one: some 10 reports for each
        read unit, 4 when of one domain."""
        if not opens(right, wanted):
            return 0
        alone = homes(right)
        if right.whole and wanted.sought is None:
            return self._count(right.account, None, wanted)
        if alone is not None and wanted.sought is None:
            return sum(self._count(right.account, home, wanted) for home in alone)
        condition, values = self._condition(wanted)
        everything = newest_first(
            self._table, right, wanted, LARGEST, condition=condition, values=values, batch=None
        )
        return sum(1 for _ in accepted(map(summary_of, everything), wanted))

    def _count(self, account: AccountId, home: DomainId | None, wanted: ReportFilter) -> int:
        by_day = counted_by_day(self._table, account, home, wanted, int(self._now()))
        if by_day is not None:
            return by_day
        condition, values = self._condition(wanted)
        return self._table.count(range_of(account, home, wanted), condition=condition, values=values)

    def find(self, right: Readable, report: ReportId) -> ReportSummary | None:
        for kind in keys.KINDS:
            if not opens(right, ReportFilter(kind)):
                continue
            at = keys.reports_of(right.account, kind, report)
            exact = Range(at.pk, at.sk, at.sk, index=True)
            for item in self._table.query(exact, condition=_LIVE, values=self._values()):
                summary = summary_of(item)
                if right.covers(summary.domain_id):
                    return summary
        return None

    def fact(self, summary: ReportSummary) -> Fact | None:
        return self._read(keys.fact(summary.account, summary.domain_id, summary.kind, summary.id))

    def whole(self, summaries: Sequence[ReportSummary]) -> list[Fact]:
        wanted = [keys.fact(each.account, each.domain_id, each.kind, each.id) for each in summaries]
        found = self._table.get_many(wanted, consistent=False)
        live = (found[key] for key in wanted if key in found and found[key]["expires"] > self._now())
        return [fact for item in live if (fact := self._whole(item)) is not None]

    def remove(self, summary: ReportSummary) -> None:
        unfile(self._table, self._blobs, summary)

    def of_day(self, account: AccountId, domain: DomainId, day: date) -> Iterator[Fact]:
        for kind in keys.KINDS:
            first = keys.fact(account, domain, kind, ReportId(first_of(day)))
            last = keys.fact(account, domain, kind, ReportId(last_of(day)))
            found = self._table.query(
                Range(first.pk, first.sk, last.sk), condition=_LIVE, values=self._values(), consistent=True
            )
            for item in found:
                fact = self._whole(item)
                if fact is not None:
                    yield fact

    def of_span(self, account: AccountId, domain: DomainId, first: date, last: date) -> Iterator[Fact]:
        wanted = range_of(account, domain, ReportFilter(Kind.AGGREGATE, first, last))
        found = self._table.query(
            replace(wanted, newest_first=False), condition=_LIVE, values=self._values(), consistent=True
        )
        with ThreadPoolExecutor(_BODIES_AT_ONCE) as readers:
            for items in iter(lambda: list(islice(found, _BODIES_AT_ONCE)), []):
                yield from filter(None, readers.map(self._whole, items))

    def days_of(self, account: AccountId, domain: DomainId) -> Iterator[tuple[date, int]]:
        days: Counter[date] = Counter()
        for kind in keys.KINDS:
            first = keys.fact(account, domain, kind, ReportId(0))
            last = keys.fact(account, domain, kind, ReportId(LARGEST))
            found = self._table.query(
                Range(first.pk, first.sk, last.sk),
                condition=_LIVE,
                values=self._values(),
                attributes=("sk",),
                consistent=True,
            )
            days.update(day_of(int(item["sk"].split("#")[1])) for item in found)
        return iter(sorted(days.items()))

    def _values(self) -> dict[str, Plain]:
        return {"now": int(self._now())}

    def _condition(self, wanted: ReportFilter) -> tuple[str, dict[str, Plain]]:
        texts, values = [_LIVE], self._values()
        # The domain that a report is filed under ends the domain that it is about: one search finds both.
        for name, part in (("pd", wanted.domain_part), ("rl", wanted.reporter_part)):
            if part:
                texts.append(f"contains(#{name}, :{name})")
                values[name] = part.lower()
        if wanted.trust is not None:
            texts.append("#tr = :tr")
            values["tr"] = wanted.trust.value
        if wanted.sought is not None:
            coarse, parts = marked(wanted.sought)
            texts += coarse
            values |= parts
        return " AND ".join(texts), values

    def _read(self, where: keys.Key) -> Fact | None:
        item = self._table.get(where)
        live = item is not None and item["expires"] > self._now()
        return self._whole(item) if item is not None and live else None

    def _whole(self, item: Item) -> Fact | None:
        """The report with its body; None when it was removed since the item was read."""
        current: Item | None = item
        for _ in range(_LOOKS):
            if current is None:
                return None
            body = current["body"] if "body" in current else self._blobs.get(current["blob"])
            if body is not None:
                return fact_of(current, body)
            current = self._table.get(keys.Key(item["pk"], item["sk"]))
        raise LookupError(f"the body {item['blob']} of a stored report is missing")
