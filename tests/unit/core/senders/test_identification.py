from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import HostName, Network, host_name_of
from shared.core.senders.catalogue import builtin
from shared.core.senders.identification import (
    UNKNOWN,
    Evidence,
    Identified,
    Proof,
    confidence,
    host_domain,
    identify,
    sender_domain,
    strongest,
)
from shared.mailauth.reports.values import AuthResults, DkimAuth, SpfAuth

NOT_PASSED = ["fail", "none", "neutral", "policy", "softfail", "temperror", "permerror", "", "PASSED"]
OWN = "example.com"


def dkim(domain: str, result: str = "pass", selector: str | None = None) -> DkimAuth:
    return DkimAuth(domain, selector, result)


def spf(domain: str, result: str = "pass") -> SpfAuth:
    return SpfAuth(domain, "mfrom", result)


def evidence(
    *results: DkimAuth | SpfAuth,
    host: str | None = None,
    confirmed: bool = True,
    asn: int | None = None,
    header_from: str = OWN,
) -> Evidence:
    auth = AuthResults(
        tuple(each for each in results if isinstance(each, DkimAuth)),
        tuple(each for each in results if isinstance(each, SpfAuth)),
    )
    name = None if host is None else HostName(host, confirmed, 1_760_000_000)
    return Evidence(header_from, auth, name, Network(asn))


def found(given_evidence: Evidence) -> tuple[str, Proof, str] | None:
    identified: Identified | None = identify(given_evidence, builtin())
    return (identified.sender.id, identified.proof, identified.value) if identified else None


def named(given_evidence: Evidence) -> str | None:
    identified = identify(given_evidence, builtin())
    return identified.sender.id if identified else None


def grouped(given_evidence: Evidence) -> str:
    return sender_domain(given_evidence, identify(given_evidence, builtin()))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (evidence(dkim("sendgrid.net")), ("sendgrid", Proof.DKIM, "sendgrid.net")),
        (
            evidence(dkim("example-com.20230601.gappssmtp.com")),
            ("google", Proof.DKIM, "example-com.20230601.gappssmtp.com"),
        ),
        (evidence(spf("bounces.mcsv.net")), ("mailchimp", Proof.RETURN_PATH, "bounces.mcsv.net")),
        (
            evidence(host="a8-31.smtp-out.amazonses.com"),
            ("amazon-ses", Proof.HOST_NAME, "a8-31.smtp-out.amazonses.com"),
        ),
        (evidence(dkim(OWN, selector="HS1-1234")), ("hubspot", Proof.SELECTOR, "HS1-1234")),
        (evidence(asn=11377), ("sendgrid", Proof.NETWORK, "AS11377")),
        (evidence(), None),
    ],
)
def test_each_proof_names_the_sender(known: Evidence, expected: tuple[str, Proof, str] | None) -> None:
    assert found(known) == expected


def test_the_most_telling_proof_wins() -> None:
    signed, returned, own = dkim("zendesk.com"), spf("bounces.mcsv.net"), dkim(OWN, selector="protonmail")
    host = "mail-sor-f41.google.com"
    assert named(evidence(signed, returned, own, host=host, asn=11377)) == "zendesk"
    assert named(evidence(returned, own, host=host, asn=11377)) == "mailchimp"
    assert named(evidence(own, host=host, asn=11377)) == "google"
    assert named(evidence(own, asn=11377)) == "proton"
    assert named(evidence(asn=11377)) == "sendgrid"


def test_a_rented_host_tells_less_than_a_selector() -> None:
    rented = "ec2-1-2-3-4.compute-1.amazonaws.com"
    assert named(evidence(dkim(OWN, selector="hs2-99"), host=rented, asn=16509)) == "hubspot"
    assert found(evidence(host=rented)) == ("amazon-aws", Proof.HOST_NAME, rented)


def test_a_named_machine_in_a_rented_network_is_its_owners() -> None:
    own = evidence(dkim(OWN), spf(OWN), host=f"mx1.{OWN}", asn=24940)
    assert (named(own), grouped(own)) == (None, OWN)
    assert named(evidence(dkim(OWN), spf(OWN), asn=24940)) == "hetzner"
    assert named(evidence(dkim(OWN), host=f"o1.{OWN}", asn=11377)) == "sendgrid"


def test_of_two_signatures_the_one_who_composes_wins_over_the_one_who_carries() -> None:
    both = dkim("amazonses.com"), dkim("zendesk.com")
    assert named(evidence(*both)) == named(evidence(*reversed(both))) == "zendesk"
    assert named(evidence(dkim("amazonses.com"), dkim("sendgrid.net"))) == "amazon-ses"


def test_the_domains_own_signature_on_a_known_host_names_the_host() -> None:
    own = dkim(OWN), spf(f"bounce.{OWN}")
    host = "o1.ptr42.sendgrid.net"
    assert found(evidence(*own, host=host)) == ("sendgrid", Proof.HOST_NAME, host)
    assert found(evidence(*own, asn=15169)) == ("google", Proof.NETWORK, "AS15169")


def test_a_domain_that_is_itself_a_senders_is_not_evidence_about_its_mail() -> None:
    known = evidence(dkim("mail.zendesk.com"), spf("zendesk.com"), header_from="zendesk.com", asn=16509)
    assert named(known) == "amazon-aws"


@pytest.mark.parametrize("result", NOT_PASSED)
def test_claims_that_did_not_pass_are_no_evidence(result: str) -> None:
    claims = dkim("google.com", result, "google"), spf("google.com", result), dkim(OWN, result, "google")
    assert found(evidence(*claims)) is None
    assert grouped(evidence(*claims)) == UNKNOWN
    assert named(evidence(*claims, host="mail.spammer.example", confirmed=False, asn=16509)) == "amazon-aws"


def test_a_host_name_that_is_not_confirmed_is_no_evidence() -> None:
    assert found(evidence(host="mail-sor-f41.google.com", confirmed=False)) is None
    assert grouped(evidence(host="mail-sor-f41.google.com", confirmed=False)) == UNKNOWN


def test_the_header_from_is_no_evidence() -> None:
    assert found(evidence(header_from="google.com")) is None
    assert grouped(evidence(header_from="google.com")) == UNKNOWN


@pytest.mark.parametrize("name", ["notgoogle.com", "google.com.evil.example", "sendgrid.net.evil.example"])
def test_names_that_look_alike_are_not_taken_for_it(name: str) -> None:
    assert found(evidence(dkim(name), spf(name), host=f"mx.{name}")) is None


@pytest.mark.parametrize(
    ("known", "domain"),
    [
        (evidence(dkim("mcsv.net"), host="mail.other.example"), "mailchimp.com"),
        (evidence(spf("bounce.small-esp.net"), host="mx7.dc2.hoster.co.uk"), "hoster.co.uk"),
        (evidence(dkim("em.small-esp.net"), spf(OWN)), "small-esp.net"),
        (evidence(dkim(OWN), spf("bounce.small-esp.net")), "small-esp.net"),
        (evidence(host=f"mx1.{OWN}"), OWN),
        (evidence(spf(f"bounce.{OWN}")), OWN),
        (evidence(dkim(OWN)), UNKNOWN),
        (evidence(), UNKNOWN),
    ],
)
def test_sources_are_grouped_by_what_they_proved(known: Evidence, domain: str) -> None:
    assert grouped(known) == domain


@pytest.mark.parametrize("name", ["<script>.example", "evil\x1b[2J.example", "localhost", "", "a b.example"])
def test_what_is_no_host_name_is_never_a_group(name: str) -> None:
    assert grouped(evidence(dkim(name), spf(name))) == UNKNOWN


@given(name=st.text(max_size=80), own=st.text(max_size=80), selector=st.none() | st.text(max_size=20))
def test_no_report_breaks_it(name: str, own: str, selector: str | None) -> None:
    known = evidence(dkim(name, selector=selector), spf(name), header_from=own)
    domain = grouped(known)
    assert domain == UNKNOWN or host_name_of(domain) == domain


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("ec2-1-2-3-4.compute-1.amazonaws.com", "amazonaws.com"),
        ("1-2.ip.linodeusercontent.com", "linodeusercontent.com"),
        ("mx.hoster.co.uk", "hoster.co.uk"),
        ("mx1.example.net", "example.net"),
        ("co.uk", "co.uk"),
    ],
)
def test_a_host_belongs_to_who_registered_its_domain(name: str, domain: str) -> None:
    assert host_domain(name) == domain


def test_an_spf_record_that_is_included_tells_whose_the_address_is() -> None:
    known = builtin()
    included = replace(evidence(host="static.1.clients.your-server.de"), included=("servers.mcsv.net",))
    identified = identify(included, known)
    assert identified is not None
    assert (identified.sender.id, identified.proof) == ("mailchimp", Proof.SPF_INCLUDE)
    assert identified.address is identified.sender
    signed = identify(replace(included, auth=AuthResults((dkim("sendgrid.net"),))), known)
    assert signed is not None
    assert (signed.sender.id, signed.proof) == ("sendgrid", Proof.DKIM)
    assert signed.address is known.senders["mailchimp"]
    assert identify(replace(included, host=None, included=("spf.unknown.example",)), known) is None


@pytest.mark.parametrize(
    ("proof", "category", "expected"),
    [
        ("dkim", "marketing", "high"),
        ("return_path", "crm", "high"),
        ("spf_include", "crm", "high"),
        ("host_name", "mailbox", "high"),
        ("host_name", "hosting", "medium"),
        ("selector", "marketing", "medium"),
        ("network", "transactional", "low"),
        ("none", "unknown", "low"),
        ("", "", "low"),
    ],
)
def test_confidence_goes_by_the_proof(proof: str, category: str, expected: str) -> None:
    assert confidence(proof, category) == expected


def test_the_strongest_evidence_is_the_most_telling() -> None:
    every = [(str(proof), "x") for proof in Proof]
    assert strongest(*reversed(every), ("none", "")) == ("dkim", "x")
    assert strongest(("none", ""), ("network", "AS1")) == ("network", "AS1")
