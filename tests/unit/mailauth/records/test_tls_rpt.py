from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records.tls_rpt import is_tls_rpt, parse


@pytest.mark.parametrize(
    ("text", "uris", "codes"),
    [
        ("v=TLSRPTv1; rua=mailto:tls@example.com", 1, set()),
        ("v=TLSRPTv1;rua=mailto:a@b.example , https://collect.example/v1;", 2, set()),
        ("v=TLSRPTv1; rua=mailto:a@b.example; x=y", 1, set()),
        ("v=TLSRPTv1;", 0, {"tls_rpt_no_rua"}),
        ("v=TLSRPTv1; rua=", 0, {"tls_rpt_no_rua"}),
        ("v=TLSRPTv1; rua=ftp://a", 1, {"tls_rpt_no_rua", "tls_rpt_bad_uri"}),
        ("v=TLSRPTv1; rua=mailto:a@b.example,tls@b.example", 2, {"tls_rpt_bad_uri"}),
        ("v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:c@d.example", 1, {"tls_rpt_repeated_field"}),
        ("v=TLSRPTv1; junk; rua=mailto:a@b.example", 1, {"tls_rpt_syntax"}),
        ("v=TLSRPTv1; RUA=mailto:a@b.example", 1, {"tls_rpt_field_spelling"}),
        ("v=TLSRPTv1; rua =mailto:a@b.example", 1, {"tls_rpt_field_spelling"}),
        ("v=tlsrptv1; rua=mailto:a@b.example", 1, {"not_a_tls_rpt_record"}),
    ],
)
def test_records(text: str, uris: int, codes: set[str]) -> None:
    found = parse(text)
    assert len(found.rua) == uris
    assert {finding.code for finding in found.findings} == codes
    assert found.is_record is is_tls_rpt(text) is ("not_a_tls_rpt_record" not in codes)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert parse(text).text == text
