"""Rollups: what the facts of one domain and day add up to.

A rollup is a pure function of that day's reports (and of what is known about the addresses in them), so
redelivered, reordered, late and deleted reports cannot make it wrong: it is made anew, never added to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from shared.core.access import Readable
from shared.core.counters import Counters, Standings
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.senders.identification import strongest
from shared.core.senders.standing import Standing
from shared.core.tls.days import PolicyLine, TlsDay

WEEK = 8
"""Days of which lists of domains tell: seven and today."""

_NAMES = 20
"""Domains kept of each sort for one source; an attacker can have thousands of them pass."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the aggregate reports of one trust class add up to."""

    reports: int = 0
    counters: Counters = Counters()
    standings: Standings = Standings()

    def __add__(self, other: Share) -> Share:
        return Share(
            self.reports + other.reports,
            self.counters + other.counters,
            self.standings + other.standings,
        )


@dataclass(frozen=True, slots=True)
class TlsTotals:
    """Sessions as the summaries say; ``failures`` by result type as the details say (RFC 8460)."""

    reports: int = 0
    successful: int = 0
    failed: int = 0
    failures: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FailureTotals:
    """``complaints`` are those of the reports that tell of something else than failed authentication."""

    reports: int = 0
    incidents: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class DayTotals:
    """All that a day of a domain adds up to. ``shares`` has the trust classes that were seen."""

    day: date
    shares: tuple[tuple[Trust, Share], ...] = ()
    tls: TlsTotals = TlsTotals()
    failure: FailureTotals = FailureTotals()

    def share(self, trusts: Iterable[Trust] = tuple(Trust)) -> Share:
        """The sum over some trust classes; over all by default."""
        wanted = frozenset(trusts)
        return sum((share for trust, share in self.shares if trust in wanted), Share())


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One address that sent as the domain on a day, under the sender it was recognised as, with the messages
    of one standing.

    ``evidence`` is the ``Proof`` it was recognised by, or ``none``, and ``evidence_value`` what gave it away.
    ``dkim_domains`` and ``spf_domains`` passed, aligned or not. ``host`` is forward-confirmed if
    ``host_confirmed``.
    """

    sender_domain: str
    sender_name: str
    category: str
    evidence: str
    ip: str
    counters: Counters
    host: str | None = None
    host_confirmed: bool = False
    country: str | None = None
    city: str | None = None
    asn: int | None = None
    network: str | None = None
    dkim_domains: tuple[str, ...] = ()
    spf_domains: tuple[str, ...] = ()
    header_from: tuple[str, ...] = ()
    standing: Standing = Standing.THREAT
    evidence_value: str = ""

    def merged(self, other: SourceLine) -> SourceLine:
        """With another line of the same address and sender, which differs in what authenticated there, the
        author or the standing. The standing stays this line's; the evidence is the more telling one."""
        more = strongest((self.evidence, self.evidence_value), (other.evidence, other.evidence_value))
        return replace(
            self,
            evidence=more[0],
            evidence_value=more[1],
            counters=self.counters + other.counters,
            dkim_domains=distinct((*self.dkim_domains, *other.dkim_domains)),
            spf_domains=distinct((*self.spf_domains, *other.spf_domains)),
            header_from=distinct((*self.header_from, *other.header_from)),
        )


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """In order, and no more than are kept."""
    return tuple(sorted(set(names))[:_NAMES])


@dataclass(frozen=True, slots=True)
class ReporterLine:
    """``quarantined`` and ``rejected`` are messages, too: what was done with them."""

    reporter: str
    reports: int
    messages: int
    quarantined: int = 0
    rejected: int = 0

    @property
    def accepted(self) -> int:
        return self.messages - self.quarantined - self.rejected

    def __add__(self, other: ReporterLine) -> ReporterLine:
        return ReporterLine(
            self.reporter,
            self.reports + other.reports,
            self.messages + other.messages,
            self.quarantined + other.quarantined,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True, slots=True)
class ShareDetail:
    """Sources and reporters of one trust class on a day; ``selectors`` are (d=, s=) pairs seen."""

    trust: Trust
    sources: tuple[SourceLine, ...]
    reporters: tuple[ReporterLine, ...]
    selectors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DayDetail:
    day: date
    shares: tuple[ShareDetail, ...]


@dataclass(frozen=True, slots=True)
class DayRollup:
    account: AccountId
    domain: DomainId
    totals: DayTotals
    detail: DayDetail
    expires: int
    """Epoch seconds; the latest expiry among the day's reports, 0 when the day is empty."""
    tls: tuple[PolicyLine, ...] = ()
    parked: bool = False
    """Whether the domain was parked when the day was summed up: its messages then count for the credits of
    parked domains."""

    @property
    def day(self) -> date:
        return self.totals.day


@dataclass(frozen=True, slots=True)
class AccountDay:
    """A day of a whole account: aggregate reports and their messages, other reports by kind."""

    day: date
    reports: int = 0
    messages: int = 0
    tls_reports: int = 0
    failure_reports: int = 0


class Rollups(Protocol):
    def version(self, account: AccountId, domain: DomainId, day: date) -> int:
        """The version of a day's rollup, strongly consistent; 0 when there never was one.
        It rises with every replacement, also by an empty rollup."""

    def replace(self, rollup: DayRollup, *, expected: int) -> bool:
        """Put a rollup in the place of version ``expected``, and move the account's day by the
        difference, in one step. False when another version is there: read the facts again.
        An empty rollup removes."""

    def totals(self, right: Readable, first: date, last: date) -> list[DayTotals]:
        """The days of a domain that have data, ascending."""

    def details(self, right: Readable, first: date, last: date) -> list[DayDetail]:
        """As ``totals``, with sources and reporters."""

    def tls_days(self, right: Readable, first: date, last: date) -> list[TlsDay]:
        """What TLS reports say, of every domain that the right covers: days that have any, by domain and day;
        of the last ``tls.days.DAYS`` days alone."""

    def weeks(self, right: Readable, first: date, last: date) -> dict[DomainId, Standings]:
        """What came between two of the last ``WEEK`` days, by standing, of every domain that the right covers
        and that has any: few units however many days there are."""

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """What is left beside the days of a domain that were removed, or are older."""

    def days_of(self, account: AccountId, domain: DomainId) -> list[date]:
        """The days of a domain that have a rollup, ascending; for purging and rebuilding."""

    def parked_messages(self, account: AccountId, first: date, last: date) -> int:
        """Messages of these days that were reported for parked domains of the account."""

    def account_days(self, right: Readable, first: date, last: date) -> list[AccountDay]:
        """The days of the whole account that have data, ascending; for a right to all of it."""
