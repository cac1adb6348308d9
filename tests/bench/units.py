"""What storing, rolling up and reading cost in request units, against the budgets of the design."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import boto3

from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb.accounts import DynamoAccounts
from shared.adapters.dynamodb.api_keys import DynamoApiKeys
from shared.adapters.dynamodb.dns_states import DynamoDnsStates
from shared.adapters.dynamodb.domains import DynamoDomains
from shared.adapters.dynamodb.groups import DynamoGroups
from shared.adapters.dynamodb.hosts import DynamoHosts
from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.reports import DynamoReports
from shared.adapters.dynamodb.rollups import DynamoRollups
from shared.adapters.dynamodb.sender_extensions import DynamoSenderExtensions
from shared.adapters.dynamodb.sender_histories import DynamoSenderHistories
from shared.core.access import Readable, read_account, read_domain
from shared.core.accounts import Account
from shared.core.addresses import HostName, NoPlaces
from shared.core.api_keys import ApiKey, hash_of
from shared.core.callers import Caller
from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.ids import AccountId, ApiKeyId, DomainId, GroupId, UserId
from shared.core.mail import Trust
from shared.core.members import Member
from shared.core.plans import plan_named
from shared.core.reports import Fact, ReportFilter, ReportNotes, ReportSummary, expiry, report_number
from shared.core.rights import ALL, Level
from shared.core.rolling import roll_up
from shared.core.segments import SegmentWriter
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.includes import includes_of
from shared.core.senders.own import Catalogues
from shared.core.senders.remembering import SourceMemory
from shared.core.sources import senders
from shared.core.statistics import Span
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Kind,
    PolicyPublished,
    Row,
    SpfAuth,
)
from tests.bench import emulator
from tests.bench.metering import Meter, Units
from tests.bench.tables import Report
from tests.contract.aws import make_table
from tests.fakes import FakeAlertEvents

DAY = date(2026, 6, 1)
LAST = DAY + timedelta(364)
NOW = epoch_of(LAST)
REPORTERS = ("google.com", "Enterprise Outlook", "Yahoo! Inc.", "comcast.net", "mail.ru", "gmx.net")
_SENT_THROUGH = ("example.com", "amazonses.com", "sendgrid.net", "mailgun.org")
_NETWORKS = tuple(f"54.240.{third}" for third in range(12))
_STRAY = 0.1
"""The share of rows whose address has no neighbours."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Most that some work may cost. None: no bound of its own."""

    write: float | None = None
    read: float | None = None
    puts: int | None = None

    def holds(self, units: Units) -> bool:
        return (
            (self.write is None or units.write <= self.write)
            and (self.read is None or units.read <= self.read)
            and (self.puts is None or units.calls.get("PutObject", 0) <= self.puts)
        )

    def __str__(self) -> str:
        parts = (
            f"{self.write:g} WRU" if self.write is not None else "",
            f"{self.read:g} RRU" if self.read is not None else "",
            f"{self.puts} puts" if self.puts else "",
        )
        return ", ".join(part for part in parts if part)


class Bench:
    """A deployment's stores on the emulator, with one account, one key and one domain."""

    def __init__(self, endpoint: str, report: Report) -> None:
        options: Any = {
            "endpoint_url": endpoint,
            "region_name": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        dynamodb, s3 = boto3.client("dynamodb", **options), boto3.client("s3", **options)
        s3.create_bucket(Bucket="data")
        self.table = make_table(dynamodb)
        self.blobs = blobs = Blobs(s3, "data")
        self.meter = Meter()
        self.meter.watch(dynamodb)
        self.meter.watch(s3)
        self.accounts, self.domains = DynamoAccounts(self.table), DynamoDomains(self.table)
        self.keys, self.hosts = DynamoApiKeys(self.table), DynamoHosts(self.table)
        self.reports = DynamoReports(self.table, blobs, lambda: NOW)
        self.rollups = DynamoRollups(self.table, blobs, lambda: NOW)
        self.dns_states = DynamoDnsStates(self.table, lambda: NOW)
        self.catalogues = Catalogues(Catalogue(()), DynamoSenderExtensions(self.table))
        self.histories = DynamoSenderHistories(self.table, blobs, lambda: NOW)
        self.memory = SourceMemory(self.histories, FakeAlertEvents())
        self.account = Account(AccountId(1 << 50), "a@example.com", plan_named("operator"), "t" * 20, 0)
        self.accounts.add(self.account)
        self.domain = self.add_domain("example.com")
        self.rows: list[tuple[object, ...]] = []
        self._report = report

    def add_domain(self, name: str) -> Domain:
        number = DomainId((1 << 50) + int(hashlib.sha256(name.encode()).hexdigest()[:4], 16))
        domain = Domain(number, self.account.id, name, name, 0, 0)
        self.domains.add(domain)
        return domain

    def right(self, domain: Domain | None = None) -> Readable:
        caller = Caller(self.account, None, NOW, ALL)
        return (
            read_account(caller, DynamoGroups(self.table))
            if domain is None
            else read_domain(caller, domain.name, self.domains)
        )

    def cost(self, what: str, budget: Budget, work: Callable[[], object]) -> None:
        with self.meter.measure() as units:
            work()
        calls = ", ".join(f"{count} {name}" for name, count in sorted(units.calls.items()))
        held = self._report.holds(f"{what}: {budget}", budget.holds(units))
        self.rows.append((what, units.write, units.read, str(budget), held, calls))

    def fact(self, domain: Domain, day: date, number: int, rows: int, scale: int = 1) -> Fact:
        writer, chance = SegmentWriter(), random.Random(number)
        messages = passed = 0
        for row in rows_of(domain.name, rows, chance, scale):
            writer(row)
            messages += row.count
            passed += row.count * row.evaluated.dmarc_pass
        begin, reporter = epoch_of(day), REPORTERS[number % len(REPORTERS)]
        identity = hashlib.sha256(f"{domain.name} {day} {number}".encode()).hexdigest()
        summary = ReportSummary(
            id=report_number(begin, domain, identity),
            account=self.account.id,
            domain_id=domain.id,
            domain=domain.name,
            kind=Kind.AGGREGATE,
            policy_domain=domain.name,
            reporter=reporter,
            email="noreply-dmarc-support@google.com",
            report_id=f"{chance.getrandbits(64)}",
            begin=begin,
            end=begin + 86_399,
            received=begin + 90_000,
            expires=expiry(begin, 800),
            messages=messages,
            passed=passed,
            rows=writer.distinct_rows,
            trust=Trust.AUTHENTICATED,
            policy=PolicyPublished(domain.name, p="none", sp="none", adkim="r", aspf="r", pct="100"),
            mail=f"inbound/{identity[:40]}",
            identity=identity,
            content=hashlib.sha256(identity.encode()).hexdigest(),
        )
        notes = ReportNotes(extra_contact_info="https://support.google.com/a/answer/2466580")
        return Fact(summary, notes, writer.pack())

    def refresh(self, domain: Domain, day: date) -> frozenset[str]:
        """As the rollup worker does it; the addresses of the day."""
        catalogue = self.catalogues.of(self.account.id)
        includes = includes_of(self.dns_states.knowledge(self.account.id, domain.id))
        version = self.rollups.version(self.account.id, domain.id, day)
        rolled = roll_up(
            self.account.id,
            domain.id,
            day,
            self.reports.of_day(self.account.id, domain.id, day),
            places=NoPlaces(),
            catalogue=catalogue,
            hosts=self.hosts.get_many,
            included=includes.covering,
        )
        self.rollups.replace(rolled.rollup, expected=version)
        self.memory.take(domain, rolled.rollup, NOW)
        return rolled.addresses


def rows_of(domain: str, count: int, chance: random.Random, scale: int) -> Iterator[Row]:
    """Addresses of a few networks, a few ways of authenticating, as senders have them."""
    evaluated = [Evaluated("none", d, s) for d in ("pass", "fail") for s in ("pass", "fail")]
    shared = [
        (
            Identifiers(domain, f"bounce.{through}"),
            AuthResults((DkimAuth(through, "s1", "pass"),), (SpfAuth(through, "mfrom", "pass"),)),
        )
        for through in _SENT_THROUGH
    ]
    for number in range(count):
        identifiers, auth = shared[chance.randrange(len(shared))]
        ip = f"{chance.choice(_NETWORKS)}.{chance.randrange(1, 255)}"
        if chance.random() < _STRAY or count > 10_000:
            ip = f"{20 + number // 62_500}.{number // 250 % 250}.{number % 250}.{chance.randrange(1, 255)}"
        yield Row(ip, chance.randrange(1, 40) * scale, chance.choice(evaluated), identifiers, auth)


def run(report: Report) -> None:
    """Print the table."""
    with emulator.running() as endpoint:
        bench = Bench(endpoint, report)
        _storing(bench)
        _rolling(bench)
        _reading(bench)
        _authenticating(bench)
        report.table(
            "request units (writes as the emulator says, reads computed from what was read)",
            ("work", "WRU", "RRU", "budget", "held", "calls"),
            bench.rows,
        )


def _storing(bench: Bench) -> None:
    budgets = {10: Budget(write=8), 1_000: Budget(write=40), 100_000: Budget(write=60, puts=2)}
    for rows, budget in budgets.items():
        fact = bench.fact(bench.domain, DAY, rows, rows)
        what = f"store a report of {rows:,} rows ({len(fact.segment):,} B)"
        bench.cost(what, budget, partial(bench.reports.file, fact))
        bench.cost(f"  the same again ({rows:,} rows)", Budget(), partial(bench.reports.file, fact))


def _rolling(bench: Bench) -> None:
    for rows, budget in (
        (10, Budget(write=20, read=60)),
        (50, Budget(write=20, read=60)),
        (1_000, Budget(write=20)),
    ):
        domain = bench.add_domain(f"d{rows}.example")
        for number in range(20):
            bench.reports.file(bench.fact(domain, DAY, number, rows))
        found = bench.refresh(domain, DAY)
        bench.hosts.put_many({ip: HostName(f"mail-{ip}.example.com", True, NOW) for ip in found})
        what = f"recompute a day of 20 reports of {rows:,} rows ({len(found):,} addresses)"
        bench.cost(what, budget, partial(bench.refresh, domain, DAY))


def _reading(bench: Bench) -> None:
    for scale, name in ((1, "small.example"), (1_000_000, "large.example")):
        domain = bench.add_domain(name)
        for offset in range(365):
            day = DAY + timedelta(offset)
            bench.reports.file(bench.fact(domain, day, offset, 40, scale))
            bench.refresh(domain, day)
        right = bench.right(domain)
        size = "10 million" if scale > 1 else "800"
        for days, budget in ((30, 6), (365, 60)):
            first = LAST - timedelta(days - 1)
            bench.cost(
                f"statistics, {days} days of {size} messages",
                Budget(read=budget),
                partial(bench.rollups.totals, right, first, LAST),
            )
        bench.cost(
            f"sources, 30 days of {size} messages",
            Budget(read=150),
            partial(_sources, bench, right),
        )
    right = bench.right(bench.domains.named(bench.account.id, "small.example"))
    for what, where in (("a domain", right), ("an account", bench.right())):
        bench.cost(
            f"a page of 25 reports of {what}",
            Budget(read=10),
            partial(bench.reports.page, where, ReportFilter(), after=None, limit=25),
        )
        bench.cost(
            f"  its count, over a year of {what}",
            Budget(),
            partial(bench.reports.count, where, ReportFilter()),
        )


def _sources(bench: Bench, right: Readable) -> None:
    """As the API reads them: the days, since when each was seen, and the account's own senders."""
    assert right.domain is not None
    senders(bench.rollups, right, Span(LAST - timedelta(29), LAST))
    bench.histories.get(right.account, right.domain.id)
    bench.catalogues.of(right.account)


def _authenticating(bench: Bench) -> None:
    key = ApiKey(ApiKeyId(1), bench.account.id, "k", "ps_live_abcd", hash_of("s"), 30, 0)
    bench.keys.add(key, most=1)

    def request() -> None:
        spent = bench.keys.spend(key.hash, NOW)
        assert spent is not None
        bench.accounts.get(spent.key.account)

    bench.cost("authenticate, first request of a minute", Budget(write=1, read=1), request)
    bench.cost("authenticate and rate-limit a request", Budget(write=1, read=1), request)
    members, user = DynamoMembers(bench.table), UserId(19)
    levels = {GroupId(1_000_000_000_000 + number): Level.WRITE for number in range(60)}
    member = Member(
        bench.account.id,
        user,
        "anna@orchard.example",
        0,
        30,
        active=True,
        levels=levels,
        token_hash=hash_of("t"),
    )
    members.add(member, most=1)

    def person() -> None:
        entered = members.enter(bench.account.id, user, signed_in=NOW, now=NOW)
        assert entered is not None
        bench.accounts.get(bench.account.id)

    bench.cost("  a user with levels in 60 groups, first of a sign-in", Budget(write=2, read=1), person)
    bench.cost("  a user with levels in 60 groups", Budget(write=1, read=1), person)
