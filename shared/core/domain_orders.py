"""The orders in which lists of domains come, and where one goes on.

Whoever asks for an order has every domain that is wanted read and sorted for each page: there is no copy of
an account's domains for each of them. The order in which they were added costs what a page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.core.counters import Standings
from shared.core.domains import Domain
from shared.core.ids import DomainId
from shared.core.senders.standing import Standing


class DomainOrder(StrEnum):
    DOMAIN = "domain"
    VOLUME = "volume"
    COUNT_THREAT_OTHER = "count_threat_other"
    STATE_DMARC = "state_dmarc"
    STATE_SPF = "state_spf"
    STATE_DKIM = "state_dkim"
    MX_TXT = "mx_txt"
    SOA_TXT = "soa_txt"


@dataclass(frozen=True, slots=True)
class ListedDomain:
    """``week`` are the messages of the last seven days and today, by standing."""

    domain: Domain
    week: Standings = Standings()


@dataclass(frozen=True, slots=True)
class Sorting:
    order: DomainOrder
    descending: bool = False

    @property
    def counts(self) -> bool:
        """Whether it needs the messages of every domain."""
        return self.order in (DomainOrder.VOLUME, DomainOrder.COUNT_THREAT_OTHER)


Key = str | int

_KEYS: Final[Mapping[DomainOrder, Callable[[ListedDomain], Key]]] = {
    DomainOrder.DOMAIN: lambda each: each.domain.name,
    DomainOrder.VOLUME: lambda each: sum(each.week.counts),
    DomainOrder.COUNT_THREAT_OTHER: lambda each: each.week[Standing.THREAT],
    DomainOrder.STATE_DMARC: lambda each: each.domain.dns.dmarc.value,
    DomainOrder.STATE_SPF: lambda each: each.domain.dns.spf.value,
    DomainOrder.STATE_DKIM: lambda each: each.domain.dns.dkim.value,
    DomainOrder.MX_TXT: lambda each: each.domain.dns.mx,
    DomainOrder.SOA_TXT: lambda each: each.domain.dns.soa,
}


@dataclass(frozen=True, slots=True)
class Place:
    """After a domain that had these keys."""

    keys: tuple[Key, ...]
    id: DomainId


@dataclass(frozen=True, slots=True)
class Order:
    """One sorting after the other; what is equal in all of them is in the order in which it was added."""

    sortings: tuple[Sorting, ...]

    @property
    def counts(self) -> bool:
        return any(sorting.counts for sorting in self.sortings)

    def place(self, listed: ListedDomain) -> Place:
        return Place(tuple(_KEYS[each.order](listed) for each in self.sortings), listed.domain.id)

    def takes(self, place: Place) -> bool:
        """Whether it is a place in this order, not in another one."""
        kinds = [int if each.counts else str for each in self.sortings]
        return len(kinds) == len(place.keys) and all(map(isinstance, place.keys, kinds))

    def sorted(self, found: Iterable[ListedDomain]) -> list[ListedDomain]:
        ordered = sorted(found, key=lambda each: each.domain.id)
        for each in reversed(self.sortings):
            ordered.sort(key=_comparable(each.order), reverse=each.descending)
        return ordered

    def is_after(self, listed: ListedDomain, place: Place) -> bool:
        mine = self.place(listed)
        for sorting, key, there in zip(self.sortings, mine.keys, place.keys, strict=True):
            if key != there:
                # Both are texts, or both numbers: a place was seen to be of this order.
                return bool((key > there) is not sorting.descending)  # type: ignore[operator]
        return mine.id > place.id


def _comparable(order: DomainOrder) -> Callable[[ListedDomain], Any]:
    return _KEYS[order]
