"""One request and its answer over an open connection (HTTP/1.1), bounded in octets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import h11

_HEADERS: Final = 32 * 2**10
"""Octets of everything before the body, interim answers included."""
_PIECE: Final = 16 * 2**10
_SLACK: Final = 4
"""How many octets of transfer coding may come for one of the body: chunks of one octet are an attack."""


class Broken(Exception):
    """No HTTP, or an end before the end; the text says which."""


class TooLarge(Exception):
    """More octets than were asked for; the text says of what."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``body`` is empty unless a GET's status is 200: nobody wants the text of an error page."""

    status: int
    content_type: str
    location: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A GET or, with a body, a POST."""

    host: str
    path: str
    largest: int
    """Octets of the answer's body. That of a POST is not read at all."""
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> Reply:
    """Raises ``Broken``, ``TooLarge``, ``OSError`` and ``ssl.SSLError``."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADERS)
    try:
        writer.write(connection.send(_head_of(request)) or b"")
        if request.body is not None:
            writer.write(connection.send(h11.Data(request.body)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        wire = _Wire(connection, reader)
        return await _read(wire, request)
    except h11.RemoteProtocolError as trouble:
        if trouble.error_status_hint == 431:
            raise TooLarge(f"more than {_HEADERS} octets of headers") from None
        raise Broken(f"no HTTP, or cut short: {trouble}") from None


def _head_of(request: Request) -> h11.Request:
    headers = [
        ("Host", request.host),
        ("User-Agent", "Postseal"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        *request.headers,
    ]
    if request.body is None:
        return h11.Request(method="GET", target=request.path, headers=headers)
    headers.append(("Content-Length", str(len(request.body))))
    return h11.Request(method="POST", target=request.path, headers=headers)


class _Wire:
    def __init__(self, connection: h11.Connection, reader: asyncio.StreamReader) -> None:
        self._connection = connection
        self._reader = reader
        self.received = 0

    async def event(self, most: int) -> object:
        """The next event, with at most that many octets received since the connection began."""
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            if self.received > most:
                raise TooLarge(f"more than {most} octets")
            data = await self._reader.read(_PIECE)
            self.received += len(data)
            self._connection.receive_data(data)
        return event


async def _read(wire: _Wire, request: Request) -> Reply:
    event = await wire.event(_HEADERS)
    while isinstance(event, h11.InformationalResponse):
        event = await wire.event(_HEADERS)
    if not isinstance(event, h11.Response):
        raise Broken("no answer")
    headers = {name: value.decode("latin-1") for name, value in reversed(event.headers.raw_items())}
    fields = {name.lower().decode("ascii"): value for name, value in headers.items()}
    body = b""
    if event.status_code == 200 and request.body is None:
        _check(fields, request.largest)
        body = await _body(wire, request.largest)
    return Reply(
        status=event.status_code,
        content_type=fields.get("content-type", ""),
        location=fields.get("location", ""),
        body=body,
    )


def _check(fields: dict[str, str], largest: int) -> None:
    coding = fields.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", ""):
        raise Broken(f"content coding {coding[:40]!r}, which was not asked for")
    if int(fields.get("content-length", "0")) > largest:
        raise TooLarge(f"a body of more than {largest} octets")


async def _body(wire: _Wire, largest: int) -> bytes:
    pieces = bytearray()
    most = _HEADERS + _PIECE + _SLACK * largest
    while isinstance(event := await wire.event(most), h11.Data):
        pieces += event.data
        if len(pieces) > largest:
            raise TooLarge(f"a body of more than {largest} octets")
    if not isinstance(event, h11.EndOfMessage):
        raise Broken("cut short")
    return bytes(pieces)
