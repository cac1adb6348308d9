"""What the tests store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from shared.core.access import Readable, read_account, read_domain
from shared.core.accounts import Account
from shared.core.callers import Caller
from shared.core.clock import epoch_of
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.failures.marks import Marks
from shared.core.ids import AccountId, DomainId, ReportId
from shared.core.mail import Trust
from shared.core.plans import plan_named
from shared.core.reports import (
    Fact,
    ReportNotes,
    ReportSummary,
    content_of,
    expiry,
    report_identity,
    report_number,
)
from shared.core.rights import ALL
from shared.core.rollups import (
    DayDetail,
    DayRollup,
    DayTotals,
    FailureTotals,
    ReporterLine,
    Share,
    ShareDetail,
    SourceLine,
    TlsTotals,
)
from shared.core.segments import pack_document
from shared.core.tls.days import PolicyLine
from shared.mailauth.reports.values import Kind, PolicyPublished
from tests.contract.stores import Stores

DAY = date(2026, 9, 1)
_numbers = count(1)


def account(stores: Stores, *, plan: str = "operator", operator: bool = False) -> Account:
    number = next(_numbers)
    made = Account(
        id=AccountId(number),
        email=f"owner{number}@example.com",
        plan=plan_named(plan),
        token=f"token{number}",
        created=1_000,
        operator=operator,
    )
    stores.accounts.add(made)
    return made


def domain(stores: Stores, owner: Account, name: str = "example.com", *, number: int | None = None) -> Domain:
    made = Domain(
        id=DomainId(next(_numbers) if number is None else number),
        account=owner.id,
        name=name,
        token=f"domain{next(_numbers)}",
        created=1_000,
        updated=1_000,
    )
    stores.domains.add(made)
    return made


def right(stores: Stores, owner: Account, home: Domain | None = None) -> Readable:
    caller = Caller(owner, None, stores.clock(), ALL)
    return (
        read_account(caller, stores.groups)
        if home is None
        else read_domain(caller, home.name, stores.domains)
    )


def fact(
    home: Domain,
    *,
    kind: Kind = Kind.AGGREGATE,
    reporter: str = "google.com",
    report_id: str = "1",
    day: date = DAY,
    policy_domain: str = "",
    trust: Trust = Trust.AUTHENTICATED,
    says: object = "rows",
    retention: int = 90,
    notes: ReportNotes | None = None,
    marks: Marks | None = None,
) -> Fact:
    about = policy_domain or home.name
    begin = epoch_of(day)
    end = epoch_of(day + timedelta(days=1)) - 1
    identity = report_identity(kind, about, reporter, report_id, begin, end)
    segment = pack_document(says)
    summary = ReportSummary(
        id=report_number(begin, home, identity),
        account=home.account,
        domain_id=home.id,
        domain=home.name,
        kind=kind,
        policy_domain=about,
        reporter=reporter,
        email="" if marks else f"noreply@{reporter.lower()}",
        report_id=report_id,
        begin=begin,
        end=end,
        received=end + 60,
        expires=expiry(begin, retention),
        messages=12,
        passed=10,
        rows=3,
        trust=trust,
        policy=PolicyPublished(about, p="none", adkim="r"),
        mail=f"inbound/{report_id}",
        identity=identity,
        content=content_of(kind, about, reporter, str(begin), str(end), segment),
        marks=marks,
    )
    return Fact(summary, notes or ReportNotes(generator="postfix"), segment)


def numbered(made: Fact, number: int) -> Fact:
    """The fact as if its hash had given this number."""
    return replace(made, summary=replace(made.summary, id=ReportId(number)))


def rollup(
    home: Domain,
    *,
    day: date = DAY,
    reports: int = 2,
    messages: int = 12,
    trust: Trust = Trust.AUTHENTICATED,
    tls: int = 0,
    failures: int = 0,
    sources: int = 1,
    retention: int = 90,
    policies: tuple[PolicyLine, ...] = (),
) -> DayRollup:
    counters = Counters((messages, *[0] * 11), forwarded=1)
    lines = tuple(
        SourceLine(
            "google.com", "Google", "mail", "dkim", f"192.0.2.{place}", counters, host=f"h{place}.test"
        )
        for place in range(sources)
    )
    detail = ShareDetail(
        trust, lines, (ReporterLine("google.com", reports, messages, 1, 2),), (("a.test", "s1"),)
    )
    return DayRollup(
        account=home.account,
        domain=home.id,
        totals=DayTotals(
            day,
            ((trust, Share(reports, counters)),),
            TlsTotals(tls, 5, 1, (("starttls-not-supported", 1),)) if tls else TlsTotals(),
            FailureTotals(failures, failures * 2),
        ),
        detail=DayDetail(day, (detail,)),
        tls=policies,
        expires=expiry(epoch_of(day), retention),
    )


def nothing(home: Domain, day: date = DAY) -> DayRollup:
    return DayRollup(home.account, home.id, DayTotals(day), DayDetail(day, ()), 0)


def counted(home: Domain, day: date, summaries: list[ReportSummary]) -> DayRollup:
    """The rollup of a day with these reports, as far as they are counted."""
    by_kind = {kind: [summary for summary in summaries if summary.kind is kind] for kind in Kind}
    aggregate = by_kind[Kind.AGGREGATE]
    shares = tuple(
        (trust, Share(len(mine)))
        for trust in Trust
        if (mine := [summary for summary in aggregate if summary.trust is trust])
    )
    totals = DayTotals(
        day, shares, TlsTotals(len(by_kind[Kind.TLS])), FailureTotals(len(by_kind[Kind.FAILURE]))
    )
    expires = max(summary.expires for summary in summaries)
    return DayRollup(home.account, home.id, totals, DayDetail(day, ()), expires)
