"""What there has to be before a right can be used: domains, reports, hostings, made beside the functions."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import dns.message
import dns.query

from infra.local.zone_files import remove_zone, write_zone
from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb.accounts import DynamoAccounts
from shared.adapters.dynamodb.api_keys import DynamoApiKeys
from shared.adapters.dynamodb.domains import DynamoDomains
from shared.adapters.dynamodb.hostings import DynamoHostings
from shared.adapters.dynamodb.quarantine import DynamoQuarantine
from shared.adapters.dynamodb.reports import DynamoReports
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.watching import DynamoTurns
from shared.core import ids
from shared.core.accounts import Account, open_account
from shared.core.domains import Domain, Proof
from shared.core.ids import DomainId
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.mail import Delivery, Door
from shared.core.messages import encode_delivery, encode_touched_day
from shared.core.queues import TouchedDay
from shared.core.reports import Fact, ReportSummary
from tests.fixtures.packaging import HEADERS, failure_mail
from tests.fixtures.reports import FEEDBACK, ORIGINAL, Record, aggregate_xml, feedback_report
from tests.local.running import RunningStack
from tests.local.tenants import Tenant
from tests.local.workers import works
from tests.sweeps.rights.persons import Persons, Somebody
from tests.sweeps.rights.understudy import Understudy

Try = Callable[[], bool]
"""Whether it works. Fails on any answer that is neither what should come nor an error of the server."""

MANY: Final = 600
"""Addresses: too many for a report to fit into its item."""

_MORE: Final = 2_500
"""Too many for the sources of a day."""


class Scene:
    """An account with one domain whose day lies in the data bucket, and makers of more."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.s3 = stack.aws("s3")
        self.table = Table(stack.aws("dynamodb"), stack.table)
        self.blobs = blobs = Blobs(self.s3, stack.data_bucket)
        self.accounts = DynamoAccounts(self.table)
        opened = self.open_account("msp")
        self.account, self.token = opened.id, opened.token
        self.tenant = Tenant(f"{stack.api_url}/v1", self.key_of(opened), "")
        self.domains = DynamoDomains(self.table)
        self.hostings = DynamoHostings(self.table)
        self.quarantine = DynamoQuarantine(self.table, time.time)
        self.reports = DynamoReports(self.table, blobs, time.time)
        self.turns = DynamoTurns(self.table)
        self.persons = Persons(stack, self.table)
        self.understudy = Understudy(stack)
        self.made: list[Domain] = []
        self.home = self.domain(active=True)
        self.large = self.report(self.home, _MORE)
        assert self.rolls_up(self.home)()

    def close(self) -> None:
        """What is hosted for domains that are gone is let go by itself."""
        self.understudy.close()
        for domain in self.made:
            self.domains.remove(domain)
            remove_zone(domain.name)

    @cached_property
    def owner(self) -> Somebody:
        """Of the account, signed in."""
        return self.persons.member(self.account, signs_in=True, owner=True)

    @cached_property
    def due(self) -> Account:
        """To be closed."""
        return self.open_account("pro")

    def open_account(self, plan: str) -> Account:
        return open_account(
            self.accounts,
            email=f"{uuid4().hex[:12]}@people.example",
            plan=plan,
            operator=False,
            now=time.time(),
            new_token=lambda: uuid4().hex[:20],
            random_bits=random.getrandbits,
        )

    def key_of(self, account: Account) -> str:
        """A new one, with all rights."""
        minting = Minting(time.time(), lambda: uuid4().hex + uuid4().hex[:11], random.getrandbits)
        return create_key(DynamoApiKeys(self.table), account, Terms("A key"), minting)[1]

    def domain(self, *, below: str = "example", verified: bool = True, active: bool = False) -> Domain:
        domain = self._new(below, verified)
        self.domains.add(domain)
        self.made.append(domain)
        return self.domains.activate(domain, allowed=10_000, now=domain.created) if active else domain

    def domain_gone(self) -> Domain:
        """One that the account had."""
        return self._new("example", True)

    def _new(self, below: str, verified: bool) -> Domain:
        now = int(time.time())
        return Domain(
            id=DomainId(ids.mint(time.time(), random.getrandbits(12))),
            account=self.account,
            name=f"r{uuid4().hex[:12]}.{below}",
            token=uuid4().hex[:20],
            created=now,
            updated=now,
            verified=now if verified else None,
            proof=Proof.OPERATOR if verified else None,
        )

    def setting(self, function: str, name: str) -> str:
        told = self.stack.aws("lambda").get_function_configuration(FunctionName=f"postseal-local-{function}")
        return str(told["Environment"]["Variables"][name])

    def publish(self, domain: Domain, *records: str) -> None:
        """A zone of its own, once it is answered."""
        marker = uuid4().hex
        write_zone(domain.name, [*records, f'{marker} IN TXT "{marker}"'])
        asked = dns.message.make_query(f"{marker}.{domain.name}", "TXT")
        server = self.stack.dns
        self.stack.wait_until(
            "the zone", lambda: dns.query.udp(asked, server.host, 5.0, server.port).answer or None
        )

    def mailed(self, data: bytes) -> str:
        """The key of a delivery that rests outside the prefixes that announce themselves."""
        key = f"inbound/{uuid4().int % 10**12}"
        self.s3.put_object(Bucket=self.stack.mail_bucket, Key=key, Body=data)
        return key

    def delivery(self, key: str, *, door: Door = Door.MAIL, replay: bool = False) -> str:
        return encode_delivery(Delivery(key, door, int(time.time()), account=self.account, replay=replay))

    def report(self, domain: Domain, addresses: int = 1) -> ReportSummary:
        """A new report of today, stored."""
        known = {each.summary.id for each in self._today(domain)}
        assert self.works("ingest-mail", self.delivery(self.mailed(aggregate(domain, addresses))))
        (stored,) = (each.summary for each in self._today(domain) if each.summary.id not in known)
        return stored

    def rolls_up(self, domain: Domain) -> Try:
        touched = encode_touched_day(TouchedDay(self.account, domain.id, today()))
        return lambda: self.works("rollup", touched)

    def works(self, worker: str, body: str) -> bool:
        return works(self.stack, worker, body)

    def runs(self, worker: str) -> Try:
        """A worker that is started by the clock."""
        return lambda: self.understudy.plays(worker, {}) is not None

    def asks(self, method: str, path: str, expected: HTTPStatus = HTTPStatus.OK, **options: Any) -> Try:
        def ask() -> bool:
            answer = self.tenant.ask(method, path, **options)
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return False
            assert answer.status_code == expected, answer.text
            return True

        return ask

    def _today(self, domain: Domain) -> Iterator[Fact]:
        return self.reports.of_day(self.account, domain.id, today())


def today() -> date:
    return datetime.now(UTC).date()


def aggregate(domain: Domain, addresses: int = 1) -> bytes:
    """Of addresses that nobody asks DNS about if there are many, and of one that is asked about if not."""
    chosen = random.Random(uuid4().int)
    many = [f"10.{chosen.getrandbits(8)}.{chosen.getrandbits(8)}.{place % 250}" for place in range(addresses)]
    single = [f"8.{chosen.getrandbits(7)}.{chosen.getrandbits(8)}.9"]
    records = [
        Record(source_ip=address, count=1 + chosen.getrandbits(20), header_from=domain.name)
        for address in (single if addresses == 1 else many)
    ]
    begin = int(datetime.combine(today(), datetime.min.time(), UTC).timestamp())
    return aggregate_xml(
        records=records, domain=domain.name, report_id=uuid4().hex, begin=begin, end=begin + 3_600
    )


def failure(domain: Domain, headers: str = "") -> bytes:
    """A failure report of now; ``headers`` are of the message beside the usual ones."""
    said = {"Reported-Domain": domain.name, "Arrival-Date": format_datetime(datetime.now(UTC))}
    feedback = feedback_report([(name, said.get(name, value)) for name, value in FEEDBACK])
    number = f"Message-ID: <{uuid4().hex}@reporter.example>"
    return failure_mail(
        feedback, original=headers.encode() + ORIGINAL, headers=[*HEADERS[:-2], number, HEADERS[-1]]
    )
