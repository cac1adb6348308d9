from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from shared.adapters.dns_servers import Server
from shared.adapters.dns_upstream import Upstream
from shared.adapters.host_names import host_names
from shared.adapters.resolver import Resolver
from shared.adapters.resolver_cache import Cache
from shared.core.addresses import HostName
from tests.contract.dns_server import Log, Script, Zone, answer, serving, truthful

NOW = 1_760_000_000
ADDRESS = "8.8.8.8"
REVERSE = "8.8.8.8.in-addr.arpa."
ZONE: Zone = {
    (REVERSE, "PTR"): ["Mx1.Example.NET."],
    ("mx1.example.net.", "A"): ["9.9.9.9", ADDRESS],
    ("9.9.9.9.in-addr.arpa.", "PTR"): ["liar.example.org."],
    ("liar.example.org.", "A"): ["1.1.1.1"],
    ("1.1.1.1.in-addr.arpa.", "TXT"): ['"no PTR here"'],
    ("1.0.0.1.in-addr.arpa.", "CNAME"): ["1.0/25.0.0.1.in-addr.arpa."],
    ("1.0/25.0.0.1.in-addr.arpa.", "PTR"): ["delegated.example.net."],
    ("delegated.example.net.", "CNAME"): ["real.example.net."],
    ("real.example.net.", "A"): ["1.0.0.1"],
    (ip_address("2a00:1450:4864:20::536").reverse_pointer + ".", "PTR"): ["six.example.net."],
    ("six.example.net.", "AAAA"): ["2a00:1450:4864:20::536"],
}
CONFIRMED = HostName("mx1.example.net", True, NOW)
NAMELESS = HostName(None, False, NOW)
FAILED = HostName(None, False, NOW, failed=True)


def ask(
    *scripts: Script,
    addresses: Sequence[str] = (ADDRESS,),
    timeout: float = 0.15,
    attempts: int = 2,
    deadline: float = 5.0,
    patience: float = 10.0,
    delay: float = 0,
    concurrency: int = 50,
) -> tuple[dict[str, HostName], list[Log]]:
    async def run() -> tuple[dict[str, HostName], list[Log]]:
        async with AsyncExitStack() as stack:
            logs = [await stack.enter_async_context(serving(script, delay=delay)) for script in scripts]
            servers = tuple(Server("127.0.0.1", log.port) for log in logs)
            resolver = Resolver(Upstream(servers, timeout=timeout, attempts=attempts), Cache())
            found = await host_names(
                addresses, resolver, now=NOW, deadline=deadline, concurrency=concurrency, patience=patience
            )
            return found, logs

    return asyncio.run(run())


def refusing(rcode: dns.rcode.Rcode) -> Script:
    def script(query: dns.message.Message, tcp: bool) -> list[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        return [response.to_wire()]

    return script


def silent(query: dns.message.Message, tcp: bool) -> list[bytes]:
    return []


def lame(query: dns.message.Message, tcp: bool) -> list[bytes]:
    response = dns.message.make_response(query)
    response.authority.append(dns.rrset.from_text(".", 60, "IN", "NS", "a.root-servers.net."))
    return [response.to_wire()]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (ADDRESS, CONFIRMED),
        ("9.9.9.9", HostName("liar.example.org", False, NOW)),
        ("1.1.1.1", NAMELESS),
        ("8.8.4.4", NAMELESS),
        ("1.0.0.1", HostName("delegated.example.net", True, NOW)),
        ("2a00:1450:4864:20::536", HostName("six.example.net", True, NOW)),
    ],
)
def test_names_are_looked_up_and_confirmed(address: str, host: HostName) -> None:
    found, _ = ask(truthful(ZONE), addresses=[address])
    assert found == {address: host}


def test_many_are_asked_at_once_within_the_bound() -> None:
    addresses = [f"8.8.{n // 250}.{n % 250 + 1}" for n in range(200)]
    zone: Zone = {
        **{
            (".".join(reversed(a.split("."))) + ".in-addr.arpa.", "PTR"): [f"h-{a}.example.net."]
            for a in addresses
        },
        **{(f"h-{a}.example.net.", "A"): [a] for a in addresses},
    }
    found, (log,) = ask(truthful(zone), addresses=addresses, delay=0.01, timeout=2.0, concurrency=20)
    assert found == {a: HostName(f"h-{a}.example.net", True, NOW) for a in addresses}
    assert 10 < log.most_at_once <= 20
    assert len(log.queries) == 400


def test_an_address_is_asked_about_once_and_private_ones_never() -> None:
    found, (log,) = ask(
        truthful(ZONE), addresses=[ADDRESS, ADDRESS, "10.0.0.1", "127.0.0.1", "::1", "not an address"]
    )
    assert list(found) == [ADDRESS]
    assert log.queries == [(REVERSE, "PTR", False), ("mx1.example.net.", "A", False)]


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_server_that_fails_says_nothing(rcode: dns.rcode.Rcode) -> None:
    found, (log,) = ask(refusing(rcode), attempts=3)
    assert found == {ADDRESS: FAILED}
    assert len(log.queries) == 3


@pytest.mark.parametrize("script", [silent, lame])
def test_silence_and_lameness_are_failures(script: Script) -> None:
    assert ask(script)[0] == {ADDRESS: FAILED}


def test_nothing_listening_is_a_failure() -> None:
    async def run() -> dict[str, HostName]:
        resolver = Resolver(Upstream((Server("127.0.0.1", 9),), timeout=0.1, attempts=1), Cache())
        return await host_names([ADDRESS], resolver, now=NOW, deadline=2)

    assert asyncio.run(run()) == {ADDRESS: FAILED}


@pytest.mark.parametrize("broken", [silent, lame, refusing(dns.rcode.SERVFAIL)])
def test_the_next_server_is_asked_when_one_fails(broken: Script) -> None:
    found, (first, second) = ask(broken, truthful(ZONE))
    assert found == {ADDRESS: CONFIRMED}
    assert first.queries
    assert len(second.queries) == 2


def test_a_lost_packet_is_asked_for_again_under_another_id() -> None:
    seen: list[int] = []

    def lossy(query: dns.message.Message, tcp: bool) -> list[bytes]:
        seen.append(query.id)
        return [] if len(seen) % 2 else truthful(ZONE)(query, tcp)

    found, (log,) = ask(lossy)
    assert found == {ADDRESS: CONFIRMED}
    assert len(set(log.ids)) > 1


def test_a_name_that_cannot_be_confirmed_now_is_a_failure() -> None:
    def half(query: dns.message.Message, tcp: bool) -> list[bytes]:
        reverse = query.question[0].name.to_text() == REVERSE
        return (truthful(ZONE) if reverse else refusing(dns.rcode.SERVFAIL))(query, tcp)

    assert ask(half)[0] == {ADDRESS: FAILED}


def test_spoofed_answers_are_passed_over() -> None:
    false: Zone = {
        (REVERSE, "PTR"): ["mail.victim.example."],
        ("mail.victim.example.", "A"): [ADDRESS],
        ("mx1.example.net.", "A"): ["6.6.6.6"],
    }

    def spoofed(query: dns.message.Message, tcp: bool) -> list[bytes]:
        foreign_id = answer(query, false)
        foreign_id.id = query.id ^ 1
        other = dns.message.make_query("other.example.", "PTR", id=query.id)
        foreign_name = dns.message.make_response(other)
        garbage = query.id.to_bytes(2) + b"\x81\x80\x00\x01\xff\xff"
        return [foreign_id.to_wire(), foreign_name.to_wire(), garbage, answer(query, ZONE).to_wire()]

    assert ask(spoofed)[0] == {ADDRESS: CONFIRMED}


def test_a_truncated_answer_is_fetched_over_tcp() -> None:
    names = [f"h{n:03}.example.net." for n in range(100)]
    found, (log,) = ask(truthful({(REVERSE, "PTR"): names, ("h004.example.net.", "A"): [ADDRESS]}))
    assert found == {ADDRESS: HostName("h004.example.net", True, NOW)}
    assert log.queries[:2] == [(REVERSE, "PTR", False), (REVERSE, "PTR", True)]


def test_tcp_that_breaks_off_is_a_failure() -> None:
    def cut(query: dns.message.Message, tcp: bool) -> list[bytes]:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.TC
        return [] if tcp else [response.to_wire()]

    assert ask(cut)[0] == {ADDRESS: FAILED}


def test_thousands_of_names_cost_ten_questions() -> None:
    names = [f"n{n:04}.example.net." for n in range(2_500)]
    found, (log,) = ask(truthful({(REVERSE, "PTR"): names}), timeout=2.0)
    assert found == {ADDRESS: HostName("n0000.example.net", False, NOW)}
    assert [query for query in log.queries if query[1] == "A"] == [
        (f"n{n:04}.example.net.", "A", False) for n in range(10)
    ]


def test_one_hostile_address_cannot_hold_the_others_up() -> None:
    names = [f"n{n}.example.net." for n in range(10)]

    def tarpit(query: dns.message.Message, tcp: bool) -> list[bytes]:
        reverse = query.question[0].name.to_text() == REVERSE
        return truthful({(REVERSE, "PTR"): names})(query, tcp) if reverse else []

    started = time.monotonic()
    assert ask(tarpit, timeout=0.5, attempts=3, patience=0.3)[0] == {ADDRESS: FAILED}
    assert time.monotonic() - started < 10


def test_names_that_are_none_never_come_through() -> None:
    hostile = [
        r"evil\000.example.net.",
        r"\027[2J.example.net.",
        r"<img\032src=x>.example.net.",
        r"a\.b.example.net.",
        "localhost.",
        ".",
    ]
    found, (log,) = ask(truthful({(REVERSE, "PTR"): hostile}))
    assert found == {ADDRESS: NAMELESS}
    assert len(log.queries) == 1


def test_a_chain_of_aliases_has_an_end() -> None:
    zone: Zone = {(REVERSE, "CNAME"): ["c0.example.net."]} | {
        (f"c{n}.example.net.", "CNAME"): [f"c{n + 1}.example.net."] for n in range(30)
    }
    assert ask(truthful(zone))[0] == {ADDRESS: FAILED}


def test_what_the_deadline_cuts_off_is_absent() -> None:
    def slow(query: dns.message.Message, tcp: bool) -> list[bytes]:
        return [] if query.question[0].name.to_text() == REVERSE else truthful(ZONE)(query, tcp)

    started = time.monotonic()
    found, _ = ask(slow, addresses=[ADDRESS, "9.9.9.9"], timeout=5.0, deadline=0.3)
    assert time.monotonic() - started < 10
    assert found == {"9.9.9.9": HostName("liar.example.org", False, NOW)}
