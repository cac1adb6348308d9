from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.mx import MOST_HOSTS, MxInspection, inspect_mx
from tests.fakes.dns import FAILED, FakeDns, drive

MX = ("example.com", "MX")


def inspected(zone: Any) -> MxInspection:
    return drive(inspect_mx("example.com"), FakeDns(zone))


def codes(inspection: MxInspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


def test_hosts_come_in_the_order_of_preference_with_their_addresses() -> None:
    seen = inspected(
        {
            MX: ["20 b.example.net", "10 a.example.net"],
            ("a.example.net", "A"): ["192.0.2.1"],
            ("a.example.net", "AAAA"): ["2001:db8::1"],
            ("b.example.net", "A"): ["192.0.2.2"],
        }
    )
    assert seen.state is State.VALID
    assert [(host.name, host.preference, host.addresses) for host in seen.hosts] == [
        ("a.example.net", 10, ("192.0.2.1", "2001:db8::1")),
        ("b.example.net", 20, ("192.0.2.2",)),
    ]
    assert seen.receives
    assert seen.names == ("a.example.net", "b.example.net")


@pytest.mark.statement("12.2")
def test_without_mx_the_domains_own_address_receives() -> None:
    seen = inspected({("example.com", "A"): ["192.0.2.1"]})
    assert (seen.state, seen.implicit, seen.receives) == (State.MISSING, True, True)
    assert seen.addresses == ("192.0.2.1",)
    assert codes(seen) == ["mx_implicit"]


@pytest.mark.statement("12.1", "12.2")
def test_a_null_mx_stops_implicit_delivery() -> None:
    seen = inspected({MX: ["0 "], ("example.com", "A"): ["192.0.2.1"]})
    assert (seen.state, seen.null_mx, seen.implicit, seen.receives) == (State.VALID, True, False, False)
    assert seen.names == ()


@pytest.mark.statement("12.1")
def test_a_null_mx_must_be_alone() -> None:
    seen = inspected({MX: ["0 ", "10 a.example.net"], ("a.example.net", "A"): ["192.0.2.1"]})
    assert (seen.state, seen.null_mx) == (State.INVALID, False)
    assert codes(seen) == ["mx_null_among_others"]


def test_nothing_at_all_receives_nothing() -> None:
    assert (seen := inspected({("other.example", "A"): ["192.0.2.1"]})).state is State.MISSING
    assert not seen.receives
    assert codes(seen) == ["mx_missing"]


@pytest.mark.parametrize(
    ("host", "zone", "code"),
    [
        ("192.0.2.1", {}, "mx_is_address"),
        ("2001:db8::1", {}, "mx_is_address"),
        ("a b.example.net", {}, "mx_bad_name"),
        ("{}.example.net", {}, "mx_bad_name"),
        ("gone.example.net", {}, "mx_without_address"),
        (
            "a.example.net",
            {("a.example.net", "CNAME"): ["b.example.net"], ("b.example.net", "A"): ["192.0.2.1"]},
            "mx_is_alias",
        ),
        ("a.example.net", {("a.example.net", "A"): FAILED, ("a.example.net", "AAAA"): FAILED}, "dns_error"),
    ],
)
def test_hosts_that_do_not_do(host: Any, zone: Any, code: Any) -> None:
    assert codes(inspected({MX: [f"10 {host}"], **zone})) == [code]


def test_the_target_of_an_alias_is_told() -> None:
    zone = {("a.example.net", "CNAME"): ["b.example.net"], ("b.example.net", "A"): ["192.0.2.1"]}
    assert inspected({MX: ["10 a.example.net"], **zone}).hosts[0].alias == "b.example.net"


def test_a_record_that_is_none_is_named() -> None:
    assert codes(inspected({MX: ["ten a.example.net"]})) == ["mx_unreadable"]


def test_a_host_named_twice_counts_once() -> None:
    seen = inspected({MX: ["20 a.example.net", "10 A.example.net."], ("a.example.net", "A"): ["192.0.2.1"]})
    assert [host.preference for host in seen.hosts] == [10]
    assert codes(seen) == ["mx_repeated"]


@pytest.mark.statement("1.16")
@pytest.mark.parametrize("zone", [{MX: FAILED}, {("example.com", "A"): FAILED}])
def test_a_failed_answer_is_not_a_missing_record(zone: Any) -> None:
    seen = inspected(zone)
    assert (seen.state, codes(seen)) == (State.ERROR, ["dns_error"])


def test_a_thousand_hosts_are_listed_and_a_few_looked_up() -> None:
    dns = FakeDns({MX: [f"10 h{n}.example.net" for n in range(1000)]})
    seen = drive(inspect_mx("example.com"), dns)
    assert len(seen.hosts) == 1000
    assert len(dns.asked) == 3 + 2 * MOST_HOSTS
    assert "mx_many_hosts" in codes(seen)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_no_record_upsets_it(records: Any) -> None:
    inspected({MX: records})


@pytest.mark.parametrize(
    ("zone", "soa"),
    [
        (
            {("example.com", "SOA"): ["ns.example.com host.example.com 7 2 3 4 5"]},
            "ns.example.com host.example.com",
        ),
        ({MX: ["10 a.example.net"]}, ""),
        ({("example.com", "SOA"): FAILED}, None),
        (
            {("example.com", "CNAME"): ["example.net"], ("example.net", "SOA"): ["ns.x. host.x. 1 2 3 4 5"]},
            "",
        ),
    ],
)
def test_who_looks_after_the_zone_is_seen_when_it_is_asked_for(zone: Any, soa: str | None) -> None:
    dns = FakeDns(zone)
    assert drive(inspect_mx("example.com", zone=True), dns).soa == soa
    assert dns.rounds == (2 if MX in zone else 1)
    assert inspected(zone).soa is None
