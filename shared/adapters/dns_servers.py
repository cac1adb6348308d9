"""The DNS servers to ask: out of a setting, or the system's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

_PORT: Final = 53
_LISTED: Final = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+|localhost))(?::(?P<port>[0-9]{1,5}))?"
)


class DnsMisconfigured(Exception):
    """The setting that lists the DNS servers cannot be used."""


@dataclass(frozen=True, slots=True)
class Server:
    """A resolver, by address."""

    host: str
    port: int = _PORT


def servers_of(setting: str) -> tuple[Server, ...]:
    """The servers of a ``host:port`` list; those of the system if it is empty.

    Hosts are addresses, or ``localhost``, which is 127.0.0.1. IPv6 addresses stand in brackets where a
    port follows.
    """
    listed = tuple(_server(part.strip()) for part in setting.split(",") if part.strip())
    return listed or _system_servers()


def _server(text: str) -> Server:
    match = _LISTED.fullmatch(text)
    host = text if match is None else match["six"] or match["four"].replace("localhost", "127.0.0.1")
    port = int(match["port"]) if match and match["port"] else _PORT
    if not _is_address(host) or not 0 < port < 65_536:
        raise DnsMisconfigured(
            f"{text!r} is not the address of a DNS server (192.0.2.53, 192.0.2.53:53, [2001:db8::53]:53)"
        )
    return Server(host, port)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _system_servers() -> tuple[Server, ...]:
    import dns.exception
    import dns.resolver

    try:
        hosts = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException as error:
        raise DnsMisconfigured(f"the system names no DNS server: {error}") from None
    return tuple(Server(host) for host in hosts if isinstance(host, str))
