from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.destinations import Authorization, Destination, authorizations
from shared.mailauth.records import dmarc
from tests.fakes.dns import FAILED, FakeDns, drive

CONSENT = ("example.com._report._dmarc.reports.example.net", "TXT")
WILDCARD = ("*._report._dmarc.reports.example.net", "TXT")
RUA = "v=DMARC1; p=none; rua=mailto:a@reports.example.net"


def judged(text: str, zone: Any, policy_domain: str = "example.com") -> tuple[Destination, ...]:
    return drive(authorizations(policy_domain, dmarc.parse(text)), FakeDns(zone))


def only(text: str, zone: Any, policy_domain: str = "example.com") -> Destination:
    (destination,) = judged(text, zone, policy_domain)
    return destination


@pytest.mark.statement("3.1")
@pytest.mark.parametrize("host", ["example.com", "reports.example.com"])
def test_the_same_organization_needs_no_consent(host: str) -> None:
    zone = {("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none"]}
    seen = only(f"v=DMARC1; p=none; rua=mailto:a@{host}", zone)
    assert (seen.authorization, seen.query, seen.delivered) == (Authorization.NOT_NEEDED, "", True)


@pytest.mark.statement("3.1")
def test_the_organization_is_found_by_walks_not_by_the_suffix_list() -> None:
    zone = {("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none; psd=y"]}
    text = "v=DMARC1; p=none; rua=mailto:a@b.example.com"
    assert only(text, zone, "a.example.com").authorization is Authorization.UNAUTHORIZED


@pytest.mark.statement("3.1")
def test_the_name_of_the_policy_counts_not_that_of_the_mail() -> None:
    zone = {("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none"], CONSENT: ["v=DMARC1"]}
    seen = only(RUA, zone, "sub.example.com")
    assert seen.query == "sub.example.com._report._dmarc.reports.example.net"
    assert seen.authorization is Authorization.UNAUTHORIZED


@pytest.mark.statement("3.2", "3.3")
@pytest.mark.parametrize(
    "texts",
    [["v=DMARC1"], ["v=DMARC1;"], ["v=DMARC1; p=none"], ["v=DMARC1", "v=DMARC1;"], ["hello", "v=DMARC1"]],
)
def test_a_record_of_the_destination_is_its_consent(texts: list[str]) -> None:
    seen = only(RUA, {CONSENT: texts})
    assert (seen.authorization, seen.delivered) == (Authorization.AUTHORIZED, True)
    assert (seen.query, seen.findings) == (CONSENT[0], ())


@pytest.mark.statement("3.3")
@pytest.mark.parametrize("texts", [[], ["v=dmarc1"], ["v=spf1 -all"], ["p=none"]])
def test_without_one_the_uri_is_ignored(texts: list[str]) -> None:
    seen = only(RUA, {CONSENT: texts})
    assert (seen.authorization, seen.delivered) == (Authorization.UNAUTHORIZED, False)
    assert [finding.code for finding in seen.findings] == ["destination_not_authorized"]


@pytest.mark.statement("3.2")
def test_a_name_that_would_be_too_long_cannot_consent() -> None:
    domain = ".".join(["x" * 60] * 3 + ["x" * 40, "example"])
    seen = only(RUA, {}, domain)
    assert (seen.authorization, seen.query) == (Authorization.IMPOSSIBLE, "")


@pytest.mark.statement("1.16", "3.4")
def test_a_failed_query_leaves_it_open() -> None:
    seen = only(RUA, {CONSENT: FAILED})
    assert (seen.authorization, seen.delivered) == (Authorization.UNKNOWN, False)
    assert [finding.code for finding in seen.findings] == ["dns_error"]
    walk_failed = {("_dmarc.example.net", "TXT"): FAILED}
    assert only(RUA, walk_failed).authorization is Authorization.UNKNOWN
    assert only(RUA, {**walk_failed, CONSENT: ["v=DMARC1"]}).authorization is Authorization.AUTHORIZED


@pytest.mark.statement("3.5")
def test_the_consent_may_name_another_address_at_the_same_host() -> None:
    seen = only(RUA, {CONSENT: ["v=DMARC1; rua=mailto:b@reports.example.net"]})
    assert (seen.authorization, seen.instead) == (
        Authorization.REDIRECTED,
        ("mailto:b@reports.example.net",),
    )
    same = only(RUA, {CONSENT: ["v=DMARC1; rua=mailto:a@reports.example.net"]})
    assert same.authorization is Authorization.AUTHORIZED


@pytest.mark.statement("3.5")
def test_an_address_at_another_host_stops_the_reports() -> None:
    seen = only(RUA, {CONSENT: ["v=DMARC1; rua=mailto:b@example.org"]})
    assert (seen.authorization, seen.delivered) == (Authorization.CONTRADICTED, False)


@pytest.mark.statement("3.6")
def test_a_wildcard_consents_for_all() -> None:
    seen = only(RUA, {CONSENT: ["v=DMARC1"], WILDCARD: ["v=DMARC1"]})
    assert (seen.authorization, seen.wildcard) == (Authorization.AUTHORIZED, True)
    own = only(RUA, {CONSENT: ["v=DMARC1; x=own"], WILDCARD: ["v=DMARC1"]})
    assert (own.authorization, own.wildcard) == (Authorization.AUTHORIZED, False)


@pytest.mark.statement("3.7")
def test_a_wildcard_that_is_hidden_by_a_sibling_is_told() -> None:
    seen = only(RUA, {WILDCARD: ["v=DMARC1"]})
    assert seen.authorization is Authorization.UNAUTHORIZED
    assert [finding.code for finding in seen.findings] == ["destination_wildcard_hidden"]


@pytest.mark.statement("3.8")
def test_each_uri_of_rua_and_ruf_has_its_own_answer() -> None:
    text = (
        "v=DMARC1; p=none; rua=mailto:a@reports.example.net, mailto:b@example.com, https://example.com/x;"
        " ruf=mailto:c@example.org"
    )
    seen = judged(text, {CONSENT: ["v=DMARC1"]})
    assert [(one.tag, one.host, one.authorization.value) for one in seen] == [
        ("rua", "reports.example.net", "authorized"),
        ("rua", "example.com", "not_needed"),
        ("rua", "", "unsupported"),
        ("ruf", "example.org", "unauthorized"),
    ]


def test_all_is_asked_in_one_round() -> None:
    dns = FakeDns({})
    text = "v=DMARC1; p=none; rua=mailto:a@example.net,mailto:b@example.org; ruf=mailto:c@example.edu"
    drive(authorizations("example.com", dmarc.parse(text)), dns)
    assert dns.rounds == 1


def test_only_some_of_many_hosts_are_asked() -> None:
    dns = FakeDns({})
    text = "v=DMARC1; p=none; rua=" + ",".join(f"mailto:a@h{number}.example" for number in range(500))
    seen = drive(authorizations("example.com", dmarc.parse(text)), dns)
    assert (len(seen), seen[-1].findings[0].code) == (500, "destination_not_examined")
    assert len(dns.asked) < 100


@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=40))
def test_no_record_upsets_it(texts: Any, uri: str) -> None:
    judged(f"v=DMARC1; rua={uri}, mailto:a@{uri}; ruf=mailto:a@reports.example.net", {CONSENT: texts})
