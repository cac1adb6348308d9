"""The workers of hosting on the real table: what they do, what comes back to the queue, what a look costs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from functions.workers.publish_hosting import handler as publish_hosting
from functions.workers.schedule_hosting import handler as schedule_hosting
from functions.workers.tend_hosting import handler as tend_hosting
from shared.core.access import system_writable
from shared.core.domains import Domain
from shared.core.hosting.hosting import Hosting, HostState
from shared.core.hosting.names import Service
from shared.core.hosting.notes import CNAME_GONE, notes_on
from shared.core.hosting.progress import KEPT
from shared.core.hosting.tending import SCHEDULED
from shared.core.ids import DomainId
from shared.core.messages import encode_hosting_change, encode_hosting_check
from shared.core.queues import HostingChange, HostingCheck, RemovedDomain
from shared.core.upkeep import Purge
from tests import fakes
from tests.bench.metering import Meter
from tests.contract.stores import AwsStores
from tests.unit.core.hosting.world import DAY, POLICY, RECORD, ZONES, World
from tests.unit.core.world import ACCOUNT, DOMAIN

D, P = Service.DMARC, Service.POLICY


@dataclass
class Context:
    function_name: str = "publish-hosting"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:publish-hosting"
    aws_request_id: str = "req-1"


def handled(handler: Any, bodies: list[str]) -> list[str]:
    """The bodies of the messages that come back."""
    records = [
        {"messageId": str(place), "body": body, "eventSource": "aws:sqs"} for place, body in enumerate(bodies)
    ]
    answer = handler.handler({"Records": records}, Context())
    return [bodies[int(failure["itemIdentifier"])] for failure in answer["batchItemFailures"]]


@dataclass
class Deployed(World):
    """The world with its hostings and domains on the table, moved by the handlers alone."""

    aws: AwsStores = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        hostings = self.aws.hostings
        self.publisher = replace(self.publisher, hostings=hostings)
        self.tender = replace(self.tender, hostings=hostings, domains=self.aws.domains)
        self.switches = replace(self.switches, hostings=hostings)
        self.aws.accounts.add(ACCOUNT)
        self.aws.domains.add(self.domain)

    @property
    def stored(self) -> Hosting | None:
        return self.aws.hostings.get(self.domain.account, self.domain.id)

    @property
    def hosting(self) -> Hosting:
        assert self.stored is not None
        return self.stored

    def publish(self) -> None:
        sent, self.changes.sent = self.changes.sent, []
        if sent:
            assert handled(publish_hosting, [encode_hosting_change(change) for change in sent]) == []

    def look(self, *, after: int = 0) -> None:
        self.now += after
        assert self.tend(HostingCheck(self.domain.account, self.domain.id, SCHEDULED)) == []
        self.publish()

    def tend(self, *checks: HostingCheck) -> list[str]:
        return handled(tend_hosting, [encode_hosting_check(check) for check in checks])

    def another(self, number: int) -> Domain:
        """Of the same account, with hosted DMARC."""
        domain = replace(DOMAIN, id=DomainId(number), name=f"d{number}.example", token=f"d{number}")
        self.aws.domains.add(domain)
        own = self.switches.own_address(domain)
        record = f"v=DMARC1; p=none; rua=mailto:{own}; ruf=mailto:{own}"
        self.switches.dmarc_on(system_writable(domain), record, now=self.now)
        return domain

    def of(self, domain: Domain) -> Hosting:
        found = self.aws.hostings.get(domain.account, domain.id)
        assert found is not None
        return found

    def remove_domain(self) -> None:
        """As the API does, and the worker that it leaves the rest to."""
        aws = self.aws
        present = aws.domains.get(self.domain.account, self.domain.id)
        assert present is not None
        aws.domains.remove(present)
        purge = Purge(
            aws.domains,
            aws.reports,
            aws.rollups,
            aws.mailbox,
            aws.dns_states,
            self.checks,
            aws.sender_histories,
            aws.alerts,
            aws.advices,
            aws.favourites,
            aws.snapshots,
            fakes.FakeLakeTasks(),
        )
        purge.run(RemovedDomain(self.domain.account, self.domain.id))


@pytest.fixture
def world(aws: AwsStores, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    made = Deployed(aws=aws)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "postseal")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    for module in (publish_hosting, tend_hosting, schedule_hosting):
        monkeypatch.setattr(module, "now", lambda: float(made.now))
    monkeypatch.setattr(publish_hosting, "publisher", lambda: made.publisher)
    monkeypatch.setattr(tend_hosting, "tender", lambda: made.tender)
    monkeypatch.setattr(schedule_hosting, "hostings", lambda: aws.hostings)
    monkeypatch.setattr(schedule_hosting, "hosting_checks", lambda: made.checks)
    return made


@pytest.fixture
def served(world: Deployed) -> Deployed:
    """A domain that hosts everything, long settled."""
    world.dmarc_on()
    world.mta_sts_on()
    world.point(*Service)
    world.settle()
    assert world.is_host(HostState.ACTIVE)
    assert all(record.published for record in world.hosting.records.values())
    world.checks.sent.clear()
    return world


def messages(world: Deployed) -> list[str]:
    sent, world.changes.sent = world.changes.sent, []
    return [encode_hosting_change(change) for change in sent]


@pytest.mark.statement("14.21")
def test_only_what_belongs_to_a_busy_zone_comes_back(world: Deployed) -> None:
    domains = [world.another(number) for number in (20, 21, 22, 23)]
    assert {world.of(domain).zone for domain in domains} == set(ZONES)
    world.zones.busy = {"Z1"}

    asked = messages(world)
    back = handled(publish_hosting, asked)

    in_busy = {domain.id for domain in domains if world.of(domain).zone.id == "Z1"}
    assert len(in_busy) == 2
    assert {body for body in asked if '"Z1"' in body} == set(back)
    assert {domain.id for domain in domains if world.of(domain).unsent} == in_busy

    world.zones.busy = set()
    assert handled(publish_hosting, back) == []
    assert not any(world.of(domain).unsent for domain in domains)
    assert sorted(zone for zone, _ in world.zones.made) == ["Z1", "Z2"]  # one change each, for all of it


def test_what_cannot_be_read_comes_back_alone(world: Deployed) -> None:
    first, second = world.another(20), world.another(22)
    asked = messages(world)
    broken = ["nonsense", '{"zone": 7, "account": 1, "domain": 2, "version": 1}', "[]"]
    assert handled(publish_hosting, [broken[0], asked[0], broken[1], asked[1], broken[2]]) == broken
    assert not world.of(first).unsent
    assert not world.of(second).unsent


def test_a_change_that_is_refused_does_not_come_back(
    world: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its group would wait for it; the next look at the hosting asks again."""
    refused, other = world.another(20), world.another(22)
    world.zones.bad = {world.of(refused).target(D)}
    assert handled(publish_hosting, messages(world)) == []
    assert world.of(refused).unsent == (D,)
    assert not world.of(other).unsent
    assert "HostingsRefused" in capsys.readouterr().out

    world.zones.bad = set()
    world.tend(HostingCheck(refused.account, refused.id))
    assert handled(publish_hosting, messages(world)) == []
    assert not world.of(refused).unsent


def test_many_messages_about_one_hosting_are_one_change(world: Deployed) -> None:
    world.dmarc_on()
    world.dmarc_on(RECORD.replace("p=none", "p=reject"))
    asked = messages(world)
    assert len(asked) == 2
    assert handled(publish_hosting, [*asked, asked[0]]) == []
    assert handled(publish_hosting, asked) == []
    assert len(world.zones.made) == 1
    assert world.hosting.record(D).sent == RECORD.replace("p=none", "p=reject")


def test_a_hosting_that_is_gone_is_done(world: Deployed) -> None:
    gone = HostingChange("Z1", DOMAIN.account, DomainId(404), 3)
    assert handled(publish_hosting, [encode_hosting_change(gone)]) == []
    assert world.tend(HostingCheck(DOMAIN.account, DomainId(404))) == []
    assert world.zones.made == []
    assert world.checks.sent == []


def test_a_look_that_fails_comes_back_alone(served: Deployed) -> None:
    other = served.another(20)
    served.publish()
    served.web_down = True  # so that CloudFront is asked
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetDistributionTenant")
    failing = HostingCheck(served.domain.account, served.domain.id)
    before = served.hosting

    with patch.object(served.hosts, "find", side_effect=denied):
        back = handled(
            tend_hosting,
            [
                encode_hosting_check(failing),
                "nonsense",
                encode_hosting_check(HostingCheck(other.account, other.id)),
            ],
        )

    assert back == [encode_hosting_check(failing), "nonsense"]
    assert served.hosting == before
    assert served.of(other).record(D).published


def test_a_look_without_news_is_two_reads_and_one_write(served: Deployed) -> None:
    """What is hosted, its domain; and the time at which the CNAMEs were seen, which is shown to people."""
    meter = Meter()
    meter.watch(served.aws.table.client)
    with meter.measure() as units:
        served.look(after=3_600)
    assert units.calls == {"GetItem": 2, "PutItem": 1}
    assert served.checks.sent == []


def test_a_turn_of_the_schedule_asks_for_a_quarter_of_the_hostings(world: Deployed) -> None:
    domains = [world.another(number) for number in range(20, 30)]
    asked: list[HostingCheck] = []
    for quarter in range(4):
        world.checks.sent.clear()
        world.now += 900
        answer = schedule_hosting.handler({}, Context())
        sent = [check for check, delay in world.checks.sent if delay == 0]
        assert answer == {"hostings": len(sent)}
        assert sent, quarter
        asked += sent
    assert sorted(check.domain for check in asked) == [domain.id for domain in domains]
    assert {check.round for check in asked} == {SCHEDULED}


@pytest.mark.statement("15.3")
def test_a_cname_that_went_away_is_told_and_its_record_kept(served: Deployed) -> None:
    served.cut(D)
    served.look(after=60)
    served.look(after=400)
    assert CNAME_GONE.code in {note.code for note in notes_on(served.hosting)}
    served.switches.dmarc_off(system_writable(served.domain), now=served.now)
    served.look(after=KEPT - 1_000)
    assert served.hosting.target(D) in served.texts()
    served.look(after=1_000)
    assert served.hosting.target(D) not in served.texts()


@pytest.mark.statement("15.4")
def test_a_removed_domain_is_noted_at_once_and_served_as_it_was(served: Deployed) -> None:
    before = served.zones.sets
    served.remove_domain()
    ((check, delay),) = served.checks.sent
    assert (check.domain, delay) == (served.domain.id, 0)

    assert served.tend(check) == []
    assert served.hosting.departed == served.now
    for _ in range(4):
        served.look(after=100 * DAY)
    assert served.zones.sets == before
    assert served.files.stored == {served.hosting.record(P).label: POLICY.body}
    assert served.hosts.tenants


@pytest.mark.statement("15.4")
def test_nothing_is_left_of_a_removed_domain_once_its_cnames_are_gone(served: Deployed) -> None:
    zone = served.hosting.zone
    served.remove_domain()
    served.look()
    served.cut(*Service)
    served.look(after=60)
    assert served.hosting.target(D) in served.texts(), "one look is not enough"
    for _ in range(12):
        served.look(after=DAY)

    assert served.stored is None
    assert served.aws.hostings.loads([zone]) == {zone.id: 0}
    assert not served.zones.sets
    assert not served.hosts.tenants
    assert not served.files.stored
