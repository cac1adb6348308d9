"""What is looked up about source addresses: places offline, host names in DNS, senders in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shared import settings
from shared.adapters.dns import Resolver, find_host_names, servers_of
from shared.adapters.geoip import BundledPlaces
from shared.core.addresses import HostName, Places
from shared.core.senders.catalogue import Catalogue, builtin
from shared.wiring.entropy import now
from shared.wiring.environment import optional

_BUNDLED: Final = Path(__file__).resolve().parents[2] / "address-data"
_DEADLINE: Final = 20.0
"""Seconds for one question of many addresses; what is not answered by then is asked another time."""


@cache
def places() -> Places:
    folder = optional(settings.ADDRESS_DATA)
    city = optional(settings.CITY_DATABASE)
    return BundledPlaces(Path(folder) if folder else _BUNDLED, Path(city) if city else None)


@cache
def catalogue() -> Catalogue:
    path = optional(settings.SENDER_CATALOGUE)
    return builtin().extended(Path(path).read_text(encoding="utf-8"), path) if path else builtin()


@cache
def _resolver() -> Resolver:
    return Resolver(servers_of(optional(settings.DNS_SERVERS)))


def ask_host_names(addresses: list[str]) -> Mapping[str, HostName]:
    return find_host_names(addresses, _resolver(), now=int(now()), deadline=_DEADLINE)
