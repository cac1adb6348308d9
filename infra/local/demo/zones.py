"""The zone files of the demo's domains and senders, and the files of their hosts: ``python -m
infra.local.demo.zones`` writes them.

Only the local DNS server and the local edge read them, so that nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from infra.local import layout
from infra.local.demo.cast import CAST, Host
from infra.local.demo.published import policies
from infra.local.demo.published import records as published
from shared import settings

_HEAD: Final = """\
; Written by `python -m infra.local.demo.zones` from the cast of the demo.
$ORIGIN {origin}
$TTL 300
@ IN SOA ns.postseal.test. hostmaster.postseal.test. 1 3600 600 86400 60
@ IN NS ns.postseal.test.
"""
_REVERSE: Final = ("in-addr.arpa", "ip6.arpa")


def zone_records() -> dict[str, list[str]]:
    """Origin of every zone -> its records, lines of a master file."""
    hosts = sorted({host for watched in CAST for sender in watched.senders for host in sender.hosts}, key=str)
    records: dict[str, set[str]] = {}
    for origin, record in (*_forward(hosts), *_backward(hosts), *published()):
        records.setdefault(origin, set()).add(record)
    return {origin: sorted(lines) for origin, lines in sorted(records.items())}


def zone_files() -> dict[str, str]:
    """File name -> text of every zone."""
    return {
        f"{origin}.zone": _HEAD.format(origin=f"{origin}.") + "".join(f"{line}\n" for line in lines)
        for origin, lines in zone_records().items()
    }


def site_files() -> dict[str, bytes]:
    """Path under the folder of sites -> content."""
    return {f"{host}{settings.POLICY_PATH}": policy.encode() for host, policy in policies().items()}


def _forward(hosts: Iterable[Host]) -> Iterator[tuple[str, str]]:
    for host in hosts:
        if host.name is not None:
            kind = "A" if ip_address(host.ip).version == 4 else "AAAA"
            yield ".".join(host.name.split(".")[-2:]), f"{host.name}. IN {kind} {host.ip}"


def _backward(hosts: Iterable[Host]) -> Iterator[tuple[str, str]]:
    for host in hosts:
        if host.name is not None:
            pointer = ip_address(host.ip).reverse_pointer
            origin = next(suffix for suffix in _REVERSE if pointer.endswith(suffix))
            yield origin, f"{pointer}. IN PTR {host.name}."


def main() -> None:
    layout.SHIPPED_ZONES.mkdir(exist_ok=True)
    for name, text in zone_files().items():
        (layout.SHIPPED_ZONES / name).write_text(text)
    for path, content in site_files().items():
        file = layout.SHIPPED_SITES / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
