from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, ip_network

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.mailauth.evaluate.address_sets import AddressSet
from shared.mailauth.evaluate.questions import Answer, Outcome
from shared.mailauth.evaluate.spf_check import MOST_LOOKUPS
from shared.mailauth.evaluate.spf_coverage import (
    default_result,
    flattened,
    networks_of,
    passing,
    repeated,
)
from tests.fakes.dns import FAILED
from tests.unit.mailauth.evaluate.spf_world import DOMAIN, Zone, checked, grown, published

WORLD = IPv4Network("198.51.100.0/26")
"""Where the networks of made-up records lie, with free addresses around it."""
LOWEST, HIGHEST = int(WORLD.network_address), int(WORLD.broadcast_address)
INCLUDED = ("a.example.net", "b.example.net")


def ip4(place: int, length: int) -> str:
    return f"ip4:{IPv4Network((LOWEST + place, 32 - length), strict=False)}"


QUALIFIER = st.sampled_from(["", "", "+", "-", "~", "?"])
PLAIN = st.builds(ip4, st.integers(0, 63), st.integers(0, 4))
HOST = st.sampled_from(["a:h0.example.org", "a:h1.example.org/30", "mx:h2.example.org/29"])
INCLUDE = st.sampled_from([f"include:{name}" for name in INCLUDED])
END = st.sampled_from(["", "-all", "~all", "?all", "+all", "redirect=c.example.net"])


def records(terms: st.SearchStrategy[str], end: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    signed = st.tuples(QUALIFIER, terms).map("".join)
    listed = st.lists(signed, max_size=most)
    return st.tuples(listed, end).map(lambda both: " ".join(["v=spf1", *both[0], both[1]]).strip())


LEAF = records(PLAIN | HOST, st.sampled_from(["", "-all", "~all", "+all"]), 3)
ZONES = st.builds(
    lambda top, first, second, last: published(
        top,
        {INCLUDED[0]: first, INCLUDED[1]: second, "c.example.net": last},
        {
            ("h0.example.org", "A"): ["198.51.100.5"],
            ("h0.example.org", "AAAA"): ["2001:db8::5"],
            ("h1.example.org", "AAAA"): ["2001:db8::4"],
            ("h1.example.org", "A"): ["198.51.100.17", "198.51.100.18", "198.51.100.40"],
            ("h2.example.org", "MX"): ["10 h0.example.org", "10 h1.example.org"],
        },
    ),
    records(PLAIN | HOST | INCLUDE, END, 3),
    LEAF,
    records(PLAIN | st.just(f"include:{INCLUDED[0]}"), st.sampled_from(["", "-all"]), 2),
    LEAF,
)


def borders(zone: Zone) -> list[str]:
    """Both ends of every network of the tree, and their neighbours outside."""
    edges = {LOWEST - 1, HIGHEST + 1}
    for found in networks_of(grown(zone)):
        network = ip_network(found.network)
        if network.version == 4:
            first, last = int(network.network_address), int(network.broadcast_address)
            edges |= {first - 1, first, last, last + 1}
    return [str(IPv4Address(edge)) for edge in sorted(edges)]


@given(ZONES)
@settings(max_examples=60)
def test_what_passes_is_what_the_check_lets_pass_address_by_address(zone: Zone) -> None:
    tree = grown(zone)
    assume(tree.lookups <= MOST_LOOKUPS)
    counted = passing(tree) & AddressSet.of([WORLD])
    passed = [each for each in WORLD if checked(zone, str(each)).result == "pass"]
    assert [each for network in counted.networks() for each in network] == passed
    assert counted.count4 == len(passed)


@given(ZONES)
@settings(max_examples=80)
@pytest.mark.statement("9.17")
def test_the_flattened_record_gives_the_same_results(zone: Zone) -> None:
    tree = grown(zone)
    assume(tree.lookups <= MOST_LOOKUPS)
    flat = flattened(tree)
    assert flat is not None
    alone = published(flat.record)
    for ip in [*borders(zone), "2001:db8::4", "2001:db8::5", "2001:db8::6"]:
        assert checked(alone, ip).result == checked(zone, ip).result, (flat.record, ip)
    assert flat.lookups == grown(alone).lookups == 0


def test_networks_with_the_result_of_mail_from_there() -> None:
    zone = published(
        "v=spf1 -ip4:192.0.2.1 ~include:a.example.net ip6:2001:db8::/32 redirect=c.example.net",
        {
            "a.example.net": "v=spf1 ip4:192.0.2.8/29 -ip4:192.0.2.64/26 include:b.example.net",
            "b.example.net": "v=spf1 ip4:192.0.2.16/28 ?all",
            "c.example.net": "v=spf1 ?ip4:192.0.2.3 -all",
        },
    )
    assert [(each.network, each.result, each.domain, each.term) for each in networks_of(grown(zone))] == [
        ("192.0.2.1/32", "fail", DOMAIN, "-ip4:192.0.2.1"),
        ("192.0.2.8/29", "softfail", "a.example.net", "ip4:192.0.2.8/29"),
        ("192.0.2.16/28", "softfail", "b.example.net", "ip4:192.0.2.16/28"),
        ("2001:db8::/32", "pass", DOMAIN, "ip6:2001:db8::/32"),
        ("192.0.2.3/32", "neutral", "c.example.net", "?ip4:192.0.2.3"),
    ]


@pytest.mark.statement("9.17")
def test_the_first_term_that_matches_decides() -> None:
    """An address that fails before it would pass is no address that passes."""
    addresses = passing(grown(published("v=spf1 -ip4:192.0.2.0/28 ip4:192.0.2.0/24 ip4:192.0.2.128/25 -all")))
    assert addresses.count4 == 256 - 16
    flat = flattened(grown(published("v=spf1 -ip4:192.0.2.0/28 ip4:192.0.2.0/24 -all")))
    assert flat is not None
    assert flat.record == "v=spf1 -ip4:192.0.2.0/28 ip4:192.0.2.0/24 -all"


@pytest.mark.statement("9.8")
def test_the_end_of_an_included_record_does_not_end_the_other() -> None:
    zone = published("v=spf1 include:a.example.net ip4:192.0.2.1 ~all", {"a.example.net": "v=spf1 -all"})
    assert (passing(grown(zone)).count4, default_result(grown(zone))) == (1, "softfail")


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1", "neutral"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 +all", "pass"),
        ("v=spf1 redirect=good.example.net", "fail"),
        ("v=spf1 ~all redirect=good.example.net", "softfail"),
        ("v=spf1 redirect=more.example.net", "fail"),
        ("v=spf1 redirect=gone.example.net", None),
        ("v=spf1 redirect=%{i}.example.net", None),
        ("v=spf1 redirect=silent.example.net", None),
    ],
)
def test_what_becomes_of_all_other_mail(record: str, result: str | None) -> None:
    others = {"good.example.net": "v=spf1 -all", "more.example.net": "v=spf1 mx redirect=good.example.net"}
    assert default_result(grown(published(record, others, {("silent.example.net", "TXT"): FAILED}))) == result


def test_networks_that_pass_twice_in_the_order_of_their_addresses() -> None:
    record = "v=spf1 ip6:2001:db8::1 ip4:203.0.113.9 ip4:192.0.2.1 ip6:2001:db8:0::1 -ip4:10.0.0.1"
    zone = published(
        f"{record} -ip4:10.0.0.1 ip4:192.0.2.0/24 include:a.example.net",
        {"a.example.net": "v=spf1 ip4:203.0.113.9/32 ip4:192.0.2.1 -ip4:192.0.2.0/24"},
    )
    found = repeated(list(networks_of(grown(zone))))
    assert found == ("192.0.2.1/32", "203.0.113.9/32", "2001:db8::1/128")


@pytest.mark.statement("9.17")
def test_dynamic_terms_stay_and_what_is_known_around_them_is_flattened() -> None:
    zone = published(
        "v=spf1 a include:a.example.net exists:%{i}.l.%{d} include:dynamic.example.net -all",
        {
            "a.example.net": "v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all",
            "dynamic.example.net": "v=spf1 exists:%{i}.x.example.net ip4:192.0.2.7 -all",
        },
        {(DOMAIN, "A"): ["203.0.113.1"]},
    )
    flat = flattened(grown(zone))
    assert flat is not None
    assert flat.record == (
        "v=spf1 ip4:203.0.113.1 ip4:192.0.2.0/24 exists:%{i}.l.%{d} include:dynamic.example.net -all"
    )
    assert flat.lookups == grown({**zone, (DOMAIN, "TXT"): [flat.record]}).lookups == 3


def test_a_redirect_to_dynamic_terms_stays_as_its_domain_matters_there() -> None:
    zone = published("v=spf1 mx redirect=a.example.net", {"a.example.net": "v=spf1 exists:%{i}.%{d} -all"})
    flat = flattened(grown({**zone, (DOMAIN, "MX"): ["0 "]}))
    assert flat is not None
    assert (flat.record, flat.lookups) == ("v=spf1 redirect=a.example.net", 2)


def test_the_explanation_stays_unless_another_record_takes_over() -> None:
    zone = published("v=spf1 ip4:192.0.2.1 exp=why.%{d} -all")
    assert getattr(flattened(grown(zone)), "record", "") == "v=spf1 ip4:192.0.2.1 -all exp=why.%{d}"
    zone = published("v=spf1 exp=why.%{d} redirect=a.example.net", {"a.example.net": "v=spf1 -all"})
    assert getattr(flattened(grown(zone)), "record", "") == "v=spf1 -all"


@pytest.mark.statement("9.18")
@pytest.mark.parametrize(
    ("record", "more"),
    [
        ("v=spf1 a -all", {(DOMAIN, "A"): FAILED}),
        ("v=spf1 ip4:192.0.2.1 a -all", {(DOMAIN, "A"): ["192.0.2.2"], (DOMAIN, "AAAA"): FAILED}),
        ("v=spf1 mx -all", {(DOMAIN, "MX"): FAILED}),
        ("v=spf1 mx -all", {(DOMAIN, "MX"): ["10 mx.example.com"], ("mx.example.com", "A"): FAILED}),
        ("v=spf1 mx -all", {(DOMAIN, "MX"): [f"10 m{number}.example.com" for number in range(11)]}),
        ("v=spf1 include:a.example.net -all", {("a.example.net", "TXT"): FAILED}),
        ("v=spf1 include:a.example.net -all", {}),
        ("v=spf1 include:example.com -all", {}),
        ("v=spf1 include:a.example.net -all", {("a.example.net", "TXT"): ["v=spf1 oops"]}),
        ("v=spf1 a:x..example.net -all", {}),
    ],
)
def test_nothing_is_flattened_that_is_not_known_or_broken(record: str, more: Zone) -> None:
    assert flattened(grown(published(record, more=more))) is None


@pytest.mark.statement("9.18")
def test_a_flattened_record_holds_as_long_as_the_first_of_its_answers() -> None:
    zone = published(
        "v=spf1 include:a.example.net mx -all",
        {"a.example.net": "v=spf1 a -all"},
        {
            (DOMAIN, "MX"): ["10 mx.example.com"],
            ("mx.example.com", "A"): ["192.0.2.1"],
            ("a.example.net", "A"): Answer(Outcome.FOUND, ("192.0.2.2",), ttl=45),
        },
    )
    assert getattr(flattened(grown(zone)), "ttl", None) == 45


def test_what_is_too_long_to_be_published_is_not_flattened() -> None:
    lists = {name: "v=spf1 " + " ".join(spread(place)) for place, name in enumerate(INCLUDED)}
    zone = published("v=spf1 include:a.example.net include:b.example.net -all", lists)
    assert flattened(grown(zone)) is None
    assert passing(grown(zone)).count4 == 2 * len(spread(0))


def spread(place: int) -> list[str]:
    """No two of them side by side."""
    return [f"ip4:198.51.{place * 8 + number // 128}.{number % 128 * 2}" for number in range(380)]
