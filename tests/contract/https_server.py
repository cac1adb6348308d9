"""A web server on loopback that says what a test wants, under the certificate a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.mailauth.evaluate.questions import Answer, Outcome, Question, Type
from tests.fixtures.certificates import Issued

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Web:
    """``met`` are the names that clients asked for in TLS, ``heard`` the requests."""

    port: int = 0
    met: list[str | None] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def serving(
    certificate: Issued,
    talk: Talk,
    folder: Path,
    *,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    chain: str = "",
) -> AsyncIterator[Web]:
    web = Web()
    server = await asyncio.start_server(
        _hearing(web, talk), "127.0.0.1", 0, ssl=_context(certificate, folder, newest, chain, web)
    )
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()


def _context(
    certificate: Issued, folder: Path, newest: ssl.TLSVersion, chain: str, web: Web
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if newest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = newest
    context.maximum_version = newest
    path = folder / "server.pem"
    path.write_text(certificate.pem + chain + certificate.key_pem)
    context.load_cert_chain(path)

    def meet(_: ssl.SSLObject | ssl.SSLSocket, name: str | None, __: ssl.SSLContext) -> None:
        web.met.append(name)

    context.sni_callback = meet
    return context


def _hearing(web: Web, talk: Talk) -> Talk:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            web.heard.append(await reader.readuntil(b"\r\n\r\n"))
            await talk(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return handle


def saying(*pieces: bytes) -> Talk:
    """A server that says that and hangs up."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)

    return talk


def page(body: bytes, *headers: str, status: str = "200 OK", version: str = "1.1") -> bytes:
    lines = [f"HTTP/{version} {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Names:
    """A resolver with an answer for each host; of several answers one after the other."""

    def __init__(self, **hosts: Sequence[str] | Answer) -> None:
        self._hosts = {host.replace("_", "."): held for host, held in hosts.items()}
        self.asked: list[Question] = []

    async def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        await asyncio.sleep(0)
        held = self._hosts.get(question.name)
        if held is None:
            return Answer(Outcome.NXDOMAIN)
        if isinstance(held, Answer):
            return held
        six = question.type is Type.AAAA
        records = tuple(address for address in held if (":" in address) is six)
        return Answer(Outcome.FOUND if records else Outcome.NODATA, records)
