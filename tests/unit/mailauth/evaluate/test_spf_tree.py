from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Answer, Outcome
from shared.mailauth.evaluate.spf_tree import (
    inspect_spf_record,
    validate_spf,
    with_volumes,
)
from shared.mailauth.findings import Severity
from tests.fakes.dns import FAILED, FakeDns, drive
from tests.unit.mailauth.evaluate.spf_world import DOMAIN, Zone, checked, codes, inspected, published

A, B = "a.example.net", "b.example.net"
TYPICAL = published(
    "v=spf1 mx include:a.example.net ip4:8.8.4.0/24 exists:%{i}._spf.%{d} ~all",
    {
        A: "v=spf1 ip4:8.8.8.0/25 ip4:8.8.8.128/25 ip6:2600::/48 include:b.example.net -all",
        B: "v=spf1 ip4:8.8.4.0/24 ?all",
    },
    {(DOMAIN, "MX"): ["10 mx.example.com"], ("mx.example.com", "A"): ["9.9.9.9"]},
)


@pytest.mark.statement("9.5", "9.17")
def test_a_typical_domain() -> None:
    seen = inspected(TYPICAL)
    assert (seen.domain, seen.query, seen.state, seen.ttl) == (DOMAIN, DOMAIN, State.VALID, 300)
    assert seen.records == ("v=spf1 mx include:a.example.net ip4:8.8.4.0/24 exists:%{i}._spf.%{d} ~all",)
    assert (seen.lookups, seen.void_lookups) == (4, 0)
    assert (seen.default_result, seen.all_mechanism) == ("softfail", "~all")
    assert (seen.network_count, seen.pass_network_count) == (6, 5)
    assert (seen.pass_ip4_count, seen.pass_ip6_count) == (1 + 256 + 256, 2**80)
    assert (seen.pass_duplicate_ip4_networks, seen.pass_duplicate_ip6_networks) == (("8.8.4.0/24",), ())
    assert seen.dynamic_terms == ("exists:%{i}._spf.%{d}",)
    assert seen.flattened == (
        "v=spf1 ip4:9.9.9.9 ip4:8.8.4.0/24 ip4:8.8.8.0/24 ip6:2600::/48 exists:%{i}._spf.%{d} ~all"
    )
    assert (seen.flattened_lookups, seen.flattened_ttl) == (1, 60)
    assert codes(seen) == ["spf_repeated_networks"]
    assert seen.tree is not None
    assert [each.type for each in seen.tree.components] == ["mx", "include", "ip4", "exists", "all"]


@pytest.mark.statement("9.5")
def test_the_worst_case_and_what_a_delivery_costs() -> None:
    """Receivers stop counting at the term that matches."""
    assert inspected(TYPICAL).lookups == 4
    assert [checked(TYPICAL, ip).lookups for ip in ("9.9.9.9", "8.8.8.1", "8.8.4.4", "1.1.1.1")] == [
        1,
        2,
        3,
        4,
    ]


@pytest.mark.statement("9.4")
@pytest.mark.parametrize(("lookups", "state"), [(10, State.VALID), (11, State.INVALID)])
def test_ten_terms_may_ask(lookups: int, state: State) -> None:
    """Of all kinds, a repeated include with all below it each time; ip4, all and exp cost nothing."""
    repeats = " ".join(["include:a.example.net"] * (lookups - 7))
    record = f"v=spf1 a mx ptr exists:x.example.net ip4:8.8.8.8 {repeats} exp=e.%{{d}} redirect=b.example.net"
    zone = published(
        record,
        {A: "v=spf1 ip4:9.9.9.9 -all", B: "v=spf1 include:a.example.net mx:m.example.net -all"},
        {
            (DOMAIN, "A"): ["8.8.8.8"],
            (DOMAIN, "MX"): ["10 m.example.net"],
            ("m.example.net", "MX"): ["10 m.example.net"],
            ("m.example.net", "A"): ["8.8.8.8"],
        },
    )
    seen = inspected(zone)
    assert (seen.lookups, seen.state) == (lookups, state)
    assert ("spf_too_many_lookups" in codes(seen)) == (lookups > 10)
    assert (checked(zone, "1.1.1.1").result == "permerror") == (lookups > 10)


@pytest.mark.statement("9.7")
@pytest.mark.parametrize(("terms", "state"), [(2, State.VALID), (3, State.INVALID)])
def test_two_terms_may_lead_to_nothing(terms: int, state: State) -> None:
    hosts = " ".join(f"a:gone{number}.example.net" for number in range(terms))
    seen = inspected(published(f"v=spf1 {hosts} -all"))
    assert (seen.void_lookups, seen.state) == (terms, state)
    assert codes(seen).count("spf_void_lookup") == terms
    assert ("spf_too_many_void_lookups" in codes(seen)) == (terms > 2)


@pytest.mark.statement("9.6")
@pytest.mark.parametrize("hosts", [10, 11])
def test_more_than_ten_mail_exchangers(hosts: int) -> None:
    names = [f"m{number}.example.com" for number in range(hosts)]
    more: Zone = {
        (DOMAIN, "MX"): [f"10 {name}" for name in names],
        **{(name, "A"): ["8.8.8.8"] for name in names},
    }
    seen = inspected(published("v=spf1 mx -all", more=more))
    assert (seen.state is State.INVALID) == ("spf_too_many_mx" in codes(seen)) == (hosts > 10)


@pytest.mark.statement("9.1")
@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (Answer(Outcome.NXDOMAIN, ttl=60), State.MISSING, "spf_missing"),
        (Answer(Outcome.NODATA, ttl=60), State.MISSING, "spf_missing"),
        (["google-site-verification=x"], State.MISSING, "spf_missing"),
        (["v=spf1 -all", "V=SPF1 ~all"], State.INVALID, "spf_several_records"),
        (FAILED, State.ERROR, "dns_error"),
        (Answer(Outcome.FAILED, reason="SERVFAIL"), State.ERROR, "dns_error"),
    ],
)
def test_a_domain_without_a_usable_record(answer: Answer | list[str], state: State, code: str) -> None:
    seen = inspected({(DOMAIN, "TXT"): answer})
    assert (seen.state, codes(seen)) == (state, [code])
    assert (seen.tree, seen.networks, seen.flattened, seen.default_result) == (None, (), None, None)
    assert (seen.ttl is None) == (state is State.ERROR)


@pytest.mark.statement("9.1")
@pytest.mark.parametrize(
    "more",
    [
        {(A, "TXT"): FAILED},
        {(A, "TXT"): ["v=spf1 a -all"], (A, "A"): FAILED},
        {(A, "TXT"): ["v=spf1 exists:x.example.net -all"], ("x.example.net", "A"): FAILED},
        {(A, "TXT"): ["v=spf1 mx -all"], (A, "MX"): ["10 m.example.net"], ("m.example.net", "AAAA"): FAILED},
    ],
)
def test_a_failure_further_down_is_no_verdict_either(more: Zone) -> None:
    seen = inspected(published("v=spf1 include:a.example.net -all", more=more))
    assert seen.state is State.ERROR
    assert {found.severity for found in seen.findings} == {Severity.WARNING}
    assert seen.flattened is None
    assert seen.records == ("v=spf1 include:a.example.net -all",)


def test_a_mistake_is_a_mistake_whatever_else_is_unknown() -> None:
    more: Zone = {(A, "TXT"): FAILED}
    seen = inspected(published("v=spf1 include:a.example.net include:b.example.net -all", more=more))
    assert seen.state is State.INVALID
    assert codes(seen) == ["dns_error", "spf_include_without_record"]


@pytest.mark.parametrize(
    ("record", "lookups", "default", "everything"),
    [
        ("v=spf1 a mx include:a.example.net -all", 3, "fail", "-all"),
        ("v=spf1 a redirect=a.example.net", 2, None, None),
        ("v=spf1 a all mx redirect=a.example.net", 1, "pass", "+all"),
        ("v=spf1 ip4:8.8.8.8", 0, "neutral", None),
    ],
)
def test_a_record_by_itself(record: str, lookups: int, default: str | None, everything: str | None) -> None:
    seen = validate_spf(record)
    assert (seen.lookups, seen.default_result, seen.all_mechanism) == (lookups, default, everything)


def test_a_record_before_it_is_published() -> None:
    dns = FakeDns({(A, "TXT"): ["v=spf1 ip4:8.8.8.8 -all"]})
    seen = drive(inspect_spf_record("v=spf1 include:a.example.net -all", DOMAIN), dns)
    assert (seen.state, seen.pass_ip4_count, seen.ttl) == (State.VALID, 1, None)
    assert len(dns.asked) == 1


def test_the_volumes_of_networks() -> None:
    zone = published(
        "v=spf1 ip4:8.8.8.0/24 ip4:8.8.8.8 ip6:2600::/32 include:a.example.net -ip4:9.9.9.0/24 -all",
        {A: "v=spf1 ip4:8.8.8.8 ip4:8.8.0.0/16 -all"},
    )
    counted = [
        ("8.8.8.8", 5),
        ("8.8.8.9", 7),
        ("8.8.9.9", 11),
        ("2600::1", 13),
        ("9.9.9.9", 17),
        ("1.1.1.1", 19),
        ("2a00::1", 23),
    ]
    seen = with_volumes(inspected(zone), counted, days=7)
    assert [(each.network, each.domain, each.messages) for each in seen.networks] == [
        ("8.8.8.0/24", DOMAIN, 7),
        ("8.8.8.8/32", DOMAIN, 5),
        ("2600::/32", DOMAIN, 13),
        ("8.8.8.8/32", A, 0),
        ("8.8.0.0/16", A, 11),
        ("9.9.9.0/24", DOMAIN, 17),
    ]
    assert (seen.volume_days, seen.uncovered_messages) == (7, 42)


def test_without_volumes_nothing_is_said_about_them() -> None:
    seen = inspected(TYPICAL)
    assert (seen.volume_days, seen.uncovered_messages) == (None, None)
    assert all(each.messages is None for each in seen.networks)


def test_where_not_all_networks_are_listed_nobody_knows_what_is_covered() -> None:
    zone = published(
        "v=spf1 a -all",
        more={(DOMAIN, "A"): [f"8.8.{number // 250}.{number % 250}" for number in range(2_100)]},
    )
    seen = with_volumes(inspected(zone), [("8.8.8.99", 5), ("1.1.1.1", 3)], days=30)
    assert (len(seen.networks), seen.network_count, seen.pass_network_count) == (2_000, 2_100, 2_100)
    assert seen.uncovered_messages is None


TERMS = st.sampled_from(
    [
        "a",
        "mx",
        "include:a.example.net",
        "redirect=b.example.net",
        "-all",
        "ptr:%{d}",
        "ip4:1.2.3.4/0",
        "a:%{i}.x",
        "exists:%{d}",
        "ip6:::1",
        "oops",
        "exp=%",
        "include:example.com",
        "mx:a.example.net//0",
        "?a/8",
    ]
)
RECORDS = st.lists(TERMS, max_size=8).map(lambda terms: " ".join(["v=spf1", *terms]))
ANSWERS = st.sampled_from(
    [
        FAILED,
        Answer(Outcome.NODATA),
        Answer(Outcome.FOUND, ("nonsense", "10 .", "8.8.8.8", "10 a.example.net")),
    ]
)
ZONES = st.dictionaries(
    st.tuples(st.sampled_from([DOMAIN, A, B]), st.sampled_from(["TXT", "A", "AAAA", "MX"])),
    ANSWERS,
).flatmap(
    lambda zone: st.lists(RECORDS, min_size=3, max_size=3).map(
        lambda texts: {
            **{(name, "TXT"): [text] for name, text in zip([DOMAIN, A, B], texts, strict=True)},
            **zone,
        }
    )
)


@given(ZONES)
@settings(max_examples=150)
def test_whatever_is_published_there_is_a_verdict(zone: Zone) -> None:
    seen = inspected(zone)
    if isinstance(held := zone[DOMAIN, "TXT"], Answer):
        assert seen.state is (State.ERROR if held.failed else State.MISSING)
    else:
        assert seen.state is not State.MISSING
        assert (seen.flattened is None) or checked({(DOMAIN, "TXT"): [seen.flattened]}, "1.1.1.1").result
