"""An account with a domain and a way to file reports, for tests of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.core.access import Readable, read_account, read_domain
from shared.core.accounts import Account
from shared.core.callers import Caller
from shared.core.clock import epoch_of
from shared.core.domains import Domain, ReportKinds
from shared.core.facts import Said
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Delivery, Door, Verdicts
from shared.core.plans import plan_named
from shared.core.reports import Fact, ReportNotes
from shared.core.rights import ALL
from shared.core.segments import SegmentWriter
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Kind,
    Override,
    PolicyPublished,
    Row,
    SpfAuth,
)
from tests.fakes import FakeAccounts, FakeDomains, FakeGroups

TODAY = date(2026, 11, 21)
NOW = epoch_of(TODAY) + 12 * 3_600
ACCOUNT = Account(AccountId(7), "postmaster@orchard.example", plan_named("starter"), "acct", created=NOW)
DOMAIN = Domain(
    DomainId(19),
    ACCOUNT.id,
    "orchard.example",
    "dom",
    created=NOW,
    updated=NOW,
    active=True,
    verified=NOW,
    kinds=ReportKinds(failure=True),
)
CALLER = Caller(ACCOUNT, None, NOW, ALL)
PASSED = Verdicts("PASS", "PASS", "PASS", "PASS", "PASS")
FORGED = Verdicts("PASS", "PASS", "FAIL", "FAIL", "FAIL")


def account_right() -> Readable:
    return read_account(CALLER, FakeGroups(stored_domains()))


def stored_domains() -> FakeDomains:
    accounts = FakeAccounts()
    accounts.add(ACCOUNT)
    domains = FakeDomains(accounts)
    domains.add(DOMAIN)
    return domains


def domain_right() -> Readable:
    return read_domain(CALLER, "ud_19", stored_domains())


def row(
    ip: str = "192.0.2.1",
    count: int = 1,
    *,
    dkim: str = "pass",
    spf: str = "pass",
    disposition: str = "none",
    signed_by: str = "orchard.example",
    selector: str = "s1",
    returned_to: str = "orchard.example",
    header_from: str = "orchard.example",
    raw: str = "pass",
    overrides: tuple[str, ...] = (),
) -> Row:
    return Row(
        ip,
        count,
        Evaluated(disposition, dkim, spf, tuple(map(Override, overrides))),
        Identifiers(header_from),
        AuthResults((DkimAuth(signed_by, selector, raw),), (SpfAuth(returned_to, "mfrom", raw),)),
    )


def said(
    *rows: Row,
    day: date = TODAY,
    reporter: str = "reporter.example",
    report_id: str = "r1",
    policy_domain: str = "orchard.example",
) -> Said:
    writer = SegmentWriter()
    for each in rows:
        writer(each)
    return Said(
        path="report.xml",
        kind=Kind.AGGREGATE,
        policy=PolicyPublished(policy_domain, p="none"),
        reporter=reporter,
        email=f"dmarc@{reporter}",
        report_id=report_id,
        begin=epoch_of(day),
        end=epoch_of(day) + 86_399,
        messages=sum(each.count for each in rows),
        passed=sum(each.count for each in rows if each.evaluated.dmarc_pass),
        rows=writer.distinct_rows,
        notes=ReportNotes(),
        segment=writer.pack(),
    )


def delivery(key: str = "inbound/m1", *, verdicts: Verdicts = PASSED, received: int = NOW) -> Delivery:
    return Delivery(key, Door.MAIL, received, ("dom@reports.example",), verdicts=verdicts)


def fact(spoken: Said, *, verdicts: Verdicts = PASSED, domain: Domain = DOMAIN) -> Fact:
    return spoken.as_fact(domain, ACCOUNT, delivery(verdicts=verdicts), sole=True)


def on_plan(name: str) -> Caller:
    return replace(CALLER, account=replace(ACCOUNT, plan=plan_named(name)))
