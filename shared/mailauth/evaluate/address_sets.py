"""Sets of addresses by arithmetic on their bounds: ``0.0.0.0/0`` is as quick as a single address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    summarize_address_range,
)

Network = IPv4Network | IPv6Network
_Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Ranges of addresses, both ends included, in order, none touching another; of IPv4 and of IPv6."""

    v4: tuple[_Range, ...] = ()
    v6: tuple[_Range, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[Network]) -> AddressSet:
        by_version: dict[int, list[_Range]] = {4: [], 6: []}
        for network in networks:
            bounds = int(network.network_address), int(network.broadcast_address)
            by_version[network.version].append(bounds)
        return cls(_merged(by_version[4]), _merged(by_version[6]))

    def __or__(self, other: AddressSet) -> AddressSet:
        return AddressSet(_merged([*self.v4, *other.v4]), _merged([*self.v6, *other.v6]))

    def __sub__(self, other: AddressSet) -> AddressSet:
        return AddressSet(_without(self.v4, other.v4), _without(self.v6, other.v6))

    def __and__(self, other: AddressSet) -> AddressSet:
        return self - (self - other)

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    @property
    def count4(self) -> int:
        return sum(last - first + 1 for first, last in self.v4)

    @property
    def count6(self) -> int:
        return sum(last - first + 1 for first, last in self.v6)

    def networks(self) -> Iterator[Network]:
        """The fewest networks that are the same addresses, IPv4 first."""
        for first, last in self.v4:
            yield from summarize_address_range(IPv4Address(first), IPv4Address(last))
        for first, last in self.v6:
            yield from summarize_address_range(IPv6Address(first), IPv6Address(last))


EVERYTHING = AddressSet(((0, 2**32 - 1),), ((0, 2**128 - 1),))


def union(sets: Iterable[AddressSet]) -> AddressSet:
    """Quicker than one ``|`` after the other."""
    every = list(sets)
    v4 = [bounds for each in every for bounds in each.v4]
    return AddressSet(_merged(v4), _merged([bounds for each in every for bounds in each.v6]))


def _merged(ranges: list[_Range]) -> tuple[_Range, ...]:
    merged: list[_Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def _without(ranges: tuple[_Range, ...], taken: tuple[_Range, ...]) -> tuple[_Range, ...]:
    """Both in order: one pass over the two."""
    left: list[_Range] = []
    place = 0
    for first, last in ranges:
        while place < len(taken) and taken[place][1] < first:
            place += 1
        start, at = first, place
        while at < len(taken) and taken[at][0] <= last:
            if start < taken[at][0]:
                left.append((start, taken[at][0] - 1))
            start = taken[at][1] + 1
            at += 1
        if start <= last:
            left.append((start, last))
    return tuple(left)
