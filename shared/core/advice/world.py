"""All that advice about one domain is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from shared.core.advice.traffic import Traffic
from shared.core.clock import DAY_SECONDS
from shared.core.domain_names import organizational_domain
from shared.core.domains import Domain
from shared.core.hosting.hosting import Hosting
from shared.core.senders.catalogue import Catalogue, builtin
from shared.core.senders.sender import Sender
from shared.core.tls.days import TlsDay
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.seen import Seen
from shared.core.watching.states import DnsState, Known, Part
from shared.mailauth.evaluate.inspection import State

_LOWERED: Final = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, slots=True)
class Stance:
    """The policy that is published for mail from the domain itself, empty where there is none that has an
    effect; ``since`` is when it was first seen so. What else the record says may change meanwhile."""

    policy: str = ""
    testing: bool = False
    since: int = 0

    @property
    def effective(self) -> str:
        """One step lower with t=y (RFC 9989 section 4.7)."""
        return _LOWERED.get(self.policy, "") if self.testing else self.policy

    def published(self, since: int) -> Stance:
        """As it is to somebody who knows that it was there before it was first seen."""
        return replace(self, since=min(self.since, since))

    def days(self, now: float) -> int:
        return max(int((now - self.since) // DAY_SECONDS), 0)


@dataclass(frozen=True, slots=True)
class World:
    """``addresses`` are ours, where the domain's reports should go. ``stance`` is None as long as nobody
    knows. ``tls`` are the days of the last month that TLS reports tell of. ``open`` has the subjects of what
    is open already, by rule: some things are told from how they began."""

    domain: Domain
    now: int
    traffic: Traffic
    dns: DnsState | None = None
    addresses: tuple[str, ...] = ()
    seen: Seen = field(default_factory=Seen)
    approved: tuple[ApprovedSource, ...] = ()
    hosting: Hosting | None = None
    stance: Stance | None = None
    tls: tuple[TlsDay, ...] = ()
    open: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    catalogue: Catalogue = field(default_factory=builtin, hash=False, compare=False)

    def part(self, part: Part) -> Known | None:
        """What is known for certain of a part. None where the DNS never answered, where it does not answer
        now, and where a change was seen but once: no advice is drawn from any of these."""
        known = self.dns.parts.get(part) if self.dns is not None else None
        return known if known is not None and is_certain(known) else None

    def was_open(self, rule: str, subject: str = "") -> bool:
        return subject in self.open.get(rule, ())

    def sender(self, domain: str) -> Sender | None:
        """The sender of the catalogue whose sources are grouped under this domain."""
        return next((each for each in self.catalogue.senders.values() if each.domain == domain), None)

    def approves(self, sender_domain: str, sender_name: str) -> bool:
        """Whether somebody said that this sender may send as the domain."""
        sender = self.sender(sender_domain)
        names = {sender_domain.lower(), sender_name.casefold()}
        if sender is not None:
            names.update(sender.domains, sender.spf)
        return any(
            not names.isdisjoint(
                (source.domain, organizational_domain(source.domain), source.name.casefold())
            )
            for source in self.approved
        )


def is_certain(known: Known) -> bool:
    return (
        known.state is not State.ERROR
        and known.failing is None
        and (known.settled is None or known.lines == known.settled)
    )


def stance_of(dns: DnsState | None, previous: Stance | None) -> Stance | None:
    """The stance after a look: the previous one where nothing is certain, and as long as it stays the same.

    The first one counts from when the record was first seen as it is."""
    known = dns.parts.get(Part.DMARC) if dns is not None else None
    if known is None or not is_certain(known):
        return previous
    dmarc = known.inspection
    own = dmarc.get("policy_domain") in (None, dmarc.get("domain"))
    published = dmarc.get("policy" if own else "subdomain_policy") or ""
    found = Stance(
        published if known.state is not State.MISSING else "", bool(dmarc.get("testing")), known.since
    )
    if previous is not None and (previous.policy, previous.testing) == (found.policy, found.testing):
        return previous
    return found
