"""A customer's DNS, our zones, CloudFront and the web between them, driven by a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from shared.core.access import Writable, system_writable
from shared.core.domains import Domain
from shared.core.hosting.hosting import Hosting, HostState
from shared.core.hosting.names import HostedZone, Service
from shared.core.hosting.policies import Policy, policy_of
from shared.core.hosting.publishing import Publisher
from shared.core.hosting.switches import Switches
from shared.core.hosting.tending import SCHEDULED, Tender
from shared.core.queues import HostingCheck
from shared.mailauth.evaluate.questions import Answer, Asking, Fetched, Fetching
from shared.mailauth.records.dns_text import unquoted
from tests import fakes
from tests.fakes.dns import FakeDns, drive
from tests.unit.core.world import DOMAIN, NOW, stored_domains

T = TypeVar("T")

ZONES = (HostedZone("Z1", "h1.postseal.example"), HostedZone("Z2", "h2.postseal.example"))
ENDPOINT = "d1234.cloudfront.example"
OWN = "dom@reports.example"
RECORD = f"v=DMARC1; p=none; rua=mailto:{OWN}; ruf=mailto:{OWN}"
POLICY = policy_of("enforce", ["mx.orchard.example"], 7 * 86_400)
DAY = 86_400


@dataclass
class World:
    now: int = NOW
    domain: Domain = DOMAIN
    customer: dict[tuple[str, str], Sequence[str] | Answer] = field(default_factory=dict)
    """What the customer's own DNS holds."""
    hidden: set[str] = field(default_factory=set)
    """Names of ours that outsiders get no answer for."""
    web_down: bool = False
    stale: str | None = None
    """A body that caches still serve."""

    def __post_init__(self) -> None:
        self.hostings = fakes.FakeHostings()
        self.domains = stored_domains()
        self.zones = fakes.FakeZones()
        self.hosts = fakes.FakePolicyHosts()
        self.files = fakes.FakePolicyFiles()
        self.changes = fakes.FakeHostingChanges()
        self.checks = fakes.FakeHostingChecks()
        self.alerts = fakes.FakeAlertEvents()
        self.labels = 0
        self.publisher = Publisher(self.hostings, self.zones, self.checks)
        self.tender = Tender(
            self.hostings,
            self.domains,
            self,
            self.zones,
            self.hosts,
            self.files,
            self.changes,
            self.checks,
            self.alerts,
        )
        self.switches = Switches(
            self.hostings, self.changes, self.checks, ZONES, ENDPOINT, "reports.example", self.new_label
        )

    def new_label(self) -> str:
        self.labels += 1
        return f"label{self.labels}"

    @property
    def right(self) -> Writable:
        return system_writable(self.domain)

    @property
    def hosting(self) -> Hosting:
        return self.hostings.stored[self.domain.account, self.domain.id]

    def is_host(self, state: HostState) -> bool:
        return self.hosting.mta_sts.host.state is state

    def dmarc_on(self, record: str = RECORD) -> Hosting:
        return self.switches.dmarc_on(self.right, record, now=self.now)

    def mta_sts_on(self, policy: Policy = POLICY) -> Hosting:
        return self.switches.mta_sts_on(self.right, policy, now=self.now)

    def point(self, *services: Service) -> None:
        """The customer sets the CNAMEs that lead to us."""
        for service in services:
            self.customer[self.hosting.customer_name(service), "CNAME"] = [self.hosting.target(service)]

    def cut(self, *services: Service, to: str = "") -> None:
        """The customer removes the CNAMEs, or points them elsewhere."""
        for service in services:
            key = (self.hosting.customer_name(service), "CNAME")
            self.customer.pop(key, None)
            if to:
                self.customer[key] = [to]

    def publish(self) -> None:
        """What the queue of changes brings."""
        sent, self.changes.sent = self.changes.sent, []
        self.publisher.publish(sent, self.now)

    def look(self, *, after: int = 0) -> None:
        """One scheduled look, and what it leads to."""
        self.now += after
        self.tender.tend(HostingCheck(self.domain.account, self.domain.id, SCHEDULED), self.now)
        self.publish()

    def settle(self, looks: int = 8, *, every: int = 60) -> None:
        self.publish()
        for _ in range(looks):
            self.look(after=every)

    def texts(self) -> set[str]:
        """Names of ours that hold a TXT record."""
        return {held.name for held in self.zones.sets.values() if held.type == "TXT"}

    def remove_domain(self) -> None:
        self.domains.remove(self.domain)

    def run(self, asking: Asking[T], *, within: float = 8.0) -> T:
        return drive(asking, self.dns())

    def run_all(self, askings: Sequence[Asking[T]], *, within: float = 8.0) -> list[T]:
        return [self.run(asking) for asking in askings]

    def dns(self) -> FakeDns:
        zone: dict[tuple[str, str], Any] = dict(self.customer)
        zone[ENDPOINT, "A"] = ["198.51.100.7"]
        for held in self.zones.sets.values():
            values = ["198.51.100.7"] if held.alias and held.type == "A" else list(held.values)
            shown = [unquoted(value) for value in values] if held.type == "TXT" else values
            if held.name not in self.hidden and shown:
                zone[held.name, held.type] = shown
        return FakeDns(zone, self._web())

    def _web(self) -> dict[str, Fetched]:
        web = {}
        for label, domain in self.hosts.domains.items():
            tenant = self.hosts.tenants[label]
            body = self.stale if self.stale is not None else self.files.stored.get(label)
            if tenant.enabled and tenant.attached and not self.web_down:
                fetched = Fetched(Fetching.FETCHED, 404)
                if body is not None:
                    fetched = Fetched(Fetching.FETCHED, 200, "text/plain", body.encode())
                web[f"https://{domain}/.well-known/mta-sts.txt"] = fetched
        return web


def served() -> World:
    """A domain that hosts everything, long settled."""
    world = World()
    world.dmarc_on()
    world.mta_sts_on()
    world.point(*Service)
    world.settle()
    return world


def parked(world: World) -> World:
    world.domain = replace(world.domain, parked=True)
    return world
