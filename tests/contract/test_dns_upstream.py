"""What the resolver makes of servers that are silent, lame, lying, old or plainly honest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.dns_servers import Server
from shared.adapters.dns_upstream import Upstream
from shared.mailauth.evaluate.questions import (
    Answer,
    Outcome,
    Question,
    Type,
)
from tests.contract.dns_server import Script, Zone, truthful
from tests.contract.dns_world import SOA, ZONE, World, authoritative, made, saying, silent, truncating


@pytest.mark.parametrize(
    ("name", "type_", "records"),
    [
        ("example.com", Type.TXT, ("v=spf1 -all", "\xc3\xa4")),
        ("EXAMPLE.com", Type.A, ("192.0.2.1",)),
        ("example.com", Type.AAAA, ("2001:db8::1",)),
        ("example.com", Type.MX, ("20 b.example.com", "10 a.example.com")),
        ("null.example.com", Type.MX, ("0 ",)),
        ("example.com", Type.CAA, ('0 issue "ca.example; a=b"',)),
        ("example.com", Type.NS, ("ns1.example.net",)),
        ("example.com", Type.SOA, ("ns.example.com host.example.com 1 2 3 4 5",)),
        ("www.example.com", Type.CNAME, ("example.com",)),
        ("1.2.0.192.in-addr.arpa", Type.PTR, ("mx.example.com",)),
        ("a$b.example.com", Type.TXT, ("odd",)),
    ],
)
def test_records_come_in_the_form_that_evaluations_read(
    name: str, type_: Type, records: tuple[str, ...]
) -> None:
    found = World([truthful(ZONE)]).ask(name, type_)
    assert (found.outcome, found.ttl, found.aliases) == (Outcome.FOUND, 60, ())
    assert sorted(found.records) == sorted(records)


def test_an_alias_is_followed_within_the_answer() -> None:
    world = World([truthful(ZONE)])
    assert world.ask("www.example.com", Type.A) == Answer(Outcome.FOUND, ("192.0.2.1",), 60, ("example.com",))
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    ("script", "outcome", "ttl"),
    [
        (
            made(authority=["com. 900 SOA " + SOA], rcode=dns.rcode.NXDOMAIN),
            "NXDOMAIN",
            120,
        ),
        (made(authority=["com. 90 SOA " + SOA]), "NODATA", 90),
        (made(rcode=dns.rcode.NXDOMAIN), "NXDOMAIN", 0),
        (made(), "NODATA", 0),
        (made("example.com. 60 A 192.0.2.1"), "NODATA", 0),
        (made("example.org. 60 TXT foreign"), "NODATA", 0),
        (
            made(
                "example.com. 30 CNAME gone.example.net.",
                authority=["example.net. 900 SOA " + SOA],
                rcode=dns.rcode.NXDOMAIN,
            ),
            "NXDOMAIN",
            30,
        ),
        (
            made(
                "example.com. 30 CNAME there.example.net.",
                authority=["example.net. 20 SOA " + SOA],
            ),
            "NODATA",
            20,
        ),
    ],
)
def test_nothing_and_no_such_name_are_told_apart(script: Script, outcome: str, ttl: int) -> None:
    found = World([script]).ask("example.com")
    assert (found.outcome, found.ttl, found.records) == (Outcome[outcome], ttl, ())


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (saying(dns.rcode.SERVFAIL), "SERVFAIL"),
        (saying(dns.rcode.REFUSED), "REFUSED"),
        (saying(dns.rcode.NOTIMP), "NOTIMP"),
        (saying(dns.rcode.NOTAUTH), "RCODE 9"),
        (saying(dns.rcode.BADVERS), "RCODE 16"),
        (made(authority=["com. 60 NS ns.example.net."]), "lame"),
        (made(authority=[". 60 NS a.root-servers.net."]), "lame"),
        (silent, "timeout"),
        (truncating, "truncated, and not to be had over TCP"),
        (lambda query, tcp: [query.id.to_bytes(2) + b"\x81\x80\0\1\xff"], "malformed answer"),
        (lambda query, tcp: [b"\0"], "malformed answer"),
        (made("example.com. 60 TXT x", rcode=dns.rcode.NXDOMAIN), "malformed answer"),
        (made("example.com. 60 CNAME example.com."), "cname loop"),
        (made("example.com. 60 CNAME b.example.", "b.example. 60 CNAME example.com."), "cname loop"),
    ],
)
def test_a_failure_says_why_and_is_never_nothing(script: Script, reason: str) -> None:
    assert World([script]).ask("example.com") == Answer(Outcome.FAILED, reason=reason)


def test_tcp_that_is_refused_or_silent_is_a_failure() -> None:
    def no_tcp(query: dns.message.Message, tcp: bool) -> list[bytes]:
        return [] if tcp else truncating(query, tcp)

    assert World([no_tcp]).ask("example.com").reason == "truncated, and not to be had over TCP"


def test_nobody_listening_is_unreachable() -> None:
    upstream = Upstream((Server("127.0.0.1", 9),), timeout=0.2, attempts=1)
    assert asyncio.run(upstream.ask(Question("example.com", Type.A))).reason == "unreachable"


@pytest.mark.parametrize("name", ["a..b", "a" * 64 + ".example", ".".join(["a" * 60] * 5), "ä.com", "a\\"])
def test_a_name_that_cannot_be_is_not_asked(name: str) -> None:
    world = World([truthful(ZONE)])
    assert world.ask(name) == Answer(Outcome.FAILED, reason="bad name")
    assert world.asked == []


def test_a_long_answer_comes_over_tcp() -> None:
    texts = [f'"{n:03}{"x" * 200}"' for n in range(100)]
    world = World([truthful({("example.com.", "TXT"): texts})])
    assert len(world.ask("example.com").records) == 100
    assert [tcp for *_, tcp in world.logs[0].queries] == [False, True]


@pytest.mark.parametrize(
    ("zone", "type_"),
    [
        ({("example.com.", "TXT"): [" ".join([f'"{n:03}{"x" * 250}"' for n in range(200)])]}, Type.TXT),
        ({("example.com.", "MX"): [f"{n} mx{n}.example.com." for n in range(2_500)]}, Type.MX),
        ({("example.com.", "A"): [f"10.0.{n >> 8}.{n & 255}" for n in range(3_000)]}, Type.A),
    ],
)
def test_what_is_too_large_is_a_failure_and_costs_little(zone: Zone, type_: Type) -> None:
    world = World([truthful(zone)], timeout=2.0)
    assert world.ask("example.com", type_) == Answer(Outcome.FAILED, reason="too large")
    assert len(world.asked) == 2, "no other server would say anything smaller"


def test_wrong_ids_names_and_garbage_are_passed_over() -> None:
    def spoofed(query: dns.message.Message, tcp: bool) -> list[bytes]:
        lie = dns.message.make_response(query)
        lie.answer.append(dns.rrset.from_text("example.com.", 60, "IN", "TXT", "lie"))
        lie.id ^= 1
        other = dns.message.make_query("example.org.", "TXT", id=query.id)
        type_ = dns.message.make_query("example.com.", "A", id=query.id)
        return [
            lie.to_wire(),
            dns.message.make_response(other).to_wire(),
            dns.message.make_response(type_).to_wire(),
            query.to_wire(),
            b"\0",
            query.id.to_bytes(2) + b"\x81\x80\0\1\0\xff\0\0\0\0",
            made("example.com. 60 TXT truth")(query, tcp)[0],
        ]

    assert World([spoofed]).ask("example.com").records == ("truth",)


def test_no_response_code_is_believed_without_the_question_but_a_refusal() -> None:
    def bare(query: dns.message.Message, tcp: bool) -> list[bytes]:
        nxdomain = query.id.to_bytes(2) + b"\x81\x83" + bytes(8)
        return [nxdomain, query.id.to_bytes(2) + b"\x81\x85" + bytes(8)]

    assert World([bare]).ask("example.com").reason == "REFUSED"


@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.NOTIMP])
def test_a_server_without_edns_is_asked_without(rcode: dns.rcode.Rcode) -> None:
    def old(query: dns.message.Message, tcp: bool) -> list[bytes]:
        if query.edns >= 0:
            return [query.id.to_bytes(2) + bytes((0x81, 0x80 | rcode)) + bytes(8)]
        return truthful(ZONE)(query, tcp)

    world = World([old], attempts=1)
    first, second = Question("example.com", Type.A), Question("www.example.com", Type.A)

    async def work(upstream: Upstream) -> list[bool]:
        return [(await upstream.ask(question)).found for question in (first, second)]

    assert world.run(work) == [True, True]
    assert [name for name, _ in world.asked] == ["example.com.", "example.com.", "www.example.com."]


@pytest.mark.parametrize("broken", [silent, saying(dns.rcode.SERVFAIL), truncating])
def test_another_server_is_asked_when_one_fails(broken: Script) -> None:
    world = World([broken, truthful(ZONE)])
    assert world.ask("example.com", Type.A).found
    assert world.logs[1].queries == [("example.com.", "A", False)]


def test_a_silent_server_is_asked_last_from_then_on() -> None:
    world = World([silent, truthful(ZONE)])

    async def work(upstream: Upstream) -> None:
        for name in ("example.com", "www.example.com", "null.example.com"):
            await upstream.ask(Question(name, Type.A))

    world.run(work)
    assert len(world.logs[0].queries) == 1
    assert len(world.logs[1].queries) == 3


def test_a_chain_that_leaves_the_answer_is_asked_on() -> None:
    zone: Zone = {
        ("a.example.com.", "CNAME"): ["b.example.net."],
        ("b.example.net.", "CNAME"): ["c.example.org."],
        ("c.example.org.", "TXT"): ["there"],
    }
    world = World([authoritative(zone)])
    assert world.ask("a.example.com") == Answer(
        Outcome.FOUND, ("there",), 60, ("b.example.net", "c.example.org")
    )
    assert [name for name, _ in world.asked] == ["a.example.com.", "b.example.net.", "c.example.org."]


def test_a_chain_ends_in_the_failure_of_its_last_name() -> None:
    def half(query: dns.message.Message, tcp: bool) -> list[bytes]:
        alias = query.question[0].name.to_text() == "a.example.com."
        return (made("a.example.com. 60 CNAME b.example.") if alias else saying(dns.rcode.SERVFAIL))(
            query, tcp
        )

    assert World([half]).ask("a.example.com") == Answer(
        Outcome.FAILED, aliases=("b.example",), reason="SERVFAIL"
    )


@pytest.mark.parametrize("script", [authoritative, truthful])
def test_a_chain_has_eight_links_at_most(script: Callable[[Zone], Script]) -> None:
    zone: Zone = {(f"c{n}.example.", "CNAME"): [f"c{n + 1}.example."] for n in range(9)} | {
        ("c9.example.", "TXT"): ["end"]
    }
    world = World([script(zone)])
    assert len(world.ask("c1.example").aliases) == 8
    assert world.ask("c0.example").reason == "cname loop"


def test_a_loop_across_answers_ends() -> None:
    zone: Zone = {("a.example.", "CNAME"): ["b.example."], ("b.example.", "CNAME"): ["a.example."]}
    world = World([authoritative(zone)])
    assert world.ask("a.example").reason == "cname loop"
    assert len(world.asked) == 2


def test_a_dname_stands_for_the_aliases_below_it() -> None:
    script = made("example.com. 60 DNAME example.net.", "x.example.net. 60 TXT moved")
    assert World([script]).ask("x.example.com") == Answer(Outcome.FOUND, ("moved",), 60, ("x.example.net",))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_of_a_server_raise(body: bytes, has_question: bool) -> None:
    def fuzz(query: dns.message.Message, tcp: bool) -> list[bytes]:
        if not has_question:
            return [query.id.to_bytes(2) + body]
        question = query.question[0].name.to_wire() or b""
        return [
            query.id.to_bytes(2)
            + b"\x81\x80\0\1"
            + body[:6].ljust(6, b"\0")
            + question
            + b"\0\x10\0\1"
            + body[6:]
        ]

    world = World([fuzz], timeout=0.02, attempts=1)
    assert world.ask("example.com").outcome in Outcome
