from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest

from shared.mailauth.evaluate.bimi import BimiInspection, RecordSource, inspect_bimi
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Answer, Fetch, Fetched, Fetching
from tests.fakes.dns import FAILED, FakeDns, drive
from tests.fixtures.logos import LOGO, compressed
from tests.fixtures.marks import mark, pem, verifier

IMAGE = "https://example.com/logo.svg"
CHAIN = "https://example.com/mark.pem"
RECORD = f"v=BIMI1; l={IMAGE}; a={CHAIN}"
AT = ("default._bimi.example.com", "TXT")
DMARC = ("_dmarc.example.com", "TXT")
ENFORCED = "v=DMARC1; p=reject; rua=mailto:d@example.com"

Zone = Mapping[tuple[str, str], Sequence[str] | Answer]


def page(body: bytes, content_type: str = "image/svg+xml", status: int = 200) -> Fetched:
    return Fetched(Fetching.FETCHED, status=status, content_type=content_type, body=body)


WEB = {IMAGE: page(LOGO), CHAIN: page(pem(mark(), verifier()), "application/x-pem-file")}


def inspected(
    zone: Zone,
    web: Mapping[str, Fetched] | None = None,
    domain: str = "example.com",
    selector: str = "default",
) -> BimiInspection:
    dns = FakeDns(
        {DMARC: [ENFORCED], ("example.com", "MX"): ["10 mx.example.com"], **zone}, {**WEB, **(web or {})}
    )
    return drive(inspect_bimi(domain, selector, now=time.time()), dns)


def codes(inspection: BimiInspection) -> set[str]:
    return {finding.code for finding in inspection.findings}


@pytest.mark.statement("11.1", "11.2", "11.3", "11.4", "11.5")
def test_all_in_order() -> None:
    inspection = inspected({AT: [RECORD]})
    assert inspection.findings == ()
    assert (inspection.state, inspection.source) == (State.VALID, RecordSource.OWN)
    assert (inspection.query, inspection.records) == ("default._bimi.example.com", (RECORD,))
    assert inspection.image is not None
    assert inspection.image.svg is not None
    assert inspection.image.svg.title == "Example Ltd"
    assert inspection.evidence is not None
    assert inspection.evidence.certificate is not None
    assert inspection.evidence.certificate.image_matches
    assert inspection.dmarc is not None
    assert inspection.dmarc.ready


@pytest.mark.statement("11.1")
def test_the_selector_is_part_of_the_name() -> None:
    zone = {("news._bimi.example.com", "TXT"): [RECORD]}
    assert inspected(zone, selector="news").state is State.VALID
    assert inspected(zone).state is State.MISSING


@pytest.mark.statement("11.1")
def test_the_organizational_domain_stands_in() -> None:
    inspection = inspected({AT: [RECORD]}, domain="shop.example.com")
    assert (inspection.state, inspection.source) == (State.VALID, RecordSource.ORGANIZATIONAL)
    assert inspection.query == "default._bimi.example.com"


@pytest.mark.statement("11.1")
def test_the_domain_s_own_record_comes_first() -> None:
    own = ("default._bimi.shop.example.com", "TXT")
    inspection = inspected({AT: [RECORD], own: ["v=BIMI1; l=; a="]}, domain="shop.example.com")
    assert (inspection.source, codes(inspection)) == (RecordSource.OWN, {"bimi_declined"})
    assert inspection.state is State.VALID


@pytest.mark.statement("11.1")
def test_several_records_are_none() -> None:
    own = ("default._bimi.shop.example.com", "TXT")
    inspection = inspected({AT: [RECORD], own: [RECORD, "v=BIMI1; l="]}, domain="shop.example.com")
    assert "bimi_several_records" in codes(inspection)
    assert (inspection.state, inspection.record) == (State.INVALID, None)


@pytest.mark.statement("11.1")
def test_other_texts_at_the_name_are_passed_over() -> None:
    assert inspected({AT: ["v=spf1 -all", "v=bimi1; l=", RECORD]}).records == (RECORD,)


def test_no_record() -> None:
    inspection = inspected({})
    assert (inspection.state, codes(inspection)) == (State.MISSING, {"bimi_missing"})
    assert inspection.source is RecordSource.NONE


@pytest.mark.parametrize("domain", ["example.com", "shop.example.com"])
def test_a_dns_that_fails_is_not_a_missing_record(domain: str) -> None:
    inspection = inspected({AT: FAILED}, domain=domain)
    assert (inspection.state, codes(inspection)) == (State.ERROR, {"dns_error"})
    assert inspection.ttl is None


def test_what_is_above_may_be_unknown() -> None:
    """Without the domain's own record it is open whose would count."""
    inspection = inspected({AT: [RECORD], DMARC: FAILED}, domain="shop.example.com")
    assert (inspection.state, codes(inspection)) == (State.ERROR, {"dns_error"})


def test_a_selector_that_makes_no_name() -> None:
    inspection = inspected({AT: [RECORD]}, selector="a b")
    assert (inspection.state, codes(inspection)) == (State.INVALID, {"bimi_bad_selector"})


@pytest.mark.statement("11.2", "11.3")
def test_who_declines_needs_no_dmarc() -> None:
    inspection = inspected({AT: ["v=BIMI1; l=; a="], DMARC: ["v=DMARC1; p=none"]})
    assert (inspection.state, codes(inspection)) == (State.VALID, {"bimi_declined"})


@pytest.mark.statement("11.3")
@pytest.mark.parametrize(
    ("dmarc", "code", "state"),
    [
        (["v=DMARC1; p=quarantine"], None, State.VALID),
        (["v=DMARC1; p=quarantine; pct=100"], None, State.VALID),
        (["v=DMARC1; p=reject; sp=quarantine"], None, State.VALID),
        (["v=DMARC1; p=reject; pct=50"], None, State.VALID),
        (["v=DMARC1; p=quarantine; pct=50"], "bimi_dmarc_partly_enforced", State.INVALID),
        (["v=DMARC1; p=none"], "bimi_dmarc_not_enforced", State.INVALID),
        (["v=DMARC1; p=reject; sp=none"], "bimi_dmarc_subdomains_not_enforced", State.INVALID),
        (["v=DMARC1; p=reject; t=y"], "bimi_dmarc_testing", State.VALID),
        (["v=spf1 -all"], "bimi_no_dmarc", State.INVALID),
        (["v=DMARC1; p=reject", "v=DMARC1; p=reject"], "bimi_no_dmarc", State.INVALID),
        (FAILED, "bimi_dmarc_unknown", State.VALID),
    ],
)
def test_dmarc_has_to_be_enforced(dmarc: Sequence[str] | Answer, code: str | None, state: State) -> None:
    inspection = inspected({AT: [RECORD], DMARC: dmarc})
    assert codes(inspection) == ({code} if code else set())
    assert inspection.state is state
    assert inspection.dmarc is not None
    assert inspection.dmarc.ready is (None if dmarc is FAILED else code is None)


@pytest.mark.statement("11.3")
@pytest.mark.parametrize(
    ("organization", "own", "expected"),
    [
        ("v=DMARC1; p=reject", "v=DMARC1; p=quarantine", set()),
        ("v=DMARC1; p=none", "v=DMARC1; p=reject", {"bimi_dmarc_not_enforced"}),
        ("v=DMARC1; p=none; sp=reject", None, {"bimi_dmarc_not_enforced"}),
        ("v=DMARC1; p=reject; sp=none", None,
         {"bimi_dmarc_not_enforced", "bimi_dmarc_subdomains_not_enforced"}),
        ("v=DMARC1; p=reject", "v=DMARC1; p=none", {"bimi_dmarc_not_enforced"}),
        ("v=DMARC1; p=reject", None, set()),
    ],
)  # fmt: skip
def test_the_organizational_domain_has_to_enforce_it_too(
    organization: str, own: str | None, expected: set[str]
) -> None:
    zone = {AT: [RECORD], DMARC: [organization], ("shop.example.com", "A"): ["93.184.216.34"]}
    if own:
        zone["_dmarc.shop.example.com", "TXT"] = [own]
    inspection = inspected(zone, domain="shop.example.com")
    assert codes(inspection) == expected


@pytest.mark.statement("11.4", "11.6")
@pytest.mark.parametrize(
    ("fetched", "code", "state"),
    [
        (page(LOGO, "image/svg+xml; charset=utf-8"), None, State.VALID),
        (page(compressed()), None, State.VALID),
        (page(LOGO, "text/html"), "bimi_image_media_type", State.INVALID),
        (page(LOGO, ""), "bimi_image_media_type", State.INVALID),
        (page(LOGO.replace(b"tiny-ps", b"tiny")), "svg_base_profile", State.INVALID),
        (page(b"<html></html>"), "svg_root", State.INVALID),
        (page(b"", status=404), "https_status", State.INVALID),
        (page(b"", status=503), "https_server_trouble", State.ERROR),
        (Fetched(Fetching.FETCHED, status=302, location="http://169.254.169.254/"), "https_redirect",
         State.INVALID),
        (Fetched(Fetching.REFUSED, reason="no public address"), "https_refused", State.INVALID),
        (Fetched(Fetching.NO_ADDRESS), "https_no_address", State.INVALID),
        (Fetched(Fetching.BAD_CERTIFICATE, reason="expired"), "https_bad_certificate", State.INVALID),
        (Fetched(Fetching.TOO_LARGE, reason="a body"), "https_too_large", State.INVALID),
        (Fetched(Fetching.FAILED, reason="timeout"), "https_unreachable", State.ERROR),
    ],
)  # fmt: skip
def test_the_image(fetched: Fetched, code: str | None, state: State) -> None:
    inspection = inspected({AT: [RECORD]}, {IMAGE: fetched})
    found = codes(inspection) - {"certificate_other_image"}
    assert found == ({code} if code else set())
    assert inspection.state is state
    assert inspection.image is not None
    assert inspection.image.valid is (code is None)


@pytest.mark.statement("11.5", "11.6")
@pytest.mark.parametrize(
    ("fetched", "code", "state"),
    [
        (page(pem(mark(["example.net"]), verifier())), "certificate_other_name", State.INVALID),
        (page(b"<html></html>", "text/html"), "certificate_unreadable", State.INVALID),
        (page(b"", status=404), "https_status", State.INVALID),
        (Fetched(Fetching.REFUSED, reason="no public address"), "https_refused", State.INVALID),
        (Fetched(Fetching.FAILED, reason="timeout"), "https_unreachable", State.ERROR),
    ],
)
def test_the_evidence(fetched: Fetched, code: str, state: State) -> None:
    inspection = inspected({AT: [RECORD]}, {CHAIN: fetched})
    assert codes(inspection) == {code}
    assert inspection.state is state
    assert inspection.evidence is not None
    assert not inspection.evidence.valid


@pytest.mark.statement("11.5")
@pytest.mark.parametrize("name", ["shop.example.com", "example.com", "default._bimi.example.com"])
def test_the_certificate_may_be_for_the_domain_or_the_one_above(name: str) -> None:
    web = {CHAIN: page(pem(mark([name]), verifier()))}
    assert inspected({AT: [RECORD]}, web, domain="shop.example.com").findings == ()


@pytest.mark.statement("11.5")
def test_another_image_than_in_the_certificate() -> None:
    inspection = inspected({AT: [RECORD]}, {IMAGE: page(LOGO.replace(b"#06c", b"#c00"))})
    assert (codes(inspection), inspection.state) == ({"certificate_other_image"}, State.INVALID)


@pytest.mark.statement("11.6")
def test_only_what_the_record_names_is_fetched() -> None:
    dns = FakeDns({DMARC: [ENFORCED], AT: [f"v=BIMI1; l={IMAGE}"]}, WEB)
    inspection = drive(inspect_bimi("example.com", now=time.time()), dns)
    assert [asked.url for asked in dns.asked if isinstance(asked, Fetch)] == [IMAGE]
    assert codes(inspection) == {"bimi_no_evidence"}
    assert inspection.evidence is None
