"""Servers that mean harm, and whole inspections that ask them: over in time, and never a wrong "missing"."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from shared.adapters.dns_servers import Server
from shared.adapters.dns_upstream import Upstream
from shared.adapters.https import HttpsFetcher
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Answer, Outcome, Question, Type
from shared.mailauth.evaluate.whole import PARTS, inspect_domain
from tests.contract.dns_server import Script
from tests.contract.dns_world import World, made, saying, silent, truncating


def _garbage(query: dns.message.Message, tcp: bool) -> list[bytes]:
    return [query.id.to_bytes(2) + b"\x81\x80\0\1\xff"]


def _circle(query: dns.message.Message, tcp: bool) -> list[bytes]:
    name = query.question[0].name.to_text()
    return made(f"{name} 60 CNAME x.example.", f"x.example. 60 CNAME {name}")(query, tcp)


def _longer_and_longer(query: dns.message.Message, tcp: bool) -> list[bytes]:
    """A chain of aliases that never ends, one at a time."""
    name = query.question[0].name.to_text()
    first, _, rest = name.partition(".")
    return made(f"{name} 60 CNAME {first[:40]}a.{rest}")(query, tcp)


def _too_much(query: dns.message.Message, tcp: bool) -> list[bytes]:
    """More records than anybody needs, and more octets; they fit into TCP only."""
    name, type_ = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
    if not tcp:
        return truncating(query, tcp)
    if type_ == "TXT":
        return made(*(f'{name} 60 TXT "{n:03}{"v" * 200}"' for n in range(200)))(query, tcp)
    return made(*(f"{name} 60 MX {n} m{n}.example." for n in range(2_500)))(query, tcp)


@pytest.mark.parametrize(
    "script",
    [
        silent,
        saying(dns.rcode.SERVFAIL),
        saying(dns.rcode.REFUSED),
        made(authority=["example. 60 NS ns.example.net."]),
        truncating,
        _garbage,
        _circle,
        _longer_and_longer,
        _too_much,
    ],
    ids=["silent", "servfail", "refused", "lame", "truncated", "garbage", "circle", "chain", "too_much"],
)
def test_an_inspection_ends_in_time_and_says_that_it_does_not_know(script: Script) -> None:
    world = World([script], timeout=0.3, attempts=2, fetcher=HttpsFetcher())
    started = time.monotonic()
    (seen,) = world.drive(inspect_domain("d.example", ["s1", "s2"], now=0.0), within=1.5)

    assert time.monotonic() - started < 10
    assert {part.name: part.state for part in seen.summary} == dict.fromkeys(PARTS, State.ERROR)
    assert (seen.state, seen.errors, seen.parked) == (State.ERROR, 0, False)


def test_an_answer_from_another_port_is_no_answer() -> None:
    class Other(asyncio.DatagramProtocol):
        def __init__(self, elsewhere: asyncio.DatagramTransport) -> None:
            self._elsewhere = elsewhere

        def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
            lie = made("example.com. 60 TXT lie")(dns.message.from_wire(data), False)[0]
            self._elsewhere.sendto(lie, addr)

    async def run() -> Answer:
        loop = asyncio.get_running_loop()
        elsewhere, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        here, _ = await loop.create_datagram_endpoint(lambda: Other(elsewhere), local_addr=("127.0.0.1", 0))
        server = Server("127.0.0.1", here.get_extra_info("sockname")[1])
        try:
            return await Upstream((server,), timeout=0.2, attempts=1).ask(Question("example.com", Type.TXT))
        finally:
            here.close()
            elsewhere.close()

    assert asyncio.run(run()) == Answer(Outcome.FAILED, reason="timeout")


def _foreign() -> bytes:
    """A message that answers something else."""
    return dns.message.make_response(dns.message.make_query("example.org.", "TXT")).to_wire()


class _CutShort(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._transport.sendto(truncating(dns.message.from_wire(data), False)[0], addr)


@asynccontextmanager
async def _endless(first: bytes, more: bytes) -> AsyncIterator[int]:
    """The port of a server whose answers over TCP have no end."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.write(first)
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(more)
                await writer.drain()
                await asyncio.sleep(0.001)
        writer.close()

    tcp = await asyncio.start_server(converse, "127.0.0.1", 0)
    address = tcp.sockets[0].getsockname()
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(_CutShort, local_addr=address)
    try:
        yield address[1]
    finally:
        udp.close()
        tcp.close()


@pytest.mark.parametrize(
    ("first", "more"),
    [(b"", (len(_foreign()).to_bytes(2) + _foreign()) * 50), (b"\xff\xff", b"\0")],
    ids=["messages that answer something else", "an octet at a time"],
)
def test_an_answer_over_tcp_that_never_ends_is_given_up(first: bytes, more: bytes) -> None:
    async def run() -> Answer:
        async with _endless(first, more) as port:
            upstream = Upstream((Server("127.0.0.1", port),), timeout=0.3, attempts=1)
            return await upstream.ask(Question("example.com", Type.TXT))

    started = time.monotonic()
    assert asyncio.run(run()) == Answer(Outcome.FAILED, reason="truncated, and not to be had over TCP")
    assert time.monotonic() - started < 10
