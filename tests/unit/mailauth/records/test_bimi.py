from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.findings import Severity
from shared.mailauth.records.bimi import is_bimi, parse

LOGO = "https://example.com/logo.svg"
PEM = "https://example.com/mark.pem"


def codes(text: str) -> set[str]:
    return {finding.code for finding in parse(text).findings}


@pytest.mark.statement("11.1")
@pytest.mark.parametrize(
    "text", [f"v=BIMI1; l={LOGO}", "v=BIMI1;", "v=BIMI1", " V = BIMI1 ; l=", "v=BIMI1\t;l="]
)
def test_records(text: str) -> None:
    assert is_bimi(text)


@pytest.mark.statement("11.1")
@pytest.mark.parametrize(
    "text",
    ["", "v=bimi1; l=", "v=BIMI2; l=", "v=BIMI10; l=", f"l={LOGO}; v=BIMI1", "BIMI1; l=", "v=spf1 -all",
     "v=BIMI1 l=https://example.com/"],
)  # fmt: skip
def test_what_is_no_record(text: str) -> None:
    assert not is_bimi(text)
    assert (parse(text).valid, codes(text)) == (False, {"bimi_not_a_record"})


@pytest.mark.statement("11.2")
def test_all_that_a_record_can_say() -> None:
    record = parse(f"v=BIMI1; l={LOGO}; a={PEM}; avp=personal; lps=news, sales-team;")
    assert record.findings == ()
    assert (record.valid, record.declined) == (True, False)
    assert (record.location, record.evidence) == (LOGO, PEM)
    assert (record.avatar_preference, record.local_part_selectors) == ("personal", ("news", "sales-team"))


@pytest.mark.statement("11.2")
@pytest.mark.parametrize("text", ["v=BIMI1; l=; a=;", "v=BIMI1; l=; a=", "v=BIMI1;l=;"])
def test_both_empty_is_to_decline(text: str) -> None:
    record = parse(text)
    assert (record.valid, record.declined) == (True, True)
    assert [(finding.code, finding.severity) for finding in record.findings] == [
        ("bimi_declined", Severity.INFO)
    ]


@pytest.mark.statement("11.2")
@pytest.mark.parametrize(
    ("text", "code", "valid"),
    [
        ("v=BIMI1", "bimi_no_location", False),
        (f"v=BIMI1; a={PEM}", "bimi_no_location", False),
        (f"v=BIMI1; l=; a={PEM}", "bimi_no_image", True),
        (f"v=BIMI1; l={LOGO}", "bimi_no_evidence", True),
        (f"v=BIMI1; l=http://example.com/logo.svg; a={PEM}", "bimi_bad_uri", False),
        (f"v=BIMI1; l=example.com/logo.svg; a={PEM}", "bimi_bad_uri", False),
        (f"v=BIMI1; l={LOGO},{LOGO}; a={PEM}", "bimi_bad_uri", False),
        (f"v=BIMI1; l=https:///logo.svg; a={PEM}", "bimi_bad_uri", False),
        (f"v=BIMI1; l=https://[; a={PEM}", "bimi_bad_uri", False),
        (f"v=BIMI1; l={LOGO}; a=self", "bimi_bad_uri", False),
        (f"v=BIMI1; l=https://example.com/logo.png; a={PEM}", "bimi_location_not_svg", True),
        (f"v=BIMI1; l={LOGO}; a={PEM}; avp=both", "bimi_bad_avp", True),
        (f"v=BIMI1; l={LOGO}; a={PEM}; lps=news,,b", "bimi_bad_lps", True),
        (f"v=BIMI1; l={LOGO}; a={PEM}; l={LOGO}", "bimi_repeated_tag", False),
        (f"v=BIMI1; l={LOGO}; a={PEM}; nonsense", "bimi_malformed_tag", True),
    ],
)
def test_findings(text: str, code: str, valid: bool) -> None:
    assert codes(text) == {code}
    assert parse(text).valid is valid


@pytest.mark.statement("11.1")
def test_unknown_tags_are_passed_over() -> None:
    record = parse(f"v=BIMI1; x=y; l={LOGO}; a={PEM}; e=1")
    assert (record.valid, record.location) == (True, LOGO)
    assert [(finding.code, finding.subject) for finding in record.findings] == [
        ("bimi_unknown_tag", "x"),
        ("bimi_unknown_tag", "e"),
    ]


def test_findings_say_where() -> None:
    text = f"v=BIMI1; l=http://example.com/; a={PEM}"
    (finding,) = parse(text).findings
    assert text[finding.start : finding.end] == "http://example.com/"


@given(st.text(alphabet="v=BIMI1;la avp:/ s[,.é\n", max_size=60))
def test_no_text_raises(text: str) -> None:
    assert parse("v=BIMI1;" + text).findings
    assert parse(text).findings
