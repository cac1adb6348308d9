"""Counting reports by what their days add up to, where that is the same number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.rollup_items import TRUSTS, totals_of
from shared.adapters.dynamodb.table import Range, Table
from shared.core.ids import AccountId, DomainId
from shared.core.reports import ReportFilter
from shared.core.rollups import DayTotals
from shared.mailauth.reports.values import Kind

_EVER: Final = date.min, date.max


def counted_by_day(
    table: Table, account: AccountId, home: DomainId | None, wanted: ReportFilter, now: int
) -> int | None:
    """The count of a domain or of a whole account, or None when days cannot tell: texts, the trust of TLS
    reports, failure reports (which expire before the other reports of their day)."""
    if wanted.domain_part or wanted.reporter_part or wanted.kind is Kind.FAILURE:
        return None
    if wanted.kind is Kind.TLS and wanted.trust is not None:
        return None
    days = _days(table, account, home, wanted, now)
    if home is None:
        attribute = "tls_reports" if wanted.kind is Kind.TLS else "reports"
        attribute = attribute if wanted.trust is None else TRUSTS[wanted.trust]
        return sum(int(item.get(attribute, 0)) for item in days)
    totals = (totals_of(date.fromisoformat(item["sk"]), item["totals"]) for item in days if "totals" in item)
    return sum(_reports(day, wanted) for day in totals)


def _reports(day: DayTotals, wanted: ReportFilter) -> int:
    if wanted.kind is Kind.TLS:
        return day.tls.reports
    return (day.share() if wanted.trust is None else day.share((wanted.trust,))).reports


def _days(
    table: Table, account: AccountId, home: DomainId | None, wanted: ReportFilter, now: int
) -> Iterator[Item]:
    earliest, latest = _EVER
    between = (wanted.first or earliest, wanted.last or latest)
    if home is None:
        first, last = (keys.account_day(account, day) for day in between)
    else:
        first, last = (keys.day_totals(account, home, day) for day in between)
    if first.sk > last.sk:
        return iter(())
    return table.query(Range(first.pk, first.sk, last.sk), condition="#expires > :now", values={"now": now})
