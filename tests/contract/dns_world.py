"""DNS servers by their scripts, and what the resolver makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final, TypeVar

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from shared.adapters.dns_servers import Server
from shared.adapters.dns_upstream import Upstream
from shared.adapters.resolver import Fetcher, ResolvedLookups, Resolver
from shared.adapters.resolver_cache import Cache
from shared.mailauth.evaluate.questions import (
    Answer,
    Asking,
    Question,
    Type,
)
from tests.contract.dns_server import Log, Script, Zone, answer, serving

T = TypeVar("T")

SOA: Final = "ns.example.com. host.example.com. 1 2 3 4 120"
ZONE: Final[Zone] = {
    ("example.com.", "TXT"): ['"v=spf1 " "-all"', '"\\195\\164"'],
    ("example.com.", "MX"): ["20 B.example.com.", "10 a.example.com."],
    ("null.example.com.", "MX"): ["0 ."],
    ("example.com.", "A"): ["192.0.2.1"],
    ("example.com.", "AAAA"): ["2001:db8::1"],
    ("example.com.", "CAA"): ['0 issue "ca.example; a=b"'],
    ("example.com.", "NS"): ["NS1.example.net."],
    ("example.com.", "SOA"): ["ns.example.com. host.example.com. 1 2 3 4 5"],
    ("www.example.com.", "CNAME"): ["example.com."],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["mx.example.com."],
    (r"a\$b.example.com.", "TXT"): ['"odd"'],
}


@dataclass
class World:
    """Servers by script; what was asked of them is in ``logs`` after ``run``."""

    scripts: Sequence[Script]
    delay: float = 0
    timeout: float = 0.2
    attempts: int = 2
    fetcher: Fetcher | None = None
    cache: Cache | None = None
    most_open: int = 200
    logs: list[Log] = field(default_factory=list)

    def run(self, work: Callable[[Upstream], Awaitable[T]]) -> T:
        async def run() -> T:
            async with AsyncExitStack() as stack:
                self.logs = [
                    await stack.enter_async_context(serving(script, delay=self.delay))
                    for script in self.scripts
                ]
                servers = tuple(Server("127.0.0.1", log.port) for log in self.logs)
                return await work(Upstream(servers, timeout=self.timeout, attempts=self.attempts))

        return asyncio.run(run())

    def ask(self, name: str, type_: Type = Type.TXT) -> Answer:
        return self.run(lambda upstream: upstream.ask(Question(name, type_)))

    def resolve(self, *questions: Question) -> list[Answer]:
        """All at once."""

        async def work(upstream: Upstream) -> list[Answer]:
            resolver = Resolver(upstream, self.cache or Cache(), most_open=self.most_open)
            return await asyncio.gather(*map(resolver.ask, questions))

        return self.run(work)

    def drive(self, *askings: Asking[T], within: float = 5.0) -> list[T]:
        async def work(upstream: Upstream) -> list[T]:
            lookups = ResolvedLookups(upstream, self.fetcher, cache=self.cache)
            return await asyncio.to_thread(lookups.run_all, askings, within=within)

        return self.run(work)

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(name, type_) for log in self.logs for name, type_, _ in log.queries]


def saying(rcode: dns.rcode.Rcode) -> Script:
    def script(query: dns.message.Message, tcp: bool) -> list[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        return [response.to_wire()]

    return script


def silent(query: dns.message.Message, tcp: bool) -> list[bytes]:
    return []


def truncating(query: dns.message.Message, tcp: bool) -> list[bytes]:
    """Never says anything whole."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return [response.to_wire()]


def made(*answers: str, authority: Sequence[str] = (), rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> Script:
    """The same records whatever is asked; each as ``name ttl type data``."""

    def script(query: dns.message.Message, tcp: bool) -> list[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        for section, lines in ((response.answer, answers), (response.authority, authority)):
            for line in lines:
                name, ttl, type_, data = line.split(" ", 3)
                section.append(dns.rrset.from_text(name, int(ttl), "IN", type_, data))
        return [response.to_wire(max_size=65_535)]

    return script


def authoritative(zone: Zone) -> Script:
    """Gives one CNAME at a time and follows none."""

    def script(query: dns.message.Message, tcp: bool) -> list[bytes]:
        name = query.question[0].name.to_text()
        if target := zone.get((name, "CNAME")):
            return made(f"{name} 60 CNAME {target[0]}")(query, tcp)
        return [answer(query, zone).to_wire()]

    return script
