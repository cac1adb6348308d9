from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.core.addresses import HostName


class FakeHosts:
    def __init__(self) -> None:
        self.stored: dict[str, HostName] = {}

    def get_many(self, addresses: Iterable[str]) -> dict[str, HostName]:
        return {address: self.stored[address] for address in addresses if address in self.stored}

    def put_many(self, hosts: Mapping[str, HostName]) -> None:
        self.stored.update(hosts)
