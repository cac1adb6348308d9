"""``python -m tests.bench.name_server DOMAINS SECONDS EDITION``: an authoritative server that takes its time.

Answers every query ``SECONDS`` after it came, however many are open, over UDP and TCP; all answers are made
beforehand. Prints its port, and ends with its standard input. A TXT query for ``COUNTERS`` is answered at
once with the number of other queries so far, and that of the times when one came while none was open.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from struct import pack
from typing import Final, cast

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from tests.bench.zones import Zone, zone

COUNTERS: Final = "counters.invalid"
_OWNER: Final = b"\xc0\x0c"
_DENIAL: Final = b"\0" + pack("!2HIH", 6, 1, 300, 22) + b"\0\0" + pack("!5I", 1, 3_600, 600, 86_400, 300)
_HEADER: Final = 12


class Answers:
    """From the question's octets to flags, counts and records."""

    def __init__(self, records: Zone) -> None:
        self._made: dict[bytes, bytes] = {}
        self._names: set[bytes] = set()
        for (name, type_), texts in records.items():
            number = dns.rdatatype.from_text(type_)
            owner = _wire(name)
            data = b"".join(_record(number, text) for text in texts)
            self._made[owner + pack("!2H", number, 1)] = pack("!H", len(texts)) + bytes(4) + data
            while owner:
                self._names.add(owner)
                owner = owner[owner[0] + 1 :]

    def to(self, query: bytes) -> bytes:
        question = _question(query)
        made = self._made.get(question.lower())
        if made is not None:
            return query[:2] + b"\x85\x80\0\1" + made[:6] + question + made[6:]
        flags = b"\x85\x80" if question[:-4].lower() in self._names else b"\x85\x83"
        return query[:2] + flags + b"\0\1\0\0\0\1\0\0" + question + _DENIAL


class Desk:
    """Takes queries of any transport, counts them, and answers in its time."""

    def __init__(self, answers: Answers, delay: float) -> None:
        self._answers, self._delay = answers, delay
        self._queries = self._waves = self._open = 0

    def take(self, query: bytes, reply: Callable[[bytes], object]) -> None:
        if _question(query) == _COUNTERS_QUESTION:
            reply(self._counters(query))
            return
        self._queries += 1
        self._waves += self._open == 0
        self._open += 1
        asyncio.get_running_loop().call_later(self._delay, self._answer, query, reply)

    def _answer(self, query: bytes, reply: Callable[[bytes], object]) -> None:
        self._open -= 1
        reply(self._answers.to(query))

    def _counters(self, query: bytes) -> bytes:
        record = _record(dns.rdatatype.TXT, f'"{self._queries} {self._waves}"', ttl=0)
        return query[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" + _question(query) + record


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._desk.take(data, partial(self._transport.sendto, addr=addr))


class Stream(asyncio.Protocol):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while len(self._read) >= 2 and len(self._read) >= (end := 2 + int.from_bytes(self._read[:2])):
            query, self._read = self._read[2:end], self._read[end:]
            self._desk.take(query, self._reply)

    def _reply(self, answer: bytes) -> None:
        self._transport.write(len(answer).to_bytes(2) + answer)


def _question(query: bytes) -> bytes:
    return query[_HEADER : query.index(b"\0", _HEADER) + 5]


def _wire(name: str) -> bytes:
    return dns.name.from_text(name).to_wire() or b""


def _record(number: dns.rdatatype.RdataType, text: str, *, ttl: int = 300) -> bytes:
    data = dns.rdata.from_text(dns.rdataclass.IN, number, text).to_wire() or b""
    return _OWNER + pack("!2HIH", number, 1, ttl, len(data)) + data


@contextmanager
def running(domains: int, delay: float, *, edition: int = 1) -> Iterator[int]:
    """The port of a server in a process of its own that knows so many domains."""
    command = [sys.executable, "-m", __name__, str(domains), str(delay), str(edition)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin
    assert server.stdout
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(timeout=10)
        server.stdout.close()


async def serve(records: Zone, delay: float) -> None:
    desk = Desk(Answers(records), delay)
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: Stream(desk), "127.0.0.1", 0)
    address = listener.sockets[0].getsockname()
    transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(desk), local_addr=address)
    print(address[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    transport.close()
    listener.close()


_COUNTERS_QUESTION: Final = _wire(COUNTERS) + pack("!2H", 16, 1)


if __name__ == "__main__":
    asyncio.run(serve(zone(int(sys.argv[1]), edition=int(sys.argv[3])), float(sys.argv[2])))
