"""What we host for one domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Protocol

from shared.core.errors import Conflict
from shared.core.hosting.names import HostedZone, Service, customer_name
from shared.core.hosting.policies import Policy
from shared.core.hosting.sightings import Pointing
from shared.core.ids import AccountId, DomainId

SLOTS: Final = 4
"""The schedule runs every quarter of an hour, and tends to one slot each time."""


@dataclass(frozen=True, slots=True)
class HostedRecord:
    """One name of ours. ``value`` is what it shall hold: the text of the TXT record, the routing endpoint
    for the policy host, "" for nothing. ``sent`` is what Route 53 was last told, at the time ``sent_at`` by
    the change ``change``; ``confirmed`` what was then seen from outside. ``unsure``: what stands there may be
    otherwise than was sent. ``live``: the customer was last told that it works, not that it broke; ``turns``
    counts how often that changed."""

    label: str
    value: str = ""
    sent: str = ""
    change: str = ""
    sent_at: int = 0
    confirmed: str = ""
    cname: Pointing = Pointing()
    unsure: bool = False
    live: bool = False
    turns: int = 0

    @property
    def published(self) -> bool:
        return bool(self.value) and self.confirmed == self.value

    @property
    def unsent(self) -> bool:
        return self.unsure or self.sent != self.value

    @property
    def is_withdrawn(self) -> bool:
        return not self.value and not self.unsent


class HostState(StrEnum):
    """Of the web host that serves the policy under the customer's own name."""

    OFF = "off"
    WAITING_DNS = "waiting-dns"
    REQUESTING_CERT = "requesting-cert"
    VALIDATING = "validating"
    ACTIVE = "active"
    FAILED = "failed"
    EXPIRED = "expired"
    DISABLING = "disabling"


@dataclass(frozen=True, slots=True)
class Host:
    """``since`` is when it came into its state, ``failures`` how often in a row it failed. ``begun``
    counts how often of late it was served anew, each time with a certificate asked for, ``last`` is when it
    last was."""

    state: HostState = HostState.OFF
    since: int = 0
    reason: str = ""
    failures: int = 0
    begun: int = 0
    last: int = 0

    def to(self, state: HostState, now: int, reason: str = "") -> Host:
        if (state, reason) == (self.state, self.reason):
            return self
        failures = self.failures
        if state is HostState.ACTIVE:
            failures = 0
        elif state in (HostState.FAILED, HostState.EXPIRED):
            failures += 1
        return replace(self, state=state, since=now, reason=reason, failures=failures)


@dataclass(frozen=True, slots=True)
class Dmarc:
    """``revision`` counts the customer's changes; ``ended`` is when it was switched off."""

    on: bool = False
    revision: int = 0
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class MtaSts:
    """``policy`` is wanted, ``served`` was the last seen live. ``put`` is when the wanted one was stored,
    ``id`` the last id given out, and ``offered`` whether that stands for the wanted policy; ``longest_age``
    the largest max_age that senders may have cached; ``quiet`` when the policy that ends everything went
    live."""

    on: bool = False
    revision: int = 0
    ended: int | None = None
    policy: Policy | None = None
    served: Policy | None = None
    put: int | None = None
    id: str = ""
    offered: bool = False
    longest_age: int = 0
    quiet: int | None = None
    host: Host = Host()
    file_status: str = ""
    """What the last fetch from outside found: ``active``, ``pending`` or ``unreachable``."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """``version`` counts every change, ours and the customer's. ``departed`` is when the domain was removed
    from the account: what its CNAMEs lead to is still served."""

    account: AccountId
    domain: DomainId
    name: str
    zone: HostedZone
    created: int
    records: dict[Service, HostedRecord] = field(hash=False)
    dmarc: Dmarc = Dmarc()
    mta_sts: MtaSts = MtaSts()
    departed: int | None = None
    version: int = 0

    def record(self, service: Service) -> HostedRecord:
        return self.records[service]

    def target(self, service: Service) -> str:
        """What the customer's CNAME shall lead to."""
        return f"{self.records[service].label}.{self.zone.name}"

    def customer_name(self, service: Service) -> str:
        return customer_name(service, self.name)

    def with_record(self, service: Service, record: HostedRecord) -> Hosting:
        return replace(self, records={**self.records, service: record})

    def with_value(self, service: Service, value: str) -> Hosting:
        """A name that is to be empty is looked at whatever was sent: a change may have been made, and not
        noted."""
        record = self.records[service]
        unsure = record.unsure or (not value and bool(record.value))
        return self.with_record(service, replace(record, value=value, unsure=unsure))

    def is_on(self, service: Service) -> bool:
        """Whether the customer wants it, and still has the domain."""
        wanted = self.dmarc.on if service is Service.DMARC else self.mta_sts.on
        return wanted and self.departed is None

    @property
    def unsent(self) -> tuple[Service, ...]:
        return tuple(service for service, record in self.records.items() if record.unsent)

    @property
    def is_over(self) -> bool:
        """Departed, with nothing left anywhere."""
        withdrawn = all(record.is_withdrawn for record in self.records.values())
        return self.departed is not None and withdrawn and self.mta_sts.host.state is HostState.OFF


class Changed(Conflict):
    """Somebody else changed the hosting meanwhile: read it again."""


class Hostings(Protocol):
    def get(self, account: AccountId, domain: DomainId) -> Hosting | None: ...

    def add(self, hosting: Hosting) -> Hosting:
        """Store a first version, and count it in its zone. ``Changed`` when there is one already."""

    def put(self, hosting: Hosting) -> Hosting:
        """Store the next version. ``Changed`` unless ``hosting.version`` is the last one."""

    def remove(self, hosting: Hosting) -> None:
        """Forget it, and count it off its zone; harmless when it is gone. ``Changed`` as in ``put``."""

    def loads(self, zones: Sequence[HostedZone]) -> dict[str, int]:
        """How many domains each zone holds, by the zone's id."""

    def of_slot(self, slot: int) -> Sequence[tuple[AccountId, DomainId]]:
        """The hostings whose domain's number leaves ``slot`` when divided by ``SLOTS``; may lag behind by
        moments."""

    def last_quarter(self) -> int | None:
        """The last quarter of an hour whose looks were asked for, counted from 1970; None before any."""

    def finish_quarter(self, quarter: int) -> None:
        """Never goes back."""
