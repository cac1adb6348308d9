from __future__ import annotations

import time
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.questions import Type
from shared.mailauth.evaluate.spf_macros import (
    LONGEST_EXPLANATION,
    LONGEST_NAME,
    Delivery,
    Expansions,
    expand,
    expand_domain,
    never_matches,
    preferred_name,
    settled_domain,
    validated_names,
)
from shared.mailauth.records.macros import parse_macros
from tests.fakes.dns import FAILED, FakeDns, drive

HERE = Delivery(
    ip=IPv4Address("192.0.2.3"),
    sender="first-last@mail.sender.example",
    helo="mx.helo.example",
    receiver="in.receiver.example",
    now=1_700_000_000,
)
THERE = Delivery(ip=IPv6Address("2001:db8::cb01"), sender="postmaster@sender.example", helo="localhost")
REVERSE = ("3.2.0.192.in-addr.arpa", "PTR")


def expanded(text: str, delivery: Delivery = HERE) -> str:
    return expand(parse_macros(text, explains=True), delivery, "sender.example", "valid.example")


@pytest.mark.statement("9.12")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%{s}", "first-last@mail.sender.example"),
        ("%{l}", "first-last"),
        ("%{o}", "mail.sender.example"),
        ("%{d}", "sender.example"),
        ("%{i}", "192.0.2.3"),
        ("%{p}", "valid.example"),
        ("%{v}", "in-addr"),
        ("%{h}", "mx.helo.example"),
        ("%{c}", "192.0.2.3"),
        ("%{r}", "in.receiver.example"),
        ("%{t}", "1700000000"),
        ("%{o4}", "mail.sender.example"),
        ("%{o2}", "sender.example"),
        ("%{o1}", "example"),
        ("%{or}", "example.sender.mail"),
        ("%{o2r}", "sender.mail"),
        ("%{l-}", "first.last"),
        ("%{lr-}", "last.first"),
        ("%{l1r-}", "first"),
        ("%{l1-}", "last"),
        ("%{s2r-}", "last@mail.sender.example.first"),
        ("%{ir}.%{v}.%{d}", "3.2.0.192.in-addr.sender.example"),
        ("%{S}", "first-last%40mail.sender.example"),
        ("%%%_%-%{d}", "% %20sender.example"),
        ("see http://%{d}/?i=%{I} ok", "see http://sender.example/?i=192.0.2.3 ok"),
    ],
)
def test_what_macros_stand_for(text: str, expected: str) -> None:
    assert expanded(text) == expected


@pytest.mark.statement("9.12")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%{i}", "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1"),
        ("%{i4}", "c.b.0.1"),
        ("%{i4r}", "1.0.0.2"),
        ("%{v}", "ip6"),
        ("%{c}", "2001:db8::cb01"),
        ("%{C}", "2001%3Adb8%3A%3Acb01"),
        ("%{r}", "unknown"),
    ],
)
def test_what_they_stand_for_in_ipv6(text: str, expected: str) -> None:
    assert expanded(text, THERE) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("a b", "a%20b"),
        ("a.b-c_d~e", "a.b-c_d~e"),
        ("!#$&'*+/=?^`{|}", "%21%23%24%26%27%2A%2B%2F%3D%3F%5E%60%7B%7C%7D"),
        ("50%", "50%25"),
        ("jörg", "j%C3%B6rg"),
        ("\udcff", "%3F"),
    ],
)
def test_capital_letters_escape_what_urls_do_not_hold(local: str, expected: str) -> None:
    delivery = Delivery(ip=HERE.ip, sender=f"{local}@sender.example", helo="")
    assert expanded("%{L}", delivery) == expected


def test_names_are_in_small_letters_without_a_final_dot() -> None:
    assert expand_domain(parse_macros("X.%{D}."), HERE, "Sender.EXAMPLE") == "x.sender.example"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("abc.", "abc."),
        ("abcd.", ""),
        ("a.b.", "a.b."),
        ("xyz.abc.", "abc."),
        ("y" * 300 + ".", ""),
    ],
)
def test_names_are_cut_from_the_left(before: str, after: str) -> None:
    labels = ".".join(["l" * 49] * 5)
    assert len(f"abc.{labels}") == LONGEST_NAME
    assert expand_domain(parse_macros(f"{before}{labels}"), HERE, "sender.example") == f"{after}{labels}"


def test_a_label_that_is_too_long_stays_too_long() -> None:
    text = f"a.{'l' * 300}"
    assert len(expand_domain(parse_macros(text), HERE, "sender.example")) > LONGEST_NAME


def test_the_longest_names_take_no_time() -> None:
    delivery = Delivery(ip=THERE.ip, sender=f"{'a.' * 150}b@sender.example", helo="h")
    pieces = parse_macros("%{l}.%{i}." * 6_000 + "%{d}")
    start = time.perf_counter()
    name = expand_domain(pieces, delivery, "sender.example")
    assert time.perf_counter() - start < 2
    assert len(name) in (LONGEST_NAME - 1, LONGEST_NAME)


def test_a_term_that_is_the_same_in_every_mail() -> None:
    assert settled_domain("_spf.%{d2}", "a.sender.example") == "_spf.sender.example"


@pytest.mark.parametrize(
    ("value", "sender", "expected"),
    [
        ("%{l}.x.example", "jörg@sender.example", True),
        ("%{S}.x.example", "jörg@sender.example", True),
        ("%{o}.x.example", "jörg@sender.example", False),
        ("", "jörg@sender.example", False),
        ("%{l}.x.example", "joerg@sender.example", False),
    ],
)
def test_terms_with_a_local_part_that_is_not_ascii(value: str, sender: str, expected: bool) -> None:
    assert never_matches(value, Delivery(ip=HERE.ip, sender=sender, helo="h")) is expected


def test_validated_names_lead_back() -> None:
    dns = FakeDns(
        {
            REVERSE: ["A.example", "b.example", "c.example", "d.example", "", "a.example"],
            ("a.example", "A"): ["198.51.100.1", "192.0.2.3"],
            ("b.example", "A"): ["198.51.100.1"],
            ("c.example", "A"): FAILED,
            ("d.example", "A"): ["192.0.2.3"],
        }
    )
    assert drive(validated_names(HERE), dns) == ("a.example", "d.example")


def test_validated_names_in_ipv6() -> None:
    dns = FakeDns(
        {
            (f"1.0.b.c.{'0.' * 20}8.b.d.0.1.0.0.2.ip6.arpa", "PTR"): ["a.example"],
            ("a.example", "AAAA"): ["2001:db8:0::cb01"],
        }
    )
    assert THERE.address_type is Type.AAAA
    assert drive(validated_names(THERE), dns) == ("a.example",)


@pytest.mark.statement("9.6")
def test_ten_names_of_an_address_are_used() -> None:
    names = [f"n{number}.example" for number in range(40)]
    dns = FakeDns({REVERSE: names, **{(name, "A"): ["192.0.2.3"] for name in names}})
    assert drive(validated_names(HERE), dns) == tuple(names[:10])
    assert len(dns.asked) == 11


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), "unknown"),
        (("a.example",), "a.example"),
        (("a.example", "h.sender.example"), "h.sender.example"),
        (("a.example", "h.sender.example", "sender.example"), "sender.example"),
        (("badsender.example", "a.example"), "badsender.example"),
    ],
)
def test_which_name_is_preferred(names: tuple[str, ...], expected: str) -> None:
    assert preferred_name(names, "Sender.example") == expected


def test_the_reverse_dns_is_asked_once_and_only_if_need_be() -> None:
    expansions = Expansions(HERE)
    dns = FakeDns({REVERSE: FAILED})
    assert drive(expansions.target("", "sender.example"), dns) == "sender.example"
    assert drive(expansions.target("%{i}.%{d}", "sender.example"), dns) == "192.0.2.3.sender.example"
    assert dns.asked == []
    for _ in range(3):
        assert drive(expansions.target("%{p}.%{d}", "sender.example"), dns) == "unknown.sender.example"
    assert len(dns.asked) == 1


def test_explanations_are_short_and_ascii() -> None:
    expansions, dns = Expansions(HERE), FakeDns({})
    assert drive(expansions.explanation("No, %{l}", "sender.example"), dns) == "No, first-last"
    assert drive(expansions.explanation("100%", "sender.example"), dns) == ""
    assert len(drive(expansions.explanation("no " * 1_000, "sender.example"), dns)) == LONGEST_EXPLANATION
    foreign = Expansions(Delivery(ip=HERE.ip, sender="jörg@sender.example", helo="h"))
    assert drive(foreign.explanation("No, %{l}", "sender.example"), dns) == ""


@given(
    st.text(min_size=1),
    st.text(),
    st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)),
    st.integers(0, 300),
    st.booleans(),
    st.sets(st.sampled_from(".-+,/_=")),
)
def test_any_delivery_can_be_put_into_macros(
    local: str, helo: str, ip: IPv4Address | IPv6Address, keep: int, reverse: bool, delimiters: set[str]
) -> None:
    delivery = Delivery(ip=ip, sender=f"{local}@sender.example", helo=helo)
    tail = f"{keep or ''}{'r' * reverse}{''.join(sorted(delimiters))}"
    whole = expanded("%{s}|%{h}|%{i}", delivery)
    assert whole.startswith(f"{local}@sender.example|{helo}|")
    for letter in "slodiphvcrt":
        small, capital = (
            expanded(f"%{{{letter}{tail}}}", delivery),
            expanded(f"%{{{letter.upper()}{tail}}}", delivery),
        )
        assert len(small) <= len(capital)
        assert capital.isascii()
