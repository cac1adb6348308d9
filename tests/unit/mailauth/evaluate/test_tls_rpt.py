from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.tls_rpt import TlsRptInspection, inspect_tls_rpt, validate_tls_rpt
from tests.fakes.dns import FAILED, FakeDns, drive

RECORD = "v=TLSRPTv1; rua=mailto:tls@example.net"
NAME = "_smtp._tls.example.com"


def inspected(texts: Any) -> TlsRptInspection:
    return drive(inspect_tls_rpt("example.com"), FakeDns({(NAME, "TXT"): texts}))


def codes(inspection: TlsRptInspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


@pytest.mark.statement("7.1")
def test_a_record_and_where_it_sends_reports() -> None:
    seen = inspected([RECORD])
    assert (seen.query, seen.state, seen.records, seen.findings) == (NAME, State.VALID, (RECORD,), ())
    assert [uri.host for uri in seen.rua] == ["example.net"]


@pytest.mark.statement("7.2")
@pytest.mark.parametrize(
    ("texts", "state", "found"),
    [
        ([RECORD, RECORD], State.INVALID, ["tls_rpt_multiple_records"]),
        ([RECORD, "v=spf1 -all"], State.VALID, ["tls_rpt_other_text"]),
        (["v=spf1 -all"], State.MISSING, ["tls_rpt_other_text", "tls_rpt_missing"]),
        ([], State.MISSING, ["tls_rpt_missing"]),
        (["v=TLSRPTv1;"], State.INVALID, ["tls_rpt_no_rua"]),
    ],
)
def test_exactly_one_record_counts(texts: Any, state: Any, found: Any) -> None:
    seen = inspected(texts)
    assert (seen.state, codes(seen)) == (state, found)


@pytest.mark.statement("7.2")
def test_nothing_is_inherited() -> None:
    dns = FakeDns({(NAME, "TXT"): [RECORD]})
    assert drive(inspect_tls_rpt("a.example.com"), dns).state is State.MISSING
    assert len(dns.asked) == 1


@pytest.mark.statement("7.2")
def test_an_alias_is_followed() -> None:
    zone = {(NAME, "CNAME"): ["x.hosted.example"], ("x.hosted.example", "TXT"): [RECORD]}
    seen = drive(inspect_tls_rpt("example.com"), FakeDns(zone))
    assert (seen.state, seen.cname) == (State.VALID, "x.hosted.example")
    del zone[("x.hosted.example", "TXT")]
    gone = drive(inspect_tls_rpt("example.com"), FakeDns(zone))
    assert (gone.state, codes(gone)) == (State.INVALID, ["tls_rpt_alias_dangling"])


@pytest.mark.statement("1.16")
def test_a_failed_answer_is_not_a_missing_record() -> None:
    seen = inspected(FAILED)
    assert (seen.state, codes(seen)) == (State.ERROR, ["dns_error"])


def test_a_text_is_validated_without_the_dns() -> None:
    assert validate_tls_rpt(RECORD).state is State.VALID
    assert validate_tls_rpt(RECORD, "example.com").query == NAME
    assert validate_tls_rpt("v=DMARC1; p=none").state is State.INVALID


@given(st.lists(st.text(max_size=60) | st.text("v=TLSRPTv1;rua:mailto@, ", max_size=60), max_size=3))
def test_no_record_upsets_it(texts: Any) -> None:
    inspected(texts)
