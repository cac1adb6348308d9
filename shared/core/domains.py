"""Domains: what an account watches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.domain_names import organizational_domain
from shared.core.ids import AccountId, DomainId, GroupId, TagId
from shared.core.plans import MOST_DOMAINS, DomainLimits

SHARDS: Final = 16
"""Into how many parts scheduled work divides the active domains of the deployment."""


class DnsStatus(StrEnum):
    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"
    MISSING = "missing"
    ERROR = "error"


class Proof(StrEnum):
    """What showed that a domain is its account's."""

    TXT_RECORD = "txt_record"
    CNAME_RECORD = "cname_record"
    REPORTING_ADDRESS = "reporting_address"
    PARENT_DOMAIN = "parent_domain"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class ReportKinds:
    """Which reports of a domain are kept. Failure reports hold personal data of third parties
    and are off until somebody asks for them (RFC 9991 section 7)."""

    aggregate: bool = True
    failure: bool = False
    tls: bool = True


class Presence(StrEnum):
    """Whether the DNS holds a record of some kind, good or bad."""

    PRESENT = "present"
    MISSING = "missing"
    ERROR = "error"
    """It is there and of no use to receivers."""
    UNKNOWN = "unknown"


class DmarcPolicy(StrEnum):
    """What receivers do with mail from a domain that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"
    MISSING = "missing"
    """There is no record that says it."""
    INVALID = "invalid"
    """There is one of no use."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DnsSummary:
    """What lists show of the last check. ``inherited``: the policy is that of a domain above."""

    policy: DmarcPolicy = DmarcPolicy.UNKNOWN
    inherited: bool = False
    spf_lookups: int | None = None
    has_errors: bool = False
    exists: bool | None = None
    dmarc: Presence = Presence.UNKNOWN
    spf: Presence = Presence.UNKNOWN
    dkim: Presence = Presence.UNKNOWN
    mx: str = ""
    """The MX records, most preferred first, as far as they fit; empty without any."""
    soa: str = ""
    """Of the zone that begins at the domain: its first server and the mailbox of who looks after it."""


@dataclass(frozen=True, slots=True)
class Domain:
    """``token`` is the local part of the domain's own reporting address; times are epoch seconds.

    ``verified`` is when ownership was proved: before, no report is kept. ``parked`` domains send no mail.
    """

    id: DomainId
    account: AccountId
    name: str
    token: str
    created: int
    updated: int
    active: bool = False
    activated: int | None = None
    deactivated: int | None = None
    kinds: ReportKinds = ReportKinds()
    notes: str = ""
    verified: int | None = None
    proof: Proof | None = None
    parked: bool = False
    top_level: bool = False
    """Shown as a domain of its own though it lies below another."""
    wanted_dmarc: str = ""
    """The record that the owner wants published; empty where nothing else than ours is."""
    dns_status: DnsStatus = DnsStatus.PENDING
    dns_status_message: str = "DNS has not been checked yet"
    dns_checked: int | None = None
    dns: DnsSummary = DnsSummary()
    groups: frozenset[GroupId] = frozenset()
    """Beside the default group."""
    tags: frozenset[TagId] = frozenset()

    @property
    def is_subdomain(self) -> bool:
        return self.name != organizational_domain(self.name)

    @property
    def stands_alone(self) -> bool:
        """Whether lists show it as a domain of its own."""
        return self.top_level or not self.is_subdomain


@dataclass(frozen=True, slots=True)
class DomainPage:
    """Domains in the order of their ids; ``more`` when the account has others after the last."""

    items: list[Domain]
    more: bool


class Domains(Protocol):
    def add(self, domain: Domain, *, limits: DomainLimits = MOST_DOMAINS) -> None:
        """``PlanLimit`` when the account has as many already, also under races. ``Invalid`` when it has one
        of that name."""

    def get(self, account: AccountId, domain: DomainId) -> Domain | None: ...

    def get_many(self, account: AccountId, domains: Collection[DomainId]) -> list[Domain]:
        """Those that are there, in the order of ``domains``."""

    def named(self, account: AccountId, name: str) -> Domain | None: ...

    def resolve(self, account: AccountId, reference: str) -> Domain | None:
        """By prefixed id, raw number or name; None for what names nothing of this account."""

    def resolve_many(self, account: AccountId, references: Sequence[str]) -> list[Domain | None]:
        """``resolve`` for each, in few requests."""

    def covering(self, account: AccountId, policy_domain: str) -> Domain | None:
        """The account's domain that a report about ``policy_domain`` belongs to: that very
        domain, else its nearest parent among the account's domains."""

    def page(self, account: AccountId, *, after: DomainId | None, limit: int) -> DomainPage: ...

    def of_shard(self, shard: int, *, after: DomainId | None, limit: int) -> DomainPage:
        """Active domains of all accounts whose id leaves ``shard`` when divided by ``SHARDS``, in the
        order of their ids. For scheduled work; may lag behind a change by moments."""

    def activate(self, domain: Domain, *, allowed: int, now: int) -> Domain:
        """The caller has seen to it that the domain is verified: an active one counts as such. A parked one
        does not count among the active ones, and needs no place there.

        ``Invalid`` when the account has ``allowed`` active domains already, also under races.
        Of a domain that is active already, or gone, as ``deactivate``."""

    def deactivate(self, domain: Domain, *, now: int) -> Domain:
        """The domain as it is afterwards; ``NotFound`` when it is gone."""

    def verify(self, domain: Domain, proof: Proof, *, now: int) -> Domain:
        """The domain as it is afterwards: what was verified before stays as it was. ``NotFound`` when
        it is gone."""

    def change(self, domain: Domain) -> Domain:
        """Store notes, kinds and standing of a domain that still exists; ``NotFound`` otherwise."""

    def park(self, domain: Domain, *, parked: bool, limits: DomainLimits, now: int) -> Domain:
        """The domain as it is afterwards; ``NotFound`` when it is gone. ``PlanLimit`` when the account has as
        many parked domains already, ``Invalid`` when an active one would be one too many, also under
        races."""

    def note_check(self, domain: Domain) -> bool:
        """Store what a check of the DNS found, and when; False if the domain is gone."""

    def remove(self, domain: Domain) -> None:
        """Remove the domain, its name and token at once; its data is purged by a worker.
        Harmless when it is gone already."""


def every_active(domains: Domains) -> Iterator[Domain]:
    """Every active domain of the deployment."""
    for shard in range(SHARDS):
        after: DomainId | None = None
        while True:
            page = domains.of_shard(shard, after=after, limit=100)
            yield from page.items
            if not page.more:
                break
            after = page.items[-1].id
