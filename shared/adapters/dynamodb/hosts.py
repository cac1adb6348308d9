from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Plain
from shared.adapters.dynamodb.table import Table
from shared.core.addresses import CONFIRMED_LIFETIME, HostName, lifetime

_STALE: Final = CONFIRMED_LIFETIME
"""Seconds for which an answer is kept after it was due again: an old name beats none while DNS is down."""

_AT_ONCE: Final = 64
"""Attributes in one update; an expression has 4 kB at most."""


class DynamoHosts:
    """``Hosts`` on the table: one item for up to 256 neighbouring addresses, one attribute for each.

    Senders use whole networks, so that a day's addresses are a few reads and not one each. An item cannot
    outgrow its bounds whatever addresses somebody makes up. Reads may miss what was stored a moment ago: it
    is then asked for again.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def get_many(self, addresses: Iterable[str]) -> dict[str, HostName]:
        wanted = {address: _place(address) for address in addresses}
        found = self._table.get_many((key for key, _ in wanted.values()), consistent=False)
        return {
            address: _host(found[key][attribute])
            for address, (key, attribute) in wanted.items()
            if attribute in found.get(key, {})
        }

    def put_many(self, hosts: Mapping[str, HostName]) -> None:
        networks: dict[keys.Key, dict[str, HostName]] = defaultdict(dict)
        for address, host in hosts.items():
            key, attribute = _place(address)
            networks[key][attribute] = host
        for key, neighbours in networks.items():
            names = list(neighbours)
            for start in range(0, len(names), _AT_ONCE):
                self._set(key, {name: neighbours[name] for name in names[start : start + _AT_ONCE]})

    def _set(self, key: keys.Key, neighbours: Mapping[str, HostName]) -> None:
        values: dict[str, Plain] = {name: _plain(host) for name, host in neighbours.items()}
        values["expires"] = max(host.checked + lifetime(host) + _STALE for host in neighbours.values())
        self._table.update(key, "SET " + ", ".join(f"#{name} = :{name}" for name in values), values=values)


def _place(address: str) -> tuple[keys.Key, str]:
    """The item of an address, and its attribute there: the address's last byte."""
    packed = ip_address(address).packed
    return keys.hosts(packed[:-1].hex()), f"h{packed[-1]}"


def _plain(host: HostName) -> str:
    return json.dumps([host.name, host.confirmed, host.checked, host.failed], separators=(",", ":"))


def _host(plain: str) -> HostName:
    return HostName(*json.loads(plain))
