from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import HostName, Network
from shared.core.senders.catalogue import Catalogue, builtin
from shared.core.senders.identification import Evidence, identify
from shared.core.senders.sender import SenderCategory
from shared.core.senders.standing import Standing, standing_of, what_bears
from shared.mailauth.reports.values import AuthResults, DkimAuth, Evaluated, Override, SpfAuth

OWN = "example.com"
CANNOT = """
[[sender]]
id = "cannot"
name = "Cannot"
domain = "cannot.example"
category = "people"
alignment = { dkim = "none", spf = "none", how = "It signs and bounces as itself only." }

[[sender]]
id = "dumb"
name = "Sends as its customers but does not sign"
domain = "dumb.example"
category = "crm"
alignment = { dkim = "none", spf = "include", how = "Include it in the SPF record." }
"""


def catalogue() -> Catalogue:
    return builtin().extended(CANNOT, "more.toml")


def standing(
    *results: DkimAuth | SpfAuth,
    aligned: str = "",
    overrides: tuple[tuple[str, str | None], ...] = (),
    host: str | None = None,
    confirmed: bool = True,
    asn: int | None = None,
) -> Standing:
    evidence = Evidence(
        OWN,
        AuthResults(
            tuple(each for each in results if isinstance(each, DkimAuth)),
            tuple(each for each in results if isinstance(each, SpfAuth)),
        ),
        None if host is None else HostName(host, confirmed, 0),
        Network(asn),
    )
    evaluated = Evaluated(
        "none",
        "pass" if "dkim" in aligned else "fail",
        "pass" if "spf" in aligned else "fail",
        tuple(Override(*each) for each in overrides),
    )
    return standing_of(evaluated, evidence, identify(evidence, catalogue()))


def dkim(domain: str, selector: str | None = None, result: str = "pass") -> DkimAuth:
    return DkimAuth(domain, selector, result)


def spf(domain: str, result: str = "pass") -> SpfAuth:
    return SpfAuth(domain, "mfrom", result)


GOOGLE = "mail-sor-f41.google.com"
SENDGRID = "o1.ptr1.sendgrid.net"
RENTED = "static.9.8.7.6.clients.your-server.de"
PROOFPOINT = "mx0a-00000000.pphosted.com"


def test_spf_of_the_domain_itself_makes_capable_whatever_else_is_said() -> None:
    assert standing(spf(OWN), aligned="spf") is Standing.CAPABLE
    assert standing(spf(OWN), aligned="spf", host=RENTED) is Standing.CAPABLE
    assert standing(spf(OWN), aligned="spf", overrides=(("forwarded", None),)) is Standing.CAPABLE


def test_spf_of_another_name_of_the_organization_does_too_under_strict_alignment() -> None:
    assert standing(spf("bounce.example.com")) is Standing.CAPABLE


@pytest.mark.parametrize(
    ("results", "host"),
    [
        ((dkim(OWN, "s1"), spf("bounces.sendgrid.net")), SENDGRID),
        ((dkim(OWN, "s1"), dkim("sendgrid.net")), SENDGRID),
        ((dkim(OWN, "s1"), spf("bounces.sendgrid.net")), None),
        ((dkim(OWN, "anything"),), SENDGRID),
        ((dkim(OWN, "google"),), GOOGLE),
        ((dkim(OWN, "own"),), "mail.example.com"),
        ((dkim(OWN, "own"), spf("srs.example.net")), "mail.example.com"),
        ((dkim("mail.example.com", "own"),), "mail.example.com"),
    ],
)
def test_a_signed_message_from_where_it_was_signed_is_capable(
    results: tuple[DkimAuth | SpfAuth, ...], host: str | None
) -> None:
    assert standing(*results, aligned="dkim", host=host) is Standing.CAPABLE


@pytest.mark.parametrize(
    ("results", "host"),
    [
        ((dkim(OWN, "s1"),), None),
        ((dkim(OWN, "s1"),), "mail.university.edu"),
        ((dkim(OWN, "s1"), dkim("sendgrid.net")), GOOGLE),
        ((dkim(OWN, "own"),), GOOGLE),
        ((dkim(OWN, "google"), spf("elsewhere.example")), GOOGLE),
        ((dkim(OWN, "own"),), RENTED),
        ((dkim(OWN, "own"),), PROOFPOINT),
        ((dkim(OWN, "own"), spf("bounces.googlegroups.com")), GOOGLE),
        ((dkim(OWN, "own"), spf("srs.forwardemail.net")), None),
        ((dkim(OWN, "own"),), "out.dumb.example"),
    ],
)
def test_a_signed_message_from_elsewhere_was_forwarded(
    results: tuple[DkimAuth | SpfAuth, ...], host: str | None
) -> None:
    assert standing(*results, aligned="dkim", host=host) is Standing.FORWARDER


def test_a_host_name_that_nothing_confirms_is_no_own_host() -> None:
    assert standing(dkim(OWN), aligned="dkim", host="mail.example.com", confirmed=False) is Standing.FORWARDER
    assert standing(host="mail.example.com", confirmed=False) is Standing.THREAT
    assert standing(host="mail.example.com") is Standing.CAPABLE


@pytest.mark.parametrize(
    "override",
    [
        ("forwarded", None),
        ("trusted_forwarder", None),
        ("mailing_list", "list of a friend"),
        ("local_policy", "arc=pass as[2].d=relay.example"),
        ("other", "Overridden: ARC = Pass"),
    ],
)
@pytest.mark.parametrize("aligned", ["", "dkim"])
def test_what_a_receiver_knows_to_be_forwarded_is(override: tuple[str, str | None], aligned: str) -> None:
    assert standing(aligned=aligned, overrides=(override,), host=SENDGRID) is Standing.FORWARDER
    assert standing(aligned=aligned, overrides=(override,), host=RENTED) is Standing.FORWARDER


@pytest.mark.parametrize(
    "override",
    [("local_policy", None), ("sampled_out", None), ("other", "arc=fail"), ("local_policy", "march=passed")],
)
def test_other_overrides_tell_nothing(override: tuple[str, str | None]) -> None:
    assert standing(overrides=(override,)) is Standing.THREAT


def test_failing_mail_of_a_sender_is_judged_by_what_the_sender_can() -> None:
    assert standing(dkim("sendgrid.net")) is Standing.CAPABLE
    assert standing(host=SENDGRID) is Standing.CAPABLE
    assert standing(spf("mail12.mcsv.net")) is Standing.CAPABLE
    assert standing(dkim("sendgrid.net"), host=GOOGLE) is Standing.CAPABLE
    assert standing(dkim("cannot.example")) is Standing.NON_COMPLIANT
    assert standing(host="out.cannot.example") is Standing.NON_COMPLIANT
    assert standing(spf("out.dumb.example")) is Standing.CAPABLE


def test_failing_mail_from_a_relay_was_forwarded() -> None:
    assert standing(spf("srs.forwardemail.net")) is Standing.FORWARDER
    assert standing(host=PROOFPOINT) is Standing.FORWARDER


def test_what_only_the_network_tells_is_no_proof() -> None:
    assert standing(asn=11377) is Standing.THREAT


def test_nothing_proven_is_a_threat() -> None:
    assert standing() is Standing.THREAT
    assert standing(host="mail.unknown.example") is Standing.THREAT
    assert standing(spf("unknown.example"), dkim("unknown.example")) is Standing.THREAT


KNOWN = sorted({name for sender in builtin().senders.values() for name in (sender.domain, *sender.spf)})
FAILED = st.sampled_from(["fail", "none", "neutral", "policy", "softfail", "temperror", "permerror", ""])
CLAIMS = st.one_of(
    st.builds(dkim, st.sampled_from([*KNOWN, OWN]), st.sampled_from(["google", "k2", None]), FAILED),
    st.builds(spf, st.sampled_from([*KNOWN, OWN]), FAILED),
)
RENTED_HOSTS = st.sampled_from(
    sorted(s.domain for s in builtin().senders.values() if s.category is SenderCategory.HOSTING)
).map(lambda domain: f"static.{domain}")


@given(st.lists(CLAIMS), RENTED_HOSTS, st.booleans(), st.sampled_from([None, 24940, 16509, 15169, 11377]))
def test_nobody_talks_himself_out_of_threat_by_claims_or_a_rented_host(
    claims: list[DkimAuth | SpfAuth], host: str, confirmed: bool, asn: int | None
) -> None:
    assert standing(*claims, host=host, confirmed=confirmed, asn=asn) is Standing.THREAT


@given(st.lists(CLAIMS), st.sampled_from([*KNOWN, None]), st.sampled_from(["", "dkim"]))
def test_claims_that_failed_change_nothing(
    claims: list[DkimAuth | SpfAuth], host: str | None, aligned: str
) -> None:
    assert standing(*claims, aligned=aligned, host=host) is standing(aligned=aligned, host=host)


EVALUATED = st.builds(
    Evaluated,
    st.sampled_from(["none", "reject", None]),
    st.sampled_from(["pass", "fail", None]),
    st.sampled_from(["pass", "fail", None]),
    st.lists(
        st.builds(
            Override,
            st.sampled_from(["forwarded", "mailing_list", "other", "local_policy", ""]),
            st.sampled_from([None, "arc=pass", "x"]),
        ),
        max_size=2,
    ).map(tuple),
)


@given(EVALUATED, st.sampled_from(KNOWN), st.sampled_from([OWN, "sendgrid.net"]))
def test_what_bears_on_the_standing_is_all_that_does(evaluated: Evaluated, host: str, signer: str) -> None:
    evidence = Evidence(OWN, AuthResults((dkim(signer, "google"),)), HostName(host, True, 0))
    identified = identify(evidence, builtin())
    kept = what_bears(evaluated)
    assert standing_of(evaluated, evidence, identified) is standing_of(kept, evidence, identified)
    assert kept.dmarc_pass is evaluated.dmarc_pass
