from __future__ import annotations

import pytest

from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.spf_tree import (
    SpfInspection,
    inspect_spf_record,
    validate_spf,
)
from shared.mailauth.findings import MOST_ALIKE, Severity
from tests.fakes.dns import FakeDns, drive
from tests.unit.mailauth.evaluate.spf_world import DOMAIN, Zone, checked, codes, inspected, published

A, B = "a.example.net", "b.example.net"


def severity(inspection: SpfInspection, code: str) -> Severity:
    return next(finding.severity for finding in inspection.findings if finding.code == code)


@pytest.mark.statement("9.2", "9.8", "9.9", "9.13")
@pytest.mark.parametrize(
    ("record", "below", "code"),
    [
        ("v=spf1 include:a.example.net -all", None, "spf_include_without_record"),
        ("v=spf1 redirect=a.example.net", None, "spf_include_without_record"),
        ("v=spf1 include:a.example.net -all", "v=spf1 ipv4:8.8.8.8", "spf_broken_record"),
        ("v=spf1 include:a.example.net -all", "v=spf1 include:example.com", "spf_loop"),
        ("v=spf1 include:example.com -all", None, "spf_loop"),
        ("v=spf1 ipv4:8.8.8.8 -all", None, "spf_unknown_mechanism"),
        ("v=spf1 redirect=a.example.net redirect=b.example.net", None, "spf_repeated_modifier"),
    ],
)
def test_what_receivers_take_for_an_error(record: str, below: str | None, code: str) -> None:
    zone = published(record, {A: below} if below is not None else {})
    seen = inspected(zone)
    assert (seen.state, code in codes(seen)) == (State.INVALID, True)
    assert checked(zone, "1.1.1.1").result == "permerror"


def test_the_reason_of_a_broken_include_is_said_in_one_sentence() -> None:
    seen = inspected(published("v=spf1 include:a.example.net -all", {A: "v=spf1 ipv4:8.8.8.8"}))
    (finding,) = seen.findings
    assert finding.subject == A
    assert "'ipv4:8.8.8.8' is neither" in finding.message
    assert finding.message.endswith("the whole record.")


def test_a_redirect_beside_all_is_not_followed() -> None:
    seen = inspected(published("v=spf1 redirect=a.example.net -all"))
    assert (seen.lookups, codes(seen), seen.default_result) == (0, ["spf_void_redirect"], "fail")


def test_the_end_may_be_that_of_the_redirect() -> None:
    seen = inspected(published("v=spf1 redirect=a.example.net", {A: "v=spf1 ip4:8.8.8.8 ~all"}))
    assert (seen.default_result, seen.all_mechanism, seen.state) == ("softfail", None, State.VALID)


@pytest.mark.statement("9.10")
def test_the_whole_world() -> None:
    passes = inspected(published("v=spf1 +all"))
    assert (passes.state, codes(passes), passes.all_mechanism) == (State.INVALID, ["spf_pass_all"], "+all")
    assert (passes.pass_ip4_count, passes.pass_ip6_count) == (2**32, 2**128)
    below = inspected(published("v=spf1 include:a.example.net -all", {A: "v=spf1 ip4:8.8.8.8 all"}))
    assert "spf_include_passes_all" in codes(below)
    assert below.pass_ip4_count == 2**32


@pytest.mark.statement("9.16")
@pytest.mark.parametrize(
    ("term", "code", "level"),
    [
        ("ip4:0.0.0.0/0", "spf_whole_world", Severity.ERROR),
        ("ip6:::/0", "spf_whole_world", Severity.ERROR),
        ("a/0", "spf_whole_world", Severity.ERROR),
        ("ip4:10.1.2.0/24", "spf_private_network", Severity.WARNING),
        ("ip4:192.168.1.1", "spf_private_network", Severity.WARNING),
        ("ip4:100.64.0.0/10", "spf_private_network", Severity.WARNING),
        ("ip4:127.0.0.1", "spf_private_network", Severity.WARNING),
        ("ip4:169.254.0.0/16", "spf_private_network", Severity.WARNING),
        ("ip4:192.0.2.0/24", "spf_private_network", Severity.WARNING),
        ("ip4:224.0.0.0/4", "spf_private_network", Severity.WARNING),
        ("ip4:240.0.0.0/4", "spf_private_network", Severity.WARNING),
        ("ip6:fd00::/8", "spf_private_network", Severity.WARNING),
        ("ip6:fe80::1", "spf_private_network", Severity.WARNING),
        ("ip6:2001:db8::/32", "spf_private_network", Severity.WARNING),
        ("ip4:8.0.0.0/15", "spf_large_network", Severity.WARNING),
        ("ip4:8.0.0.0/5", "spf_large_network", Severity.WARNING),
        ("ip6:2600::/31", "spf_large_network", Severity.WARNING),
    ],
)
def test_networks_that_should_not_be_there(term: str, code: str, level: Severity) -> None:
    more: Zone = {(DOMAIN, "A"): ["8.8.8.8"], (A, "A"): ["8.8.8.8"]}
    for zone in (
        published(f"v=spf1 {term} -all", more=more),
        published("v=spf1 include:a.example.net -all", {A: f"v=spf1 {term} -all"}, more),
    ):
        seen = inspected(zone)
        assert codes(seen) == [code]
        assert severity(seen, code) is level


@pytest.mark.statement("9.16")
@pytest.mark.parametrize("term", ["ip4:8.8.0.0/16", "ip6:2600::/32", "-ip4:10.0.0.0/8", "?ip4:0.0.0.0/0"])
def test_networks_that_may_be_there(term: str) -> None:
    assert codes(inspected(published(f"v=spf1 {term} -all"))) == []


@pytest.mark.statement("9.14")
def test_long_records_are_worth_a_word_only() -> None:
    terms = " ".join(f"ip4:8.8.{number}.0/24" for number in range(30))
    seen = inspected(published(f"v=spf1 {terms} -all"))
    assert (seen.state, codes(seen)) == (State.VALID, ["spf_long_record"])
    assert severity(seen, "spf_long_record") is Severity.INFO


@pytest.mark.parametrize(
    "text", ["v=spf1 " + "a " * 4_096, "v=spf1 " + "ip4:8.8.8.8 " * 5_000 + "-all", "v=spf1 " + "x" * 60_000]
)
def test_huge_records_are_refused(text: str) -> None:
    dns = FakeDns(published(text))
    seen = drive(inspect_spf_record(text, DOMAIN), dns)
    assert (seen.state, codes(seen), dns.rounds) == (State.INVALID, ["spf_too_large"], 0)
    assert len(seen.records[0]) < 9_000


@pytest.mark.statement("9.4")
def test_an_include_that_is_there_twice() -> None:
    seen = inspected(
        published(
            "v=spf1 include:a.example.net include:b.example.net -all",
            {A: "v=spf1 include:b.example.net -all", B: "v=spf1 ip4:8.8.8.8 -all"},
        )
    )
    assert (seen.lookups, codes(seen)) == (3, ["spf_repeated_include", "spf_repeated_networks"])
    assert (seen.pass_network_count, seen.pass_ip4_count) == (1, 1)


@pytest.mark.parametrize("term", ["include:bücher.example", "a:b\xc3\xbccher.example", "ip4:8.8.8.8\xa0"])
def test_characters_that_no_record_may_hold(term: str) -> None:
    seen = inspected(published(f"v=spf1 {term} -all"))
    assert seen.state is State.INVALID
    assert seen.networks == ()


def test_names_in_a_labels_are_like_any_other() -> None:
    name = "xn--bcher-kva.example"
    seen = inspected(published(f"v=spf1 include:{name} -all", {name: "v=spf1 ip4:8.8.8.8 -all"}))
    assert (seen.state, seen.pass_ip4_count) == (State.VALID, 1)


def test_a_domain_in_u_labels_is_no_name_of_the_dns() -> None:
    dns = FakeDns({})
    seen = inspected({}, "bücher.example")
    assert (seen.state, codes(seen), dns.asked) == (State.INVALID, ["spf_bad_name"], [])


def test_what_is_the_matter_a_thousand_times_is_said_a_few_times() -> None:
    private = " ".join(f"ip4:10.0.{number // 100}.{number % 100}" for number in range(450))
    assert len(inspected(published(f"v=spf1 {private} -all")).findings) <= MOST_ALIKE + 1
    assert len(validate_spf(f"v=spf1 {'ptr ' * 5_000}").findings) <= MOST_ALIKE + 2


@pytest.mark.statement("9.8")
@pytest.mark.parametrize(
    ("term", "told"), [("include", True), ("?include", False), ("-include", False), ("~include", False)]
)
def test_all_below_an_include_matters_where_a_match_passes(term: str, told: bool) -> None:
    seen = inspected(published(f"v=spf1 {term}:{A} -all", {A: "v=spf1 +all"}))
    assert ("spf_include_passes_all" in codes(seen)) is told
    assert (
        checked(published(f"v=spf1 {term}:{A} -all", {A: "v=spf1 +all"}), "1.1.1.1").result == "pass"
    ) is told


@pytest.mark.statement("9.16")
@pytest.mark.parametrize("term", ["ip4:0.0.0.0/1", "ip4:10.0.0.0/7", "ip4:172.0.0.0/8", "ip6:2000::/3"])
def test_a_network_with_public_addresses_in_it_is_no_private_one(term: str) -> None:
    assert "spf_private_network" not in codes(inspected(published(f"v=spf1 {term} -all")))


@pytest.mark.statement("9.4", "9.13", "9.16")
@pytest.mark.parametrize(
    ("record", "code"),
    [
        (
            "v=spf1 " + " ".join(f"a:h{number}.example" for number in range(11)) + " -all",
            "spf_too_many_lookups",
        ),
        ("v=spf1 include:example.com -all", "spf_loop"),
        ("v=spf1 include:a..b.example -all", "spf_bad_name"),
        ("v=spf1 mx ip4:0.0.0.0/0 -all", "spf_whole_world"),
        ("v=spf1 ip4:10.0.0.0/8 -all", "spf_private_network"),
        ("v=spf1 include:a.example include:a.example -all", "spf_repeated_include"),
    ],
)
def test_what_the_text_alone_shows_is_said_without_any_question(record: str, code: str) -> None:
    named, unnamed = validate_spf(record, DOMAIN), validate_spf(record)
    assert code in codes(named)
    assert (code in codes(unnamed)) is (code != "spf_loop")
    assert code in codes(inspected(published(record)))


@pytest.mark.statement("9.17")
def test_a_record_that_needs_no_questions_is_wholly_known() -> None:
    record = "v=spf1 ip4:1.2.3.0/24 ip6:2a00::/32 ~all"
    assert validate_spf(record, DOMAIN) == drive(inspect_spf_record(record, DOMAIN), FakeDns({}))
    assert (validate_spf(record).pass_ip4_count, validate_spf(record).flattened) == (256, record)
