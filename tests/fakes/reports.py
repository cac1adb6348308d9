from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from shared.core.access import Readable
from shared.core.ids import AccountId, DomainId, ReportId
from shared.core.reports import Fact, Filed, Outcome, ReportFilter, ReportPage, ReportSummary
from shared.mailauth.reports.values import Kind

_Home = tuple[AccountId, DomainId]


class FakeReports:
    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.facts: list[Fact] = []

    def file(self, fact: Fact) -> Filed:
        mine = fact.summary
        there = [other.summary for other in self._live() if _home(other.summary) == _home(mine)]
        same = next((other for other in there if other.identity == mine.identity), None)
        if same is not None and same.content == mine.content:
            return Filed(Outcome.DUPLICATE, same.id)
        if same is not None and same.day == mine.day:
            return Filed(Outcome.CONFLICT, same.id)
        copy = next((other for other in there if other.content == mine.content), None)
        if copy is not None:
            return Filed(Outcome.RESENT, copy.id)
        number = mine.id
        while any(other.id == number and other.kind == mine.kind for other in there):
            number = ReportId(number + 1)
        self.facts.append(replace(fact, summary=replace(mine, id=number)))
        return Filed(Outcome.STORED, number)

    def page(
        self, right: Readable, wanted: ReportFilter, *, after: ReportId | None, limit: int
    ) -> ReportPage:
        matching = [
            summary for summary in self._matching(right, wanted) if after is None or summary.id < after
        ]
        items = sorted(matching, key=lambda summary: summary.id, reverse=True)[:limit]
        return ReportPage(items, items[-1].id if len(matching) > limit else None)

    def count(self, right: Readable, wanted: ReportFilter) -> int:
        return len(self._matching(right, wanted))

    def find(self, right: Readable, report: ReportId) -> ReportSummary | None:
        return next((summary for summary in self._readable(right) if summary.id == report), None)

    def fact(self, summary: ReportSummary) -> Fact | None:
        same = (fact for fact in self._live() if _key(fact.summary) == _key(summary))
        return next(same, None)

    def whole(self, summaries: Sequence[ReportSummary]) -> list[Fact]:
        return [fact for summary in summaries if (fact := self.fact(summary)) is not None]

    def remove(self, summary: ReportSummary) -> None:
        self.facts = [fact for fact in self.facts if _key(fact.summary) != _key(summary)]

    def of_day(self, account: AccountId, domain: DomainId, day: date) -> Iterator[Fact]:
        return (
            fact
            for fact in self._live()
            if _home(fact.summary) == (account, domain) and fact.summary.day == day
        )

    def of_span(self, account: AccountId, domain: DomainId, first: date, last: date) -> Iterator[Fact]:
        found = [
            fact
            for fact in self._live()
            if _home(fact.summary) == (account, domain)
            and fact.summary.kind is Kind.AGGREGATE
            and first <= fact.summary.day <= last
        ]
        return iter(sorted(found, key=lambda fact: fact.summary.id))

    def days_of(self, account: AccountId, domain: DomainId) -> Iterator[tuple[date, int]]:
        live = self._live()
        days = Counter(fact.summary.day for fact in live if _home(fact.summary) == (account, domain))
        return iter(sorted(days.items()))

    def _live(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.summary.expires > self.now()]

    def _readable(self, right: Readable) -> list[ReportSummary]:
        return [
            fact.summary
            for fact in self._live()
            if fact.summary.account == right.account
            and right.covers(fact.summary.domain_id)
            and (right.forensic or fact.summary.kind is not Kind.FAILURE)
        ]

    def _matching(self, right: Readable, wanted: ReportFilter) -> list[ReportSummary]:
        return [
            summary
            for summary in self._readable(right)
            if summary.kind is wanted.kind
            and (wanted.first is None or summary.day >= wanted.first)
            and (wanted.last is None or summary.day <= wanted.last)
            and wanted.domain_part.lower() in summary.policy_domain.lower()
            and wanted.reporter_part.lower() in summary.reporter.lower()
            and wanted.trust in (None, summary.trust)
            and (
                wanted.sought is None or (summary.marks is not None and wanted.sought.accepts(summary.marks))
            )
        ]


def _home(summary: ReportSummary) -> _Home:
    return summary.account, summary.domain_id


def _key(summary: ReportSummary) -> tuple[_Home, str, ReportId]:
    return _home(summary), summary.kind.value, summary.id
