"""Addresses that lead to this machine or its network, and a listener that counts who comes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

INSIDE = [
    "127.0.0.1",
    "127.0.0.53",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "169.254.169.254",
    "169.254.170.2",
    "fd00:ec2::254",
    "fe80::1",
    "10.0.0.5",
    "172.17.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd12:3456::1",
    "224.0.0.251",
]


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[str]]]:
    """A port at every address of this machine, IPv4 and IPv6, and who connected to it."""
    met: list[str] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(writer.get_extra_info("peername")[0])
        writer.close()

    held = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    server = await asyncio.start_server(take, sock=held)
    try:
        yield held.getsockname()[1], met
    finally:
        server.close()
