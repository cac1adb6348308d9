"""Reports as facts: immutable, stored exactly once, found again by account, domain, day and id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from shared.core.access import Readable
from shared.core.clock import DAY_SECONDS, epoch_of, utc_day
from shared.core.domains import Domain
from shared.core.failures.marks import Marks, Sought
from shared.core.ids import AccountId, DomainId, ReportId, derive
from shared.core.mail import Trust
from shared.mailauth.reports.values import Deviation, Kind, PolicyPublished


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What lists show of a report. ``messages`` counts messages of an aggregate report, sessions of a
    TLS report, incidents of a failure report; ``passed`` those that passed DMARC, or succeeded.

    ``domain`` is the account's domain that it was filed under, ``policy_domain`` the one it is about:
    the same or a subdomain. ``identity`` is what makes it the same report when it comes again,
    ``content`` the hash of what it says. ``expires`` ends its retention. Times are epoch seconds.
    """

    id: ReportId
    account: AccountId
    domain_id: DomainId
    domain: str
    kind: Kind
    policy_domain: str
    reporter: str
    email: str
    report_id: str
    begin: int
    end: int
    received: int
    expires: int
    messages: int
    passed: int
    rows: int
    trust: Trust
    policy: PolicyPublished
    mail: str
    identity: str
    content: str
    deviations: int = 0
    sole: bool = True
    """Nothing else came in the same delivery, so that the delivery goes when the report goes."""
    marks: Marks | None = None
    """Of a failure report."""

    @property
    def day(self) -> date:
        """The UTC day for which it counts."""
        return utc_day(self.begin)


@dataclass(frozen=True, slots=True)
class ReportNotes:
    """What only the detail of a report shows. ``bad_rows`` could not be read and count for nothing."""

    extra_contact_info: str | None = None
    errors: tuple[str, ...] = ()
    generator: str | None = None
    version: str | None = None
    namespace: str | None = None
    bad_rows: int = 0
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A report with all it says: ``segment`` as packed by ``shared.core.segments``."""

    summary: ReportSummary
    notes: ReportNotes
    segment: bytes


class Outcome(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    """The same report, saying the same: nothing happened."""
    RESENT = "resent"
    """The same content under a new report id: nothing happened."""
    CONFLICT = "conflict"
    """The same report, saying something else: the first is kept."""


@dataclass(frozen=True, slots=True)
class Filed:
    """``id`` is the stored report: the new one, or the one that was there."""

    outcome: Outcome
    id: ReportId


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """``first`` and ``last`` are days of ``begin``, included. Texts match as case-insensitive parts."""

    kind: Kind = Kind.AGGREGATE
    first: date | None = None
    last: date | None = None
    domain_part: str = ""
    reporter_part: str = ""
    trust: Trust | None = None
    sought: Sought | None = None
    """Of failure reports; nothing else has it."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Summaries, newest period first; ``after`` is the id to go on from, None at the end."""

    items: list[ReportSummary]
    after: ReportId | None


class Reports(Protocol):
    """Reads show nothing that has expired, nothing of a domain that the right does not cover, and failure
    reports only where it is ``forensic``. Lists may lag behind a store by moments."""

    def file(self, fact: Fact) -> Filed:
        """Store a report exactly once, whole or not at all, however often and concurrently asked."""

    def page(
        self, right: Readable, wanted: ReportFilter, *, after: ReportId | None, limit: int
    ) -> ReportPage: ...

    def count(self, right: Readable, wanted: ReportFilter) -> int:
        """How many reports ``page`` would list in all.

        Aggregate and TLS reports are counted by the day's rollups where those can tell, which
        follow a store by moments; others one by one."""

    def find(self, right: Readable, report: ReportId) -> ReportSummary | None: ...

    def fact(self, summary: ReportSummary) -> Fact | None: ...

    def whole(self, summaries: Sequence[ReportSummary]) -> list[Fact]:
        """As ``fact``, in their order; those that are gone are left out."""

    def remove(self, summary: ReportSummary) -> None:
        """Remove it whole, so that it could be filed again; harmless when it is gone."""

    def of_day(self, account: AccountId, domain: DomainId, day: date) -> Iterator[Fact]:
        """Every live report of a domain and day, of all kinds; strongly consistent."""

    def of_span(self, account: AccountId, domain: DomainId, first: date, last: date) -> Iterator[Fact]:
        """Every live aggregate report of a domain and some days, in the order of the days."""

    def days_of(self, account: AccountId, domain: DomainId) -> Iterator[tuple[date, int]]:
        """The days that hold live reports of a domain, ascending, each with how many. Reads them all."""


def report_identity(
    kind: Kind, policy_domain: str, reporter: str, report_id: str, begin: int, end: int
) -> str:
    """What makes two reports the same one (standards 5.9): never the report id alone."""
    parts = (
        kind.value,
        policy_domain,
        reporter.strip().lower(),
        report_id.strip("<> "),
        str(begin),
        str(end),
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def content_of(*said: str | bytes) -> str:
    """The hash of what a report says, its report id left out, so that a re-sent copy is recognised."""
    digest = hashlib.sha256()
    for part in said:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def report_number(begin: int, domain: Domain, identity: str) -> ReportId:
    return ReportId(derive(utc_day(begin), str(domain.id), identity))


def expiry(begin: int, retention_days: int) -> int:
    """The end of the last day on which a report of that day is shown."""
    return epoch_of(utc_day(begin)) + (retention_days + 1) * DAY_SECONDS
