"""One query to one DNS server: UDP, and TCP where the answer does not fit.

Every exchange has a new socket, hence a new port, and a new id. What does not answer the question that was
put (foreign id, foreign name, garbage) is passed over, and the wait goes on.
"""

from __future__ import annotations

import asyncio
import secrets

from shared.adapters.dns_servers import Server
from shared.adapters.dns_wire import (
    FORMERR,
    NOTIMP,
    BadMessage,
    Message,
    Query,
    TooManyRecords,
    read_body,
    read_head,
)


class Unanswered(Exception):
    """``reason`` as an ``Answer`` gives it. ``is_final``: another server would say the same.
    ``is_silence``: the server, or the way there, is down."""

    def __init__(self, reason: str, *, is_final: bool = False, is_silence: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final
        self.is_silence = is_silence


class _Truncated(Exception):
    """The answer does not fit into a datagram."""


async def exchange(
    name: bytes, type_: int, server: Server, *, timeout: float, edns: bool, most: int
) -> Message:
    """The answer, of any response code. Raises ``Unanswered``.

    ``name`` is in wire form; ``timeout`` is in seconds, for UDP and again for TCP; an answer of more
    than ``most`` records is refused.
    """
    query = Query(secrets.randbits(16), name, type_)
    try:
        try:
            return await _by_udp(query, server, timeout, edns, most)
        except _Truncated:
            return await _by_tcp(query, server, timeout, edns, most)
    except OSError as error:
        raise Unanswered("unreachable", is_silence=True) from error
    except TooManyRecords as error:
        raise Unanswered("too large", is_final=True) from error


def is_edns_unknown(message: Message) -> bool:
    """Whether the server may answer if asked without EDNS (RFC 6891 section 6.2.2)."""
    return message.rcode in (FORMERR, NOTIMP) or message.rcode > 0xF


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, query: Query, most: int, answer: asyncio.Future[Message]) -> None:
        self._query, self._most, self._answer = query, most, answer
        self.has_garbage = False

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        if self._answer.done():
            return
        try:
            message = _read(data, self._query, self._most)
        except BadMessage:
            self.has_garbage = True
        except (TooManyRecords, _Truncated) as error:
            self._answer.set_exception(error)
        else:
            if message is not None:
                self._answer.set_result(message)

    def error_received(self, exc: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc)


async def _by_udp(query: Query, server: Server, timeout: float, edns: bool, most: int) -> Message:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Message] = loop.create_future()
    transport, datagrams = await loop.create_datagram_endpoint(
        lambda: _Datagrams(query, most, answer), remote_addr=(server.host, server.port)
    )
    try:
        transport.sendto(query.wire(edns=edns))
        async with asyncio.timeout(timeout):
            return await answer
    except TimeoutError:
        reason = "malformed answer" if datagrams.has_garbage else "timeout"
        raise Unanswered(reason, is_silence=not datagrams.has_garbage) from None
    finally:
        transport.close()


async def _by_tcp(query: Query, server: Server, timeout: float, edns: bool, most: int) -> Message:
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            try:
                wire = query.wire(edns=edns)
                writer.write(len(wire).to_bytes(2) + wire)
                return await _from_stream(reader, query, most)
            finally:
                writer.close()
    except (OSError, EOFError, TimeoutError, BadMessage, _Truncated):
        raise Unanswered("truncated, and not to be had over TCP") from None


async def _from_stream(reader: asyncio.StreamReader, query: Query, most: int) -> Message:
    while True:
        size = int.from_bytes(await reader.readexactly(2))
        message = _read(await reader.readexactly(size), query, most)
        if message is not None:
            return message


def _read(wire: bytes, query: Query, most: int) -> Message | None:
    """``None`` if it answers another question."""
    head = read_head(wire)
    if not query.is_answered_by(head):
        return None
    if head.is_truncated:
        raise _Truncated
    return read_body(wire, head, most=most)
