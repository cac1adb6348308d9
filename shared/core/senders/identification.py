"""Which organisation a source belongs to, by what the source could prove.

A signature or a return-path counts if it passed, whatever it claims otherwise: a failing
``d=google.com`` costs a spoofer nothing. A host name counts if it is confirmed. The header-from is
never evidence of anything; it only tells which results are the domain's own and hence say nothing
about who sends for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from publicsuffixlist import PublicSuffixList

from shared.core.addresses import HostName, Network, host_name_of
from shared.core.domain_names import organizational_domain
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.sender import CARRIERS, Sender, SenderCategory
from shared.mailauth.reports.values import AuthResults

UNKNOWN: Final = "unknown"
"""The sender domain of a source that could prove nothing."""

UNLISTED: Final = "unknown"
"""Category of senders that are in no catalogue."""


class Proof(StrEnum):
    """What a sender was recognised by, the most telling first."""

    DKIM = "dkim"
    RETURN_PATH = "return_path"
    SPF_INCLUDE = "spf_include"
    HOST_NAME = "host_name"
    SELECTOR = "selector"
    NETWORK = "network"


NOTHING: Final = "none"
"""In the place of a proof where there is none."""


class Confidence(StrEnum):
    """How far a match can be trusted. High: a key, the sender's own return-path, a network that both it and
    the domain publish in SPF, or a confirmed name of its own. Medium: a selector, or a name of rented
    machines. Low: the network, or nothing."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_CONFIDENCE: Final = {
    Proof.DKIM: Confidence.HIGH,
    Proof.RETURN_PATH: Confidence.HIGH,
    Proof.SPF_INCLUDE: Confidence.HIGH,
    Proof.HOST_NAME: Confidence.HIGH,
    Proof.SELECTOR: Confidence.MEDIUM,
    Proof.NETWORK: Confidence.LOW,
}
_RANK: Final = {str(proof): rank for rank, proof in enumerate(Proof)}


def confidence(evidence: str, category: str) -> Confidence:
    """In a match by this proof (or ``NOTHING``) with a sender of this category."""
    if evidence not in set(Proof):
        return Confidence.LOW
    if evidence == Proof.HOST_NAME and category == SenderCategory.HOSTING:
        return Confidence.MEDIUM
    return _CONFIDENCE[Proof(evidence)]


def rank_of(evidence: str) -> int:
    """How telling a proof is, 0 the most; ``NOTHING`` the least."""
    return _RANK.get(evidence, len(_RANK))


def strongest(*evidence: tuple[str, str]) -> tuple[str, str]:
    """The most telling of proofs with their values."""
    return min(evidence, key=lambda each: (rank_of(each[0]), each[1]))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one source: a row's results, and what its address is called and announced by.

    ``included`` are domains that the SPF record of the header-from's domain includes, and whose own record
    lets the address through.
    """

    header_from: str
    auth: AuthResults = AuthResults()
    host: HostName | None = None
    network: Network = Network()
    included: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """A sender, and the value that gave it away.

    The other senders are what each piece of evidence says for itself: whose ``address`` it is by SPF, its
    host name or its network; who signed for the domain by a ``selected`` key; who ``returned`` bounces to.
    """

    sender: Sender
    proof: Proof
    value: str
    address: Sender | None = None
    selected: Sender | None = None
    returned: Sender | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a source is shown under, and by what that was told: ``NOTHING`` and no value where by nothing."""

    domain: str
    name: str
    category: str
    evidence: str
    value: str


def identify(evidence: Evidence, catalogue: Catalogue) -> Identified | None:
    """The sender the evidence points to, by the most telling proof there is.

    Signatures and return-paths of other domains than the header-from's come first: they travel with
    the message, also through a forwarder. Then what tells whose the address is: an SPF record that the
    domain includes, and the name of the host, unless it is a rented one that anybody could run; then
    selectors that only one organisation hands out; last the rented host and the network. A network that
    rents out machines names nobody whose host has a name of its own.

    A selector stands behind the host and not beside the signatures of senders: it is a label that the
    domain's owner chose, where a signature is made with the sender's key; and on mail that was forwarded
    the host tells who did that.
    """
    own = _organizational(evidence.header_from)
    host = _confirmed(evidence.host)
    by_host = catalogue.by_host(host) if host else None
    hosted = Identified(by_host, Proof.HOST_NAME, host) if by_host and host else None
    rented = by_host is not None and by_host.category is SenderCategory.HOSTING
    returned = _by_return_path(evidence, own, catalogue)
    selected = _by_selector(evidence, own, catalogue)
    included = _by_include(evidence, catalogue)
    networked = _by_network(evidence.network, catalogue, named=host is not None)
    found = (
        _by_dkim(evidence, own, catalogue)
        or returned
        or included
        or (None if rented else hosted)
        or selected
        or hosted
        or networked
    )
    if found is None:
        return None
    return replace(
        found,
        address=_sender_in(included or hosted or networked),
        selected=_sender_in(selected),
        returned=_sender_in(returned),
    )


def _sender_in(found: Identified | None) -> Sender | None:
    return found.sender if found is not None else None


def sender_domain(evidence: Evidence, identified: Identified | None) -> str:
    """The domain that the source is grouped under; ``identified`` is what ``identify`` said of it.

    The sender's own; else the registrable domain of the confirmed host name; else of another domain
    whose signature or return-path passed; else the header-from's own, where SPF says that the address
    is one of its servers; else ``UNKNOWN``.
    """
    if identified is not None:
        return identified.sender.domain
    if host := _confirmed(evidence.host):
        return host_domain(host)
    own = _organizational(evidence.header_from)
    signed = [_organizational(domain) for domain in _passed_dkim(evidence)]
    returned = [_organizational(domain) for domain in _passed_spf(evidence)]
    foreign = [domain for domain in signed + returned if domain != own]
    candidates = foreign + [own] * (own in returned)
    return next(filter(_is_shown, candidates), UNKNOWN)


def match_of(evidence: Evidence, identified: Identified | None) -> Match:
    """``identified`` is what ``identify`` said of the evidence."""
    domain = sender_domain(evidence, identified)
    if identified is None:
        return Match(domain, domain, UNLISTED, NOTHING, "")
    sender = identified.sender
    return Match(domain, sender.name, sender.category, identified.proof, identified.value)


@lru_cache(maxsize=16_384)
def host_domain(name: str) -> str:
    """Who runs a host: the registrable domain, not looking at suffixes that companies let to customers.

    ``ec2-1.compute-1.amazonaws.com`` is Amazon's, though the public suffix list has a private entry that
    makes it a domain of its own.
    """
    return _registries().privatesuffix(name) or name


@lru_cache(maxsize=1)
def _registries() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


@lru_cache(maxsize=16_384)
def _organizational(name: str) -> str:
    return organizational_domain(name)


def _is_shown(domain: str) -> bool:
    """Reporters can write anything; only what could be a host's name becomes the name of a group."""
    return host_name_of(domain) == domain


def _confirmed(host: HostName | None) -> str | None:
    return host.name if host is not None and host.confirmed else None


def _passed_dkim(evidence: Evidence) -> Iterator[str]:
    return (signature.domain for signature in evidence.auth.dkim if signature.result == "pass")


def _passed_spf(evidence: Evidence) -> Iterator[str]:
    return (check.domain for check in evidence.auth.spf if check.result == "pass")


def _by_dkim(evidence: Evidence, own: str, catalogue: Catalogue) -> Identified | None:
    carrier = None
    for domain in _passed_dkim(evidence):
        sender = catalogue.by_dkim(domain) if _organizational(domain) != own else None
        if sender is None:
            continue
        found = Identified(sender, Proof.DKIM, domain)
        if sender.category not in CARRIERS:
            return found
        carrier = carrier or found
    return carrier


def _by_return_path(evidence: Evidence, own: str, catalogue: Catalogue) -> Identified | None:
    for domain in _passed_spf(evidence):
        sender = catalogue.by_return_path(domain) if _organizational(domain) != own else None
        if sender is not None:
            return Identified(sender, Proof.RETURN_PATH, domain)
    return None


def _by_include(evidence: Evidence, catalogue: Catalogue) -> Identified | None:
    found = ((domain, catalogue.by_include(domain)) for domain in evidence.included)
    return next((Identified(sender, Proof.SPF_INCLUDE, domain) for domain, sender in found if sender), None)


def _by_selector(evidence: Evidence, own: str, catalogue: Catalogue) -> Identified | None:
    for signature in evidence.auth.dkim:
        if signature.result != "pass" or not signature.selector or _organizational(signature.domain) != own:
            continue
        if (sender := catalogue.by_selector(signature.selector.lower())) is not None:
            return Identified(sender, Proof.SELECTOR, signature.selector)
    return None


def _by_network(network: Network, catalogue: Catalogue, *, named: bool) -> Identified | None:
    sender = catalogue.by_network(network.asn, network.name)
    if sender is None or (named and sender.category is SenderCategory.HOSTING):
        return None
    return Identified(sender, Proof.NETWORK, f"AS{network.asn}" if network.asn else network.name or "")
