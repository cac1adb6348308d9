"""The workers that look at the DNS, on the real stores: what a look costs, what comes back to the queue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.workers.check_dns import handler as check_dns
from functions.workers.schedule_checks import handler as schedule_checks
from shared.core.domains import DnsStatus, Domain
from shared.core.messages import encode_dns_check
from shared.core.queues import DnsCheck
from shared.core.watching.checking import Watcher
from shared.core.watching.schedule import QUARTER_SECONDS, Turn
from shared.core.watching.seen import Seen
from tests.bench.metering import Meter
from tests.contract import given
from tests.contract.stores import AwsStores
from tests.fakes import FakeAdviceCalls, FakeAlertEvents, FakeDnsChecks
from tests.fakes.dns import FakeDns, FakeLookups


@dataclass
class Context:
    function_name: str = "check-dns"
    memory_limit_in_mb: int = 1_024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:check-dns"
    aws_request_id: str = "req-1"


@dataclass
class World:
    stores: AwsStores
    zone: dict[tuple[str, str], Any]
    checks: FakeDnsChecks
    alerts: FakeAlertEvents
    calls: FakeAdviceCalls = field(default_factory=FakeAdviceCalls)

    def domain(self, name: str) -> Domain:
        made = given.domain(self.stores, given.account(self.stores), name)
        activated = self.stores.domains.activate(made, allowed=9, now=1_000)
        self.stores.turns.put(Turn(made.account, made.id, 24))
        self.zone[f"_dmarc.{name}", "TXT"] = ["v=DMARC1; p=none"]
        self.zone[name, "TXT"] = ["v=spf1 -all"]
        return activated

    def run(self, *bodies: str) -> list[str]:
        """The messages that come back."""
        records = [
            {"messageId": str(place), "body": body, "eventSource": "aws:sqs"}
            for place, body in enumerate(bodies)
        ]
        answer = check_dns.handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def status(self, domain: Domain) -> DnsStatus:
        found = self.stores.domains.get(domain.account, domain.id)
        assert found is not None
        return found.dns_status


def check(domain: Domain) -> str:
    return encode_dns_check(DnsCheck(domain.account, domain.id))


@pytest.fixture
def world(aws: AwsStores, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(aws, {}, FakeDnsChecks(), FakeAlertEvents())
    watcher = Watcher(
        accounts=aws.accounts,
        domains=aws.domains,
        states=aws.dns_states,
        turns=aws.turns,
        sources=aws.approved_sources,
        lookups=FakeLookups(FakeDns({})),
        checks=made.checks,
        report_domain="reports.example",
        alerts=made.alerts,
    )

    def current() -> Watcher:
        return replace(watcher, lookups=FakeLookups(FakeDns(made.zone)))

    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "postseal")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setattr(check_dns, "watcher", current)
    monkeypatch.setattr(check_dns, "now", aws.clock)
    monkeypatch.setattr(check_dns, "advice_calls", lambda: made.calls)
    monkeypatch.setattr(schedule_checks, "turns", lambda: aws.turns)
    monkeypatch.setattr(schedule_checks, "dns_checks", lambda: made.checks)
    monkeypatch.setattr(schedule_checks, "now", aws.clock)
    return made


def test_a_look_without_news_is_three_reads_and_one_write(world: World) -> None:
    """The domain, its owner, what is known; and the time of the look, which is shown to people."""
    domain = world.domain("a.example")
    world.stores.seen_mail.put(domain.account, domain.id, Seen(None, {}))
    assert world.run(check(domain)) == []
    world.stores.clock.time += 3_600
    meter = Meter()
    meter.watch(world.stores.table.client)

    with meter.measure() as units:
        assert world.run(check(domain)) == []

    assert units.calls == {"GetItem": 2, "Query": 1, "UpdateItem": 1}
    assert units.read <= 3.5
    assert len(world.calls.sent) == 1


def test_a_message_that_cannot_be_read_comes_back_alone(world: World) -> None:
    first, second = world.domain("a.example"), world.domain("b.example")
    assert world.run(check(first), "nonsense", check(second)) == ["1"]
    assert {world.status(first), world.status(second)} == {DnsStatus.VALID}


def test_a_domain_that_is_gone_is_done(world: World) -> None:
    gone, stays = world.domain("a.example"), world.domain("b.example")
    world.stores.domains.remove(gone)
    assert world.run(check(gone), check(stays)) == []
    assert world.stores.dns_states.get(gone.account, gone.id) is None
    assert world.status(stays) is DnsStatus.VALID


def test_whoever_is_due_is_asked_for_once(world: World) -> None:
    domains = [world.domain(f"d{number}.example") for number in range(3)]
    asked: list[DnsCheck] = []
    for _ in range(24):
        schedule_checks.handler({}, Context())
        schedule_checks.handler({}, Context())
        asked += [each for each, _ in world.checks.sent]
        world.checks.sent.clear()
        world.stores.clock.time += QUARTER_SECONDS
    assert sorted(each.domain for each in asked) == sorted(domain.id for domain in domains)
