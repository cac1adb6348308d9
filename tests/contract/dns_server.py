"""A DNS server on loopback whose answers a test writes: honest, hostile or none at all."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[tuple[str, str], list[str]]
"""Records by name (with its root dot) and type; a CNAME is followed as a resolver would."""

Script = Callable[[dns.message.Message, bool], list[bytes]]
"""From a query, and whether it came over TCP, to the messages to send back."""


@dataclass(slots=True)
class Log:
    port: int = 0
    queries: list[tuple[str, str, bool]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    most_at_once: int = 0


def answer(query: dns.message.Message, zone: Zone) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    name, type_ = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
    while target := zone.get((name, "CNAME")):
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", target[0]))
        name = target[0]
    if records := zone.get((name, type_)):
        response.answer.append(dns.rrset.from_text(name, 60, "IN", type_, *records))
    elif not any(known == name for known, _ in zone):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def truthful(zone: Zone) -> Script:
    """Answers out of a zone; over UDP cut short to what fits."""

    def script(query: dns.message.Message, tcp: bool) -> list[bytes]:
        response = answer(query, zone)
        wire = response.to_wire(max_size=65_535)
        if tcp or len(wire) <= 1232:
            return [wire]
        response.answer.clear()
        response.flags |= dns.flags.TC
        return [response.to_wire()]

    return script


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, script: Script, log: Log, delay: float) -> None:
        self._script, self._log, self._delay = script, log, delay
        self._open = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._open += 1
        self._log.most_at_once = max(self._log.most_at_once, self._open)
        query = _noted(data, self._log, tcp=False)
        asyncio.get_running_loop().call_later(self._delay, self._reply, query, addr)

    def _reply(self, query: dns.message.Message, addr: tuple[str | int, int]) -> None:
        self._open -= 1
        if not self._transport.is_closing():
            for wire in self._script(query, False):
                self._transport.sendto(wire, addr)


@asynccontextmanager
async def serving(script: Script, *, delay: float = 0) -> AsyncIterator[Log]:
    log = Log()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        for wire in script(_noted(await reader.readexactly(length), log, tcp=True), True):
            writer.write(struct.pack("!H", len(wire)) + wire)
        writer.close()

    loop = asyncio.get_running_loop()
    for last in (False, False, False, True):
        tcp = await asyncio.start_server(converse, "127.0.0.1", 0)
        log.port = tcp.sockets[0].getsockname()[1]
        try:
            udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(script, log, delay), local_addr=("127.0.0.1", log.port)
            )
            break
        except OSError:
            # Somebody else's question goes out from there.
            tcp.close()
            if last:
                raise
    try:
        yield log
    finally:
        udp.close()
        tcp.close()
        await tcp.wait_closed()


def _noted(wire: bytes, log: Log, *, tcp: bool) -> dns.message.Message:
    query = dns.message.from_wire(wire)
    question = query.question[0]
    log.queries.append((question.name.to_text(), dns.rdatatype.to_text(question.rdtype), tcp))
    log.ids.append(query.id)
    return query
