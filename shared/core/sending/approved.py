"""Approved sources against what was seen: which of them sent, how much, and what came from none of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address, ip_network
from typing import Final

from shared.core.counters import Counters, Standings
from shared.core.sending.addresses import AddressFigures
from shared.core.watching.approved import ApprovedSource
from shared.mailauth.evaluate.address_sets import AddressSet

_BEYOND: Final = 2**128


@dataclass(frozen=True, slots=True)
class Seen:
    """``addresses`` most messages first; the days are None where there is none."""

    counters: Counters
    standings: Standings
    addresses: tuple[AddressFigures, ...]

    @property
    def first_seen(self) -> date | None:
        return min((each.first_seen for each in self.addresses), default=None)

    @property
    def last_seen(self) -> date | None:
        return max((each.last_seen for each in self.addresses), default=None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``sources`` in the order in which they were given. An address in the networks of several counts for
    each of them, and for ``others`` in those of none."""

    sources: tuple[tuple[ApprovedSource, Seen], ...]
    others: Seen


def compare(sources: Iterable[ApprovedSource], found: Sequence[AddressFigures]) -> Comparison:
    networks = [
        (source, AddressSet.of(ip_network(text, strict=False) for text in source.ips)) for source in sources
    ]
    held: list[list[AddressFigures]] = [[] for _ in networks]
    others = []
    for each in found:
        homes = [place for place, (_, own) in enumerate(networks) if _is_in(each.line.ip, own)]
        for place in homes:
            held[place].append(each)
        if not homes:
            others.append(each)
    compared = ((source, _seen(mine)) for (source, _), mine in zip(networks, held, strict=True))
    return Comparison(tuple(compared), _seen(others))


def _seen(found: Sequence[AddressFigures]) -> Seen:
    return Seen(
        sum((each.counters for each in found), Counters()),
        sum((each.standings for each in found), Standings()),
        tuple(found),
    )


def _is_in(address: str, networks: AddressSet) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    ranges = networks.v4 if parsed.version == 4 else networks.v6
    place = bisect_right(ranges, (int(parsed), _BEYOND))
    return place > 0 and int(parsed) <= ranges[place - 1][1]
