"""Which services of a domain's SPF record an address belongs to, as far as their networks are known.

They are known of sources that the account approved: their records are looked up once a day. What a domain
includes and nobody approved is known by name only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from shared.core.watching.states import Knowledge, Part
from shared.mailauth.records.spf import parse

_NAMES = frozenset({"include", "redirect"})


@dataclass(frozen=True, slots=True)
class Includes:
    """Networks by the domain whose SPF record lets them through, in the order of the domain's own record."""

    networks: tuple[tuple[str, tuple[IPv4Network | IPv6Network, ...]], ...] = ()

    def covering(self, address: str) -> tuple[str, ...]:
        """The domains whose networks hold the address; none for what is no address."""
        if not self.networks:
            return ()
        try:
            parsed = ip_address(address)
        except ValueError:
            return ()
        return tuple(name for name, networks in self.networks if any(parsed in each for each in networks))


def includes_of(knowledge: Knowledge) -> Includes:
    """Of the domain's published record, and what its approved sources let through."""
    if knowledge.state is None or not knowledge.sources:
        return Includes()
    known = {source.domain: _networks(source.ips) for source in knowledge.sources if source.ips}
    published = (name for record in knowledge.state.records(Part.SPF) for name in _included(record))
    return Includes(tuple((name, known[name]) for name in dict.fromkeys(published) if name in known))


def _included(record: str) -> Iterable[str]:
    parsed = parse(record)
    terms = [(term.name, term.value) for term in parsed.mechanisms]
    terms += [(term.name, term.value) for term in parsed.modifiers]
    return (value.lower().removesuffix(".") for name, value in terms if name in _NAMES)


def _networks(texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)
