"""Whatever domains publish, ``check_host`` ends, within what it may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.questions import Answer, Asked, Question, Type
from shared.mailauth.evaluate.spf_check import MOST_LOOKUPS, MOST_MX, MOST_VOID, SpfCheck, check, is_domain
from tests.fakes.dns import FAILED, FakeDns, drive

MOST_QUESTIONS = 1 + MOST_LOOKUPS * (1 + MOST_MX) + (1 + 10) + 1
"""The record; each term with its hosts; the reverse DNS and its names, once; the explanation."""

NAMES = ["a.example", "b.example", "c.example"]
HOSTS = [f"h{number}.example" for number in range(12)]
TERMS = [
    *("a", "mx", "ptr", "-all", "~all", "+all", "?a", "mx/24//64", "ip4:192.0.2.0/24", "ip6:2001:db8::/32"),
    *(
        "include:a.example",
        "include:b.example",
        "-include:c.example",
        "redirect=a.example",
        "redirect=b.example",
    ),
    *("a:h1.example", "exists:%{p}.example", "exists:%{ir}.%{v}.%{d}", "ptr:example", "include:%{l}.example"),
    *(
        "mx:b.example",
        "a:%{h}",
        "exp=why.example",
        "exp=%{p}.example",
        "note=x",
        "nonsense",
        "a/40",
        "a:x..example",
    ),
]
RECORDS = st.lists(st.sampled_from(TERMS), max_size=14).map(lambda terms: " ".join(["v=spf1", *terms]))
ANSWERS = st.one_of(
    st.lists(RECORDS, max_size=2),
    st.lists(st.text(max_size=40).map("v=spf1 {}".format), max_size=1),
    st.just(FAILED),
)
MACROS = st.text("%{}slodipvhcrt -_", max_size=20)
ADDRESSES = st.one_of(
    st.just(FAILED), st.lists(st.sampled_from(["192.0.2.10", "198.51.100.1", "nonsense"]), max_size=3)
)
ADDRESSES_6 = st.one_of(
    st.just(FAILED), st.lists(st.sampled_from(["2001:db8::10", "2001:db9::1"]), max_size=2)
)
Held = Sequence[str] | Answer


@st.composite
def worlds(draw: st.DrawFn) -> Mapping[tuple[str, str], Held]:
    zone: dict[tuple[str, str], Held] = {("why.example", "TXT"): [draw(MACROS)]}
    for name in NAMES:
        zone[name, "TXT"] = draw(ANSWERS)
        exchangers = draw(st.lists(st.sampled_from([*HOSTS, ""]), max_size=12))
        zone[name, "MX"] = FAILED if draw(st.booleans()) else [f"10 {host}" for host in exchangers]
    for name in [*NAMES, *HOSTS[:3]]:
        zone[name, "A"], zone[name, "AAAA"] = draw(ADDRESSES), draw(ADDRESSES_6)
    zone["10.2.0.192.in-addr.arpa", "PTR"] = draw(st.lists(st.sampled_from([*NAMES, *HOSTS]), max_size=15))
    return zone


def checked(
    dns: FakeDns, ip: str = "192.0.2.10", mail_from: str = "b@a.example", helo: str = "h2.example"
) -> SpfCheck:
    return drive(check(ip, mail_from, helo), dns)


def is_askable(asked: Asked) -> bool:
    return isinstance(asked, Question) and is_domain(asked.name, 1) and asked.name == asked.name.lower()


@pytest.mark.statement("9.4", "9.7", "9.13")
@given(worlds(), st.sampled_from(["192.0.2.10", "2001:db8::10", "203.0.113.9"]))
def test_every_world_has_a_result(world: Mapping[tuple[str, str], Held], ip: str) -> None:
    dns = FakeDns(world)
    found = checked(dns, ip)
    assert len(dns.asked) <= MOST_QUESTIONS
    assert all(is_askable(asked) for asked in dns.asked)
    assert found.lookups <= MOST_LOOKUPS + (found.result == "permerror")
    assert found.void_lookups <= MOST_VOID + (found.result == "permerror")
    assert bool(found.mechanism) <= (found.result in ("pass", "fail", "softfail", "neutral"))
    assert not found.explanation or found.result == "fail"
    assert checked(FakeDns(world), ip) == found


@given(st.text(), st.text(max_size=80), st.text(max_size=300), st.text(max_size=300))
def test_no_text_of_strangers_raises(record: str, why: str, mail_from: str, helo: str) -> None:
    zone = {
        ("a.example", "TXT"): [f"v=spf1 {record}"],
        ("b.example", "TXT"): [
            "v=spf1 a:%{s}.example mx:%{h}.example exists:%{L1r-}.%{H}.example -all exp=why.example"
        ],
        ("why.example", "TXT"): [why],
    }
    for sender in (f"{mail_from}@a.example", f"{mail_from}@b.example", mail_from):
        dns = FakeDns(zone)
        found = checked(dns, mail_from=sender, helo=helo)
        assert all(is_askable(asked) for asked in dns.asked)
        assert len(found.explanation) <= 500


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_any_address_is_inside_the_network_of_its_own(ip: IPv4Address | IPv6Address) -> None:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    plain = mapped or ip
    record = f"v=spf1 ip{plain.version}:{plain} -all"
    assert checked(FakeDns({("a.example", "TXT"): [record]}), str(ip)).result == "pass"


@pytest.mark.statement("9.4")
def test_the_worst_that_one_record_can_ask() -> None:
    """Ten mx with ten hosts each, the names of the address, and an explanation."""
    terms = " ".join(f"mx:%{{p}}.m{number}.example" for number in range(MOST_LOOKUPS))
    pointers = [f"p{number}.example" for number in range(20)]
    zone: dict[tuple[str, str], Held] = {
        ("a.example", "TXT"): [f"v=spf1 {terms} -all exp=why.example"],
        ("why.example", "TXT"): ["Go away"],
        ("10.2.0.192.in-addr.arpa", "PTR"): pointers,
        ("p0.example", "A"): ["192.0.2.10"],
    }
    for number in range(MOST_LOOKUPS):
        hosts = [f"h{host}.m{number}.example" for host in range(MOST_MX)]
        zone[f"p0.example.m{number}.example", "MX"] = [f"10 {host}" for host in hosts]
    dns = FakeDns(zone)
    found = checked(dns)
    assert (found.result, found.lookups, found.void_lookups) == ("fail", 10, 0)
    assert found.explanation == "Go away"
    assert len(dns.asked) == MOST_QUESTIONS


@pytest.mark.parametrize("way", ["include:", "redirect="])
@pytest.mark.statement("9.13")
def test_domains_without_end(way: str) -> None:
    """Each record leads to a name that was not there before: only the limit ends this."""

    class Endless(FakeDns):
        def reply(self, asked: Asked) -> Answer:
            assert isinstance(asked, Question)
            assert asked.type is Type.TXT
            return super()._answer(Question("any.example", Type.TXT))

    dns = Endless({("any.example", "TXT"): [f"v=spf1 {way}x.%{{d}}"]})
    assert checked(dns).result == "permerror"
    assert len(dns.asked) == 1 + MOST_LOOKUPS
