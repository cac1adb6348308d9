"""Where the reports that somebody may read are: with one domain, with a few, or with the whole account."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.report_items import SEPARATOR, SUMMARY
from shared.adapters.dynamodb.table import Range, Table
from shared.core.access import Readable
from shared.core.failures.marks import Sought
from shared.core.ids import AccountId, DomainId, ReportId, first_of, last_of
from shared.core.reports import ReportFilter, ReportSummary
from shared.mailauth.reports.values import Kind

LARGEST: Final = 2**53 - 1
FEW: Final = 20
"""Domains that are read side by side. Who sees more reads the list of the account, and skips the others."""


def opens(right: Readable, wanted: ReportFilter) -> bool:
    return right.forensic or wanted.kind is not Kind.FAILURE


def homes(right: Readable) -> tuple[DomainId, ...] | None:
    """The domains to read one by one; None where the account is to be read."""
    if right.domain is not None:
        return (right.domain.id,)
    if right.within is None or len(right.within) > FEW:
        return None
    return tuple(sorted(right.within))


def newest_first(
    table: Table,
    right: Readable,
    wanted: ReportFilter,
    last: int,
    *,
    condition: str,
    values: Mapping[str, Plain],
    batch: int | None,
) -> Iterator[Item]:
    """The items of the reports, summaries only, from the id ``last`` downwards."""

    def found(home: DomainId | None) -> Iterator[Item]:
        wanted_range = range_of(right.account, home, wanted, last)
        return table.query(wanted_range, condition=condition, values=values, attributes=SUMMARY, batch=batch)

    alone = homes(right)
    if alone is None:
        return (item for item in found(None) if right.covers(home_of(item)))
    return heapq.merge(*map(found, alone), key=number_of, reverse=True)


def marked(sought: Sought) -> tuple[list[str], dict[str, Plain]]:
    """Conditions on the packed marks as one text: they let through all that is sought, and a little more."""
    texts, values = [], dict[str, Plain]()
    if sought.feedback_type:
        texts.append("begins_with(#em, :type)")
        values["type"] = sought.feedback_type + SEPARATOR
    parts = (("ip", sought.source_ip), ("address", sought.address.removeprefix("@")))
    for name, part in parts:
        if part:
            texts.append(f"contains(#em, :{name})")
            values[name] = part
    if sought.subjects:
        named = {f"subject{place}": part for place, part in enumerate(sought.subjects)}
        texts.append("(" + " OR ".join(f"contains(#em, :{name})" for name in named) + ")")
        values |= named
    return texts, values


def accepted(summaries: Iterable[ReportSummary], wanted: ReportFilter) -> Iterator[ReportSummary]:
    """Those whose marks are sought, each in its own field."""
    sought = wanted.sought
    for summary in summaries:
        if sought is None or (summary.marks is not None and sought.accepts(summary.marks)):
            yield summary


def home_of(item: Item) -> DomainId:
    return DomainId(int(item["pk"].split("#")[2]))


def number_of(item: Item) -> int:
    return int(item["sk"].split("#")[1])


def range_of(account: AccountId, home: DomainId | None, wanted: ReportFilter, last: int = LARGEST) -> Range:
    """Of one domain in the table, of an account in the index."""
    lowest = 0 if wanted.first is None else first_of(wanted.first)
    highest = last if wanted.last is None else min(last, last_of(wanted.last))
    if home is None:
        start = keys.reports_of(account, wanted.kind, ReportId(lowest))
        end = keys.reports_of(account, wanted.kind, ReportId(max(highest, lowest)))
        return Range(start.pk, start.sk, end.sk, index=True, newest_first=True)
    start = keys.fact(account, home, wanted.kind, ReportId(lowest))
    end = keys.fact(account, home, wanted.kind, ReportId(max(highest, lowest)))
    return Range(start.pk, start.sk, end.sk, newest_first=True)
