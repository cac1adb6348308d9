"""Source addresses: what is known of them, which are worth asking about, and for how long answers hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Protocol

_DAY: Final = 86_400

CONFIRMED_LIFETIME: Final = 30 * _DAY
NEGATIVE_LIFETIME: Final = 3 * _DAY
FAILURE_LIFETIME: Final = 3_600

MAX_HOST_NAMES: Final = 10
"""How many of an address's names are tried for confirmation; an answer may carry thousands."""

_HOST_NAME: Final = re.compile(
    r"(?=.{4,253}\Z)"
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+"
    r"(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])\Z"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is registered: a hint, as databases disagree about large senders.

    ``country`` is an ISO 3166-1 alpha-2 code in upper case.
    """

    country: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The autonomous system that announces an address."""

    asn: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class HostName:
    """What DNS says an address is called.

    Four outcomes: ``confirmed`` (the name leads back to the address), a name that does not,
    no name at all (``name is None``), and ``failed``: DNS gave no answer, so nothing is known, which
    is not the same as having no name. ``checked`` is in epoch seconds.
    """

    name: str | None
    confirmed: bool
    checked: int
    failed: bool = False


class Places(Protocol):
    """Country, city and network of addresses, offline."""

    def place(self, address: str) -> Place:
        """``address`` in canonical text; whatever is not an address is nowhere."""
        ...

    def network(self, address: str) -> Network: ...


class Hosts(Protocol):
    """What has been learnt about host names, across all accounts."""

    def get_many(self, addresses: Iterable[str]) -> dict[str, HostName]:
        """The addresses something is stored of, stale or not; the others are absent."""
        ...

    def put_many(self, hosts: Mapping[str, HostName]) -> None: ...


class NoPlaces:
    """For a deployment that wants no address data: every address is nowhere."""

    def place(self, address: str) -> Place:
        return Place()

    def network(self, address: str) -> Network:
        return Network()


def is_worth_asking(address: str) -> bool:
    """Whether DNS may be asked about it: global unicast in canonical text, and nothing else."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return str(parsed) == address and _is_global_unicast(parsed)


def _is_global_unicast(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address.is_site_local):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def host_name_of(text: str) -> str | None:
    """A name out of an answer, lower-cased and without its root dot, or ``None`` if it is not a host name.

    Only A-labels pass: no escapes, no control characters, nothing a terminal or a browser would read.
    """
    name = text.removesuffix(".").lower()
    return name if text.isascii() and _HOST_NAME.match(name) else None


def candidates(names: Iterable[str]) -> tuple[str, ...]:
    """The names worth confirming, the same ones whatever order a server lists them in."""
    valid = {name for text in names if (name := host_name_of(text)) is not None}
    return tuple(sorted(valid)[:MAX_HOST_NAMES])


def confirms(address: str, forward: Iterable[str]) -> bool:
    """Whether the addresses of a name hold the address it was found under."""
    wanted = ip_address(address)
    return any(_parsed(found) == wanted for found in forward)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def lifetime(host: HostName) -> int:
    """Seconds for which an answer needs no second look."""
    if host.failed:
        return FAILURE_LIFETIME
    return CONFIRMED_LIFETIME if host.confirmed else NEGATIVE_LIFETIME


def is_stale(host: HostName | None, now: int) -> bool:
    return host is None or now >= host.checked + lifetime(host)


def renewed(known: HostName | None, found: HostName) -> HostName:
    """What to store after a new look.

    A failure never replaces an answer: the answer stays and is due again when a failure would be.
    """
    if not found.failed or known is None or known.failed:
        return found
    return replace(known, checked=found.checked - lifetime(known) + FAILURE_LIFETIME)
