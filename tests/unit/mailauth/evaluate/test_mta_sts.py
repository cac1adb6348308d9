from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.mta_sts import (
    CertificateState,
    MtaStsInspection,
    MtaStsPolicyInspection,
    inspect_mta_sts,
    inspect_mta_sts_policy,
)
from shared.mailauth.evaluate.questions import Answer, Fetched, Fetching, Question, Type
from shared.mailauth.findings import Severity
from tests.fakes.dns import FAILED, FakeDns, drive

RECORD = "v=STSv1; id=20260101T000000Z;"
AT = ("_mta-sts.example.com", "TXT")
MX = ("example.com", "MX")
URL = "https://mta-sts.example.com/.well-known/mta-sts.txt"
POLICY = (
    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmx: *.mail.example.net\r\nmax_age: 604800\r\n"
)
HOSTS = ["10 mx1.example.com", "20 a.mail.example.net"]
UNTESTED = "mta_sts_mx_tls_not_tested"

Zone = Mapping[tuple[str, str], Sequence[str] | Answer]
GOOD: Zone = {AT: [RECORD], MX: HOSTS}


def page(text: str | bytes = POLICY, content_type: str = "text/plain", status: int = 200) -> Fetched:
    body = text.encode() if isinstance(text, str) else text
    return Fetched(
        Fetching.FETCHED,
        status=status,
        content_type=content_type,
        body=body,
        addresses=("93.184.216.34",),
        certificate_ends=1_800_000_000,
    )


def record(zone: Zone, domain: str = "example.com") -> MtaStsInspection:
    return drive(inspect_mta_sts(domain), FakeDns(zone))


def policy(fetched: Fetched, zone: Zone = GOOD) -> MtaStsPolicyInspection:
    return drive(inspect_mta_sts_policy("example.com"), FakeDns(zone, {URL: fetched}))


def codes(inspection: MtaStsInspection | MtaStsPolicyInspection) -> set[str]:
    return {finding.code for finding in inspection.findings} - {UNTESTED}


@pytest.mark.statement("8.1")
def test_a_record() -> None:
    inspection = record(GOOD)
    assert (inspection.state, inspection.findings) == (State.VALID, ())
    assert (inspection.query, inspection.records) == ("_mta-sts.example.com", (RECORD,))
    assert (inspection.id, inspection.ttl) == ("20260101T000000Z", 300)


@pytest.mark.statement("8.1", "8.16")
def test_an_alias_is_followed() -> None:
    zone = {("_mta-sts.example.com", "CNAME"): ["x.hosted.example"], ("x.hosted.example", "TXT"): [RECORD]}
    inspection = record(zone)
    assert (inspection.state, inspection.aliases) == (State.VALID, ("x.hosted.example",))


@pytest.mark.statement("8.1")
@pytest.mark.parametrize(
    ("texts", "code", "state"),
    [
        (["v=spf1 -all", RECORD], None, State.VALID),
        ([RECORD, "v=STSv1; id=2"], "mta_sts_several_records", State.INVALID),
        (["v=STSv1;"], "mta_sts_no_id", State.INVALID),
        (["v=STSv1; id=2026-01-01"], "mta_sts_bad_id", State.INVALID),
        ([], "mta_sts_missing", State.MISSING),
        (FAILED, "dns_error", State.ERROR),
    ],
)
def test_records(texts: Sequence[str] | Answer, code: str | None, state: State) -> None:
    inspection = record({AT: texts})
    assert codes(inspection) == ({code} if code else set())
    assert inspection.state is state


@pytest.mark.statement("8.1")
@pytest.mark.parametrize("text", ["v=stsv1; id=1", "v=spf1 -all"])
def test_another_text_is_no_record_but_is_told(text: str) -> None:
    inspection = record({AT: [text]})
    assert codes(inspection) == {"mta_sts_other_text", "mta_sts_missing"}
    assert inspection.state is State.MISSING


@pytest.mark.statement("8.1", "8.16")
def test_an_alias_to_nothing_is_an_error() -> None:
    inspection = record({("_mta-sts.example.com", "CNAME"): ["gone.hosted.example"]})
    assert codes(inspection) == {"mta_sts_alias_dangling"}
    assert "gone.hosted.example" in inspection.findings[0].message
    assert (inspection.state, inspection.findings[0].severity) == (State.INVALID, Severity.ERROR)


@pytest.mark.statement("8.2")
def test_nothing_is_inherited() -> None:
    dns = FakeDns({**GOOD}, {URL: page()})
    assert drive(inspect_mta_sts("sub.example.com"), dns).state is State.MISSING
    inspection = drive(inspect_mta_sts_policy("sub.example.com"), dns)
    assert (inspection.state, codes(inspection)) == (State.MISSING, {"mta_sts_policy_missing"})
    assert inspection.query == "https://mta-sts.sub.example.com/.well-known/mta-sts.txt"
    assert Question("_mta-sts.example.com", Type.TXT) not in dns.asked


@pytest.mark.statement("8.3", "8.4", "8.14")
def test_a_policy() -> None:
    inspection = policy(page())
    assert (inspection.state, codes(inspection)) == (State.VALID, set())
    assert inspection.records == tuple(POLICY.split("\r\n")[:-1])
    assert inspection.policy is not None
    assert inspection.policy.max_age == 604_800
    assert (inspection.status, inspection.media_type) == (200, "text/plain")
    assert (inspection.record_id, inspection.record_published) == ("20260101T000000Z", True)
    assert inspection.certificate is CertificateState.VALID
    assert inspection.certificate_ends == "2027-01-15T08:00:00Z"
    assert [(host.name, host.covered) for host in inspection.hosts] == [
        ("mx1.example.com", True),
        ("a.mail.example.net", True),
    ]


@pytest.mark.statement("8.14")
def test_the_hosts_tls_is_said_to_be_untested() -> None:
    inspection = policy(page())
    (finding,) = inspection.findings
    assert (finding.code, finding.severity) == (UNTESTED, Severity.INFO)
    assert {host.tls for host in inspection.hosts} == {"not_tested"}


@pytest.mark.statement("8.3", "8.7")
@pytest.mark.parametrize(
    ("fetched", "code", "state"),
    [
        (page("moved", status=301), "https_redirect", State.INVALID),
        (page("moved", status=308), "https_redirect", State.INVALID),
        (page("no", status=404), "https_status", State.INVALID),
        (page("", status=204), "https_status", State.INVALID),
        (page("later", status=503), "https_server_trouble", State.ERROR),
        (page("<!DOCTYPE html><title>Sign in</title>", "text/html"), "mta_sts_policy_is_web_page",
         State.INVALID),
        (page("\n <html>version: STSv1", "text/plain"), "mta_sts_policy_is_web_page", State.INVALID),
        (page(content_type="text/html"), "mta_sts_policy_media_type", State.VALID),
        (page(content_type=""), "mta_sts_policy_media_type", State.VALID),
        (page(content_type="Text/Plain; charset=utf-8"), None, State.VALID),
        (page(b"\xff\xfe\x00"), "policy_bad_line", State.INVALID),
        (page(""), "policy_no_version", State.INVALID),
        (Fetched(Fetching.NO_ADDRESS), "https_no_address", State.INVALID),
        (Fetched(Fetching.REFUSED, reason="no public address"), "https_refused", State.INVALID),
        (Fetched(Fetching.BAD_CERTIFICATE, reason="wrong name"), "https_bad_certificate", State.INVALID),
        (Fetched(Fetching.TOO_LARGE, reason="too large"), "https_too_large", State.INVALID),
        (Fetched(Fetching.FAILED, reason="timeout"), "https_unreachable", State.ERROR),
    ],
)  # fmt: skip
def test_how_it_is_served(fetched: Fetched, code: str | None, state: State) -> None:
    inspection = policy(fetched)
    assert inspection.state is state
    assert code is None or code in codes(inspection)
    if code is None:
        assert codes(inspection) == set()


@pytest.mark.statement("8.7")
@pytest.mark.parametrize("reason", ["expired", "wrong name", "untrusted: self-signed"])
def test_a_bad_certificate_is_told(reason: str) -> None:
    inspection = policy(Fetched(Fetching.BAD_CERTIFICATE, reason=reason))
    assert (inspection.certificate, inspection.certificate_trouble) == (CertificateState.INVALID, reason)
    assert reason in inspection.findings[0].message
    assert "mta_sts_record_without_policy" in codes(inspection)


def test_no_connection_says_nothing_of_the_certificate() -> None:
    inspection = policy(Fetched(Fetching.FAILED, reason="timeout"))
    assert inspection.certificate is CertificateState.UNKNOWN
    assert codes(inspection) == {"https_unreachable"}


@pytest.mark.statement("8.3")
@pytest.mark.parametrize(
    "fetched", [Fetched(Fetching.NO_ADDRESS), page("", status=404), page("", status=302)]
)
def test_a_record_without_a_policy(fetched: Fetched) -> None:
    assert "mta_sts_record_without_policy" in codes(policy(fetched))


@pytest.mark.statement("8.1")
def test_a_policy_without_a_record() -> None:
    inspection = policy(page(), {MX: HOSTS})
    assert (inspection.state, codes(inspection)) == (State.INVALID, {"mta_sts_policy_without_record"})
    assert inspection.record_published is False


@pytest.mark.statement("8.1")
@pytest.mark.parametrize("fetched", [page("", status=404), page("<html>hello", "text/html"),
                                     Fetched(Fetching.BAD_CERTIFICATE, reason="wrong name")])  # fmt: skip
def test_without_a_record_another_page_is_no_fault_of_a_policy(fetched: Fetched) -> None:
    inspection = policy(fetched, {MX: HOSTS})
    assert (inspection.state, codes(inspection)) == (State.MISSING, {"mta_sts_policy_missing"})


def test_a_dns_that_fails_does_not_make_the_record_missing() -> None:
    inspection = policy(page(), {AT: FAILED, MX: HOSTS})
    assert (inspection.state, codes(inspection)) == (State.ERROR, {"dns_error"})
    assert inspection.record_published is None
    unknown = policy(Fetched(Fetching.NO_ADDRESS), {AT: FAILED, MX: HOSTS})
    assert (unknown.state, codes(unknown)) == (State.ERROR, {"dns_error"})


@pytest.mark.statement("8.5", "8.14")
@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("mx.example.com", "mx.example.com", True),
        ("mx.example.com", "MX.Example.com.", True),
        ("MX.example.com", "mx.example.com", True),
        ("*.example.com", "mx.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.mx.example.com", False),
        ("*.example.com", "mxexample.com", False),
        ("example.com", "mx.example.com", False),
        ("mx.example.com.", "mx.example.com", False),
        ("mx.example.com, mx2.example.com", "mx.example.com", False),
    ],
)
def test_patterns(pattern: str, host: str, covered: bool) -> None:
    text = f"version: STSv1\nmode: enforce\nmx: {pattern}\nmx: other.example.org\nmax_age: 604800\n"
    inspection = policy(page(text), {AT: [RECORD], MX: [f"10 {host}"]})
    assert [each.covered for each in inspection.hosts] == [covered]
    assert ("mta_sts_mx_not_covered" in codes(inspection)) is not covered


@pytest.mark.statement("8.13")
@pytest.mark.parametrize(
    ("mode", "code", "state", "covered"),
    [
        ("enforce", "mta_sts_mx_not_covered", State.INVALID, False),
        ("testing", "mta_sts_mx_not_covered_in_testing", State.VALID, False),
        ("none", None, State.VALID, None),
    ],
)
def test_what_a_host_outside_means_depends_on_the_mode(
    mode: str, code: str | None, state: State, covered: bool | None
) -> None:
    text = f"version: STSv1\nmode: {mode}\nmx: mx1.example.com\nmax_age: 604800\n"
    inspection = policy(page(text), {AT: [RECORD], MX: ["5 mx1.example.com", "10 backup.example.org"]})
    assert inspection.hosts[1].covered is covered
    assert codes(inspection) == ({code} if code else set())
    assert inspection.state is state


@pytest.mark.statement("8.14")
def test_a_pattern_that_covers_nobody() -> None:
    inspection = policy(page(), {AT: [RECORD], MX: ["10 mx1.example.com"]})
    (finding,) = [each for each in inspection.findings if each.code == "mta_sts_mx_unused"]
    assert finding.subject == "*.mail.example.net"


@pytest.mark.statement("8.14")
def test_hosts_without_mx_records() -> None:
    implicit = policy(page(), {AT: [RECORD], ("example.com", "A"): ["93.184.216.34"]})
    assert [host.name for host in implicit.hosts] == ["example.com"]
    null = policy(page(), {AT: [RECORD], MX: ["0 "]})
    assert null.hosts == ()
    failed = policy(page(), {AT: [RECORD], MX: FAILED})
    assert failed.hosts == ()
    assert "dns_error" in codes(failed)
    assert "mta_sts_mx_not_covered" not in codes(failed)
    many = policy(page(), {AT: [RECORD], MX: [f"10 h{number}.example.org" for number in range(2_000)]})
    assert len(many.hosts) == 50


def test_all_is_asked_at_once() -> None:
    dns = FakeDns(GOOD, {URL: page()})
    drive(inspect_mta_sts_policy("example.com"), dns)
    assert dns.rounds == 1
