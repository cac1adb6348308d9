"""The DNS server of the local stack: authoritative, on a loopback port, over UDP and TCP."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import struct
from typing import Final, cast

import boto3
from botocore.config import Config

from infra.local import layout
from infra.local.dns_answer import answer_packet
from infra.local.dns_sources import Route53HostedZones, ZoneSources
from infra.local.ports import HOST

IDLE_SECONDS: Final = 10.0
"""How long a TCP connection may say nothing."""
REFRESH_SECONDS: Final = 0.5
"""How long a question waits for zones to be read again; afterwards the old ones answer."""


class Server:
    """Answers packets out of zones that are at most about a second old."""

    def __init__(self, sources: ZoneSources) -> None:
        self._sources = sources
        self._refreshing: asyncio.Task[object] | None = None

    async def answer(self, packet: bytes, *, tcp: bool) -> bytes | None:
        if not self._sources.is_fresh():
            await self._refresh()
        return answer_packet(self._sources.zones, packet, tcp=tcp)

    async def _refresh(self) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(asyncio.to_thread(self._sources.refresh))
        await asyncio.wait({self._refreshing}, timeout=REFRESH_SECONDS)

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One TCP connection: any number of messages, each behind its length (RFC 7766)."""
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    packet = await reader.readexactly(length)
                response = await self.answer(packet, tcp=True)
                if response is None:
                    return
                writer.write(struct.pack("!H", len(response)) + response)
                await writer.drain()
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            return
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


class Datagrams(asyncio.DatagramProtocol):
    """Hands UDP packets to the server, each in a task of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python 3.11's own datagram transport is none by its class.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.create_task(self._answer(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        response = await self._server.answer(data, tcp=False)
        if response is not None:
            self._transport.sendto(response, addr)


async def serve(sources: ZoneSources, port: int) -> None:
    """Listen until cancelled."""
    server = Server(sources)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: Datagrams(server), local_addr=(HOST, port))
    async with await asyncio.start_server(server.connection, HOST, port) as listener:
        await listener.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--route53", metavar="URL", help="endpoint whose Route 53 is served too")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    hosted = None
    if arguments.route53:
        quick = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
        hosted = Route53HostedZones(boto3.client("route53", endpoint_url=arguments.route53, config=quick))
    folders = [layout.SHIPPED_ZONES, layout.USER_ZONES]
    asyncio.run(serve(ZoneSources(folders, hosted), arguments.port))


if __name__ == "__main__":
    main()
