"""``/inspect``: any domain, with a key and without."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core import inspections
from shared.core.accounts import Status
from shared.core.inspections import Kind
from shared.core.plain import plain
from shared.mailauth.evaluate.whole import PARTS
from shared.mailauth.findings import Finding
from tests.fakes.dns import FAILED, FakeDns, FakeLookups, drive
from tests.unit.core.world import fact, row, said
from tests.unit.functions.api.client import Api, day_of, other_account

MANY = ",".join("abcdefghijklmnopqrstu")
ZONE: dict[tuple[str, str], Any] = {
    ("vines.example", "MX"): ["10 mx.vines.example"],
    ("mx.vines.example", "A"): ["198.51.100.25"],
    ("vines.example", "TXT"): ["v=spf1 ip4:198.51.100.0/24 include:mail.vines.example -all"],
    ("mail.vines.example", "TXT"): ["v=spf1 ip4:203.0.113.0/28 -all"],
    ("_dmarc.vines.example", "TXT"): ["v=DMARC1; p=reject; rua=mailto:dmarc@vines.example"],
    ("s1._domainkey.vines.example", "TXT"): ["v=DKIM1; p="],
    ("_smtp._tls.vines.example", "TXT"): ["v=TLSRPTv1; rua=mailto:tls@vines.example"],
    ("_mta-sts.vines.example", "TXT"): ["v=STSv1; id=20261121"],
    ("default._bimi.vines.example", "TXT"): ["v=BIMI1; l=https://vines.example/logo.svg;"],
    ("_dmarc.xn--bcher-kva.example", "TXT"): ["v=DMARC1; p=none"],
}


@pytest.fixture
def dns(api: Api) -> Api:
    api.zone.update(ZONE)
    return api


@pytest.mark.parametrize("kind", list(Kind))
def test_the_answer_is_what_the_evaluation_returns(dns: Api, kind: Kind) -> None:
    answer = dns.get(f"/inspect/{kind}", domain="Vines.Example.")
    found = drive(inspections.inspection(kind, "vines.example", now=dns.now), FakeDns(ZONE))
    assert answer.status == 200
    assert answer.data == json.loads(json.dumps(plain(found)))
    assert answer.data["domain"] == "vines.example"


def test_everything_at_once(dns: Api) -> None:
    found = inspections.whole_inspection(FakeLookups(FakeDns(ZONE)), "vines.example", now=dns.now)
    assert dns.get("/inspect", domain="vines.example").data == json.loads(json.dumps(plain(found)))
    assert set(PARTS) <= plain(found).keys()


def test_the_policy_of_a_subdomain_names_the_organizational_domain(dns: Api) -> None:
    data = dns.get("/inspect/dmarc", domain="www.vines.example").data
    assert (data["organizational_domain"], data["policy_source"]) == ("vines.example", "organizational")


def test_one_selector_shows_its_key_and_several_a_survey(dns: Api) -> None:
    one = dns.get("/inspect/dkim", domain="vines.example", selector="S1").data
    assert (one["selector"], one["query"], one["revoked"]) == ("s1", "s1._domainkey.vines.example", True)
    survey = dns.get("/inspect/dkim", domain="vines.example", selector="s1, s9").data
    assert [key["selector"] for key in survey["keys"]] == ["s1", "s9"]
    everything = dns.get("/inspect", domain="vines.example", selector="s1").data
    assert [key["selector"] for key in everything["dkim"]["keys"]] == ["s1"]


def test_a_delivery_is_checked(dns: Api) -> None:
    asked = {"ip": "203.0.113.3", "mail_from": "ann@vines.example", "helo": "mx.vines.example"}
    data = dns.get("/inspect/spf/check", **asked).data
    assert (data["result"], data["lookups"], data["domain"]) == ("pass", 1, "vines.example")
    refused = dns.get("/inspect/spf/check", **{**asked, "ip": "192.0.2.1"}).data
    assert (refused["result"], refused["mechanism"]) == ("fail", "-all")


def test_the_null_sender_is_checked_by_helo(dns: Api) -> None:
    data = dns.get("/inspect/spf/check", ip="198.51.100.1", helo="vines.example").data
    assert (data["result"], data["domain"]) == ("pass", "vines.example")


def test_u_labels_are_a_labels(dns: Api) -> None:
    assert dns.get("/inspect/dmarc", domain="Bücher.example").data["policy"] == "none"
    data = dns.get("/inspect/spf/check", ip="192.0.2.1", mail_from="ann@bücher.example").data
    assert data["domain"] == "xn--bcher-kva.example"


@pytest.mark.parametrize("domain", ["com", "co.uk", "_spf.vines.example", "localhost", "a--b.example"])
def test_odd_names_are_inspected(dns: Api, domain: str) -> None:
    answer = dns.get("/inspect", domain=domain)
    assert (answer.status, answer.data["domain"]) == (200, domain)


@pytest.mark.parametrize(
    "domain",
    [
        "",
        ".",
        "a..example",
        "a" * 64 + ".example",
        ".".join(["a" * 50] * 5),
        "192.0.2.1",
        "2001:db8::1",
        "vines.example/",
        "ann@vines.example",
        "*.vines.example",
        "xn--a.example",
        "a\u0000.example",
        "vines .example",
    ],
)
@pytest.mark.parametrize("path", ["/inspect", "/inspect/dmarc", "/inspect/dkim"])
def test_what_is_no_name_is_refused(dns: Api, domain: str, path: str) -> None:
    answer = dns.get(path, domain=domain)
    assert (answer.status, answer.error["code"]) == (422, "unprocessable_entity")
    assert answer.error["param"] == "domain"


@pytest.mark.parametrize(
    ("path", "query", "status", "param"),
    [
        ("/inspect", {}, 400, "domain"),
        ("/inspect/mx", {"domain": "a" * 1_001}, 400, "domain"),
        ("/inspect/dkim", {"domain": "vines.example", "selector": "a b"}, 422, "selector"),
        (
            "/inspect/dkim",
            {"domain": "vines.example", "selector": MANY},
            422,
            "selector",
        ),
        ("/inspect/bimi", {"domain": "vines.example", "selector": ".."}, 422, "selector"),
        ("/inspect/spf/check", {"mail_from": "a@vines.example"}, 400, "ip"),
        ("/inspect/spf/check", {"ip": "vines.example", "helo": "x.example"}, 422, "ip"),
        ("/inspect/spf/check", {"ip": "192.0.2.1"}, 422, "mail_from"),
        ("/inspect/spf/check", {"ip": "192.0.2.1", "mail_from": "a" * 400}, 422, "mail_from"),
        ("/inspect/spf/check", {"ip": "192.0.2.1", "helo": "a" * 300}, 422, "helo"),
        ("/inspect/spf/check", {"ip": "192.0.2.1", "mail_from": "a@\u00ff\u0000.example"}, 422, "mail_from"),
    ],
)
def test_what_is_refused_names_its_parameter(
    dns: Api, path: str, query: dict[str, str], status: int, param: str
) -> None:
    answer = dns.get(path, **query)
    assert (answer.status, answer.error["param"]) == (status, param)


def test_a_dns_that_fails_makes_nothing_missing(dns: Api) -> None:
    for type_ in ("TXT", "MX", "A", "AAAA"):
        for name in ("vines.example", "_dmarc.vines.example", "_smtp._tls.vines.example"):
            dns.zone[name, type_] = FAILED
    for kind in ("dmarc", "spf", "tls-rpt", "mx"):
        data = dns.get(f"/inspect/{kind}", domain="vines.example").data
        assert data["state"] == "error"
        assert any(finding["code"] == "dns_error" for finding in data["findings"])


def test_meta_tells_the_time_that_went_to_waiting(dns: Api) -> None:
    meta = dns.get("/inspect/mx", domain="vines.example").json["meta"]
    assert 0 <= meta["dns_ms"] <= meta["total_ms"]
    assert meta["request_id"] == "req-1"


def test_without_a_key_an_address_has_two_requests_a_minute(dns: Api) -> None:
    def ask(address: str) -> int:
        return dns.call(
            "GET", "/inspect/mx", query={"domain": "vines.example"}, key=None, address=address
        ).status

    assert [ask("198.51.100.7") for _ in range(3)] == [200, 200, 429]
    assert ask("198.51.100.8") == 200
    assert dns.get("/inspect/mx", domain="vines.example").status == 200


def test_a_wrong_key_is_not_no_key(dns: Api) -> None:
    query = {"domain": "vines.example"}
    assert dns.call("GET", "/inspect/mx", query=query, key="ps_live_wrong").status == 401
    odd = dns.call("GET", "/inspect/mx", query=query, key=None, headers={"Authorization": "Basic eA=="})
    assert odd.status == 401


def test_a_key_pays_at_its_own_rate(dns: Api) -> None:
    answer = dns.get("/inspect/mx", domain="vines.example")
    assert answer.headers["X-RateLimit-Limit"] == "1000000"
    anonymous = dns.call("GET", "/inspect/mx", query={"domain": "vines.example"}, key=None)
    assert anonymous.headers["X-RateLimit-Limit"] == "2"


@settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=300), st.sampled_from([f"/inspect/{kind}" for kind in Kind] + ["/inspect"]))
def test_whatever_is_asked_for_is_answered_or_refused(dns: Api, domain: str, path: str) -> None:
    answer = dns.call("GET", path, query={"domain": domain})
    assert answer.status in (200, 422)


def filed(api: Api) -> Api:
    """Reports of 198.51.100.0/24 with five messages, and of three from elsewhere."""
    api.zone["orchard.example", "TXT"] = ["v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.9 -all"]
    api.file(
        fact(said(row("198.51.100.7", 4), row("198.51.100.8", 1), row("192.0.2.1", 3))),
        fact(said(row("198.51.100.7", 50), day=day_of(-7))),
    )
    return api


def test_networks_have_the_messages_of_the_domains_own_reports(api: Api) -> None:
    data = filed(api).get("/inspect/spf", domain="orchard.example", volume_days=7).data
    assert [(found["network"], found["messages"]) for found in data["networks"]] == [
        ("198.51.100.0/24", 5),
        ("203.0.113.9/32", 0),
    ]
    assert (data["uncovered_messages"], data["volume_days"]) == (3, 7)
    assert filed(api).get("/inspect/spf", domain="orchard.example").data["volume_days"] is None


def test_volumes_are_told_to_nobody_else(api: Api) -> None:
    filed(api)
    stranger = other_account()
    api.accounts.add(stranger)
    query = {"domain": "orchard.example", "volume_days": "7"}
    answer = api.call("GET", "/inspect/spf", query=query, key=api.new_key(stranger))
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    keyless = api.call("GET", "/inspect/spf", query=query, key=None)
    assert (keyless.status, keyless.error["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize("days", ["0", "31", "x"])
def test_volumes_are_of_1_to_30_days(api: Api, days: str) -> None:
    answer = api.get("/inspect/spf", domain="orchard.example", volume_days=days)
    assert (answer.status, answer.error["param"]) == (400, "volume_days")


def test_an_account_that_has_run_out_still_inspects(api: Api) -> None:
    filed(api).change_account(status=Status.EXPIRED)
    assert api.get("/inspect/spf", domain="orchard.example").status == 200
    refused = api.get("/inspect/spf", domain="orchard.example", volume_days=7)
    assert (refused.status, refused.error["code"]) == (403, "subscription_required")


def test_findings_are_objects_with_every_field(dns: Api) -> None:
    (finding, *_) = dns.get("/inspect/dmarc", domain="vines.example").data["findings"]
    assert set(finding) == set(Finding.__slots__)
