"""Questions to the DNS, many at once, bounded in time and size, with failures told apart from absence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.inet import is_address

from shared.core.addresses import HostName, candidates, confirms, is_worth_asking

_EDNS_PAYLOAD: Final = 1232
_PORT: Final = 53
_LISTED: Final = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


class DnsMisconfigured(Exception):
    """The setting that lists the DNS servers cannot be used."""


@dataclass(frozen=True, slots=True)
class Server:
    """A resolver, by address."""

    host: str
    port: int = _PORT


def servers_of(setting: str) -> tuple[Server, ...]:
    """The servers of a ``host:port`` list; those of the system if it is empty.

    IPv6 addresses stand in brackets where a port follows.
    """
    listed = tuple(_server(part.strip()) for part in setting.split(",") if part.strip())
    return listed or _system_servers()


def _server(text: str) -> Server:
    match = _LISTED.fullmatch(text)
    host = text if match is None else match["six"] or match["four"]
    port = int(match["port"]) if match and match["port"] else _PORT
    if not is_address(host) or not 0 < port < 65_536:
        raise DnsMisconfigured(f"{text!r} is not the address of a DNS server (host or host:port)")
    return Server(host, port)


def _system_servers() -> tuple[Server, ...]:
    try:
        hosts = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException as error:
        raise DnsMisconfigured(f"the system names no DNS server: {error}") from None
    return tuple(Server(host) for host in hosts if isinstance(host, str))


class Status(Enum):
    FOUND = auto()
    NONE = auto()
    """The DNS says there is nothing: the name or the type does not exist."""
    FAILED = auto()
    """No usable answer: timeout, SERVFAIL, REFUSED, lame delegation. Says nothing about the name."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: Status
    texts: tuple[str, ...] = ()


_NONE: Final = Answer(Status.NONE)
_FAILED: Final = Answer(Status.FAILED)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Asks ``servers`` in turn until one answers, ``attempts`` times, ``timeout`` seconds each.

    ``patience`` is the most seconds that all questions about one address may take together.
    Every attempt has a new socket, hence a new port, and a new id. What does not answer the question
    that was put (foreign id, foreign name, garbage) is passed over, and the wait goes on.
    """

    servers: tuple[Server, ...]
    timeout: float = 2.0
    attempts: int = 3
    patience: float = 10.0

    async def ask(self, name: str, type_: str) -> Answer:
        """``name`` is a valid, ASCII domain name; ``type_`` such as ``PTR``."""
        for attempt in range(self.attempts):
            server = self.servers[attempt % len(self.servers)]
            query = dns.message.make_query(name, type_, use_edns=0, payload=_EDNS_PAYLOAD)
            try:
                answer = _read(await self._exchange(query, server))
            except (dns.exception.DNSException, OSError, EOFError):
                continue
            if answer.status is not Status.FAILED:
                return answer
        return _FAILED

    async def _exchange(self, query: dns.message.Message, server: Server) -> dns.message.Message:
        try:
            return await dns.asyncquery.udp(
                query,
                server.host,
                timeout=self.timeout,
                port=server.port,
                ignore_unexpected=True,
                ignore_errors=True,
                raise_on_truncation=True,
            )
        except dns.message.Truncated:
            return await dns.asyncquery.tcp(query, server.host, timeout=self.timeout, port=server.port)


def _read(response: dns.message.Message) -> Answer:
    usable = response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    if not usable or not isinstance(response, dns.message.QueryMessage):
        return _FAILED
    answer = response.resolve_chaining().answer
    if answer is not None:
        return Answer(Status.FOUND, tuple(record.to_text() for record in answer))
    return _FAILED if response.rcode() == dns.rcode.NOERROR and _is_referral(response) else _NONE


def _is_referral(response: dns.message.Message) -> bool:
    """A server that points elsewhere instead of answering (RFC 2308 section 2.2.1): lame for us."""
    types = {rrset.rdtype for rrset in response.authority}
    return dns.rdatatype.NS in types and dns.rdatatype.SOA not in types


async def host_names(
    addresses: Iterable[str],
    resolver: Resolver,
    *,
    now: int,
    deadline: float,
    concurrency: int = 50,
) -> dict[str, HostName]:
    """The host names of addresses, looked up and confirmed, ``concurrency`` addresses at a time.

    Addresses that are not worth asking about are absent from the result, and so are those that the
    ``deadline`` (seconds from now) came too early for. ``now`` is the epoch second to note as checked.
    """
    found: dict[str, HostName] = {}
    waiting = iter(dict.fromkeys(address for address in addresses if is_worth_asking(address)))

    async def work() -> None:
        for address in waiting:
            found[address] = await _host_name(address, resolver, now)

    try:
        async with asyncio.timeout(deadline), asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work())
    except TimeoutError:
        pass
    return found


def find_host_names(
    addresses: Iterable[str],
    resolver: Resolver,
    *,
    now: int,
    deadline: float,
    concurrency: int = 50,
) -> dict[str, HostName]:
    """``host_names`` for callers that have no event loop."""
    return asyncio.run(host_names(addresses, resolver, now=now, deadline=deadline, concurrency=concurrency))


async def _host_name(address: str, resolver: Resolver, now: int) -> HostName:
    failed = HostName(None, False, now, failed=True)
    try:
        async with asyncio.timeout(resolver.patience):
            return await _look_up(address, resolver, now) or failed
    except TimeoutError:
        return failed


async def _look_up(address: str, resolver: Resolver, now: int) -> HostName | None:
    """``None`` if the DNS fails to say."""
    reverse = await resolver.ask(dns.reversename.from_address(address).to_text(), "PTR")
    if reverse.status is Status.FAILED:
        return None
    names, unsure = candidates(reverse.texts), False
    for name in names:
        forward = await resolver.ask(name, "AAAA" if ":" in address else "A")
        if confirms(address, forward.texts):
            return HostName(name, True, now)
        unsure = unsure or forward.status is Status.FAILED
    return None if unsure else HostName(next(iter(names), None), False, now)
