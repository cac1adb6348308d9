from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import Table
from shared.core.addresses import CONFIRMED_LIFETIME, HostName, lifetime

_STALE: Final = CONFIRMED_LIFETIME
"""Seconds for which an answer is kept after it was due again: an old name beats none while DNS is down."""


class DynamoHosts:
    """``Hosts`` on the table. Reads may miss what was stored a moment ago: it is then asked for again."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get_many(self, addresses: Iterable[str]) -> dict[str, HostName]:
        wanted = {keys.host(address): address for address in addresses}
        found = self._table.get_many(wanted, consistent=False)
        return {
            wanted[key]: HostName(item.get("name"), item["confirmed"], item["checked"], item["failed"])
            for key, item in found.items()
        }

    def put_many(self, hosts: Mapping[str, HostName]) -> None:
        self._table.put_many(
            {
                **keys.host(address)._asdict(),
                "name": host.name,
                "confirmed": host.confirmed,
                "checked": host.checked,
                "failed": host.failed,
                "expires": host.checked + lifetime(host) + _STALE,
            }
            for address, host in hosts.items()
        )
