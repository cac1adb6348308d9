from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records import mta_sts, mta_sts_policy
from shared.mailauth.records.mta_sts_policy import Mode, matches, written


def codes(found: mta_sts.MtaStsRecord | mta_sts_policy.MtaStsPolicy) -> set[str]:
    return {finding.code for finding in found.findings}


@pytest.mark.statement("8.1")
@pytest.mark.parametrize(
    ("text", "id_", "expected"),
    [
        ("v=STSv1; id=20260101T000000Z;", "20260101T000000Z", set()),
        ("v=STSv1;id=1", "1", set()),
        ("v=STSv1; id=" + "a" * 32, "a" * 32, set()),
        ("v=STSv1; id=" + "a" * 33, None, {"mta_sts_bad_id"}),
        ("v=STSv1; id=2026-01-01", None, {"mta_sts_bad_id"}),
        ("v=STSv1; id=", None, {"mta_sts_bad_id"}),
        ("v=STSv1;", None, {"mta_sts_no_id"}),
        ("v=STSv1; id=1; id=2", "1", {"mta_sts_repeated_field"}),
        ("v=STSv1; id=1; more=x; junk", "1", {"mta_sts_syntax"}),
        ("v=STSv1; ID=1", "1", {"mta_sts_field_spelling"}),
        ("v=STSv1; id = 1", "1", {"mta_sts_field_spelling"}),
        ("v=stsv1; id=1", "1", {"not_an_mta_sts_record"}),
        ("id=1; v=STSv1", "1", {"not_an_mta_sts_record"}),
        ("v=STSv12; id=1", "1", {"not_an_mta_sts_record"}),
    ],
)
def test_records(text: str, id_: str | None, expected: set[str]) -> None:
    found = mta_sts.parse(text)
    assert (found.id, codes(found)) == (id_, expected)
    assert found.is_record is mta_sts.is_mta_sts(text) is ("not_an_mta_sts_record" not in expected)


@pytest.mark.statement("8.1")
def test_unknown_fields_are_kept() -> None:
    assert mta_sts.parse("v=STSv1; id=1; more=x").extensions == (("more", "x"),)


GOOD = "version: STSv1\nmode: enforce\nmx: mx1.example.com\r\nmx: *.example.net\nmax_age: 604800\n"


@pytest.mark.statement("8.4")
def test_a_policy_is_lines_of_keys_and_values_with_either_line_end() -> None:
    found = mta_sts_policy.parse(GOOD)
    assert (found.valid, found.mode, found.max_age) == (True, Mode.ENFORCE, 604_800)
    assert found.mx == ("mx1.example.com", "*.example.net")
    assert found.findings == ()


@pytest.mark.statement("8.4", "8.6")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("version: STSv1\n", ""), "policy_no_version"),
        (("STSv1", "STSv2"), "policy_no_version"),
        (("mode: enforce\n", ""), "policy_bad_mode"),
        (("enforce", "strict"), "policy_bad_mode"),
        (("enforce", "Enforce"), "policy_bad_mode"),
        (("max_age: 604800\n", ""), "policy_bad_max_age"),
        (("604800", "31557601"), "policy_bad_max_age"),
        (("604800", "00000000001"), "policy_bad_max_age"),
        (("604800", "-1"), "policy_bad_max_age"),
        (("604800", "1w"), "policy_bad_max_age"),
        (("mx: mx1.example.com\r\nmx: *.example.net\n", ""), "policy_no_mx"),
    ],
)
def test_what_makes_a_policy_none(change: tuple[str, str], code: str) -> None:
    found = mta_sts_policy.parse(GOOD.replace(*change))
    assert not found.valid
    assert codes(found) == {code}


@pytest.mark.statement("8.4")
@pytest.mark.parametrize("age", ["0", "86400", "31557600"])
def test_ages_within_bounds(age: str) -> None:
    assert mta_sts_policy.parse(GOOD.replace("604800", age)).max_age == int(age)


@pytest.mark.statement("8.4")
def test_mode_none_needs_no_mx() -> None:
    assert mta_sts_policy.parse("version: STSv1\nmode: none\nmax_age: 86400").valid


@pytest.mark.statement("8.6")
def test_unknown_keys_are_ignored_and_repeated_ones_read_once() -> None:
    found = mta_sts_policy.parse(GOOD + "colour: blue\nmode: none\nwhat is this\n")
    assert (found.valid, found.mode) == (True, Mode.ENFORCE)
    assert found.extensions == (("colour", "blue"),)
    assert codes(found) == {"policy_repeated_key", "policy_bad_line"}


@pytest.mark.statement("8.5")
@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("mx.example.com", "MX.example.com.", True),
        ("mx.example.com", "mx2.example.com", False),
        ("*.example.com", "mx.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", ".example.com", False),
    ],
)
def test_a_wildcard_is_one_label(pattern: str, host: str, covered: bool) -> None:
    assert matches(pattern, host) is covered


@pytest.mark.statement("8.5")
@pytest.mark.parametrize(
    "value",
    ["mx.example.com.", "mx1.example.com, mx2.example.com", "m\xfcx.example", "*", "*.*.example.com", ""],
)
def test_bad_patterns_cover_nothing(value: str) -> None:
    found = mta_sts_policy.parse(GOOD.replace("*.example.net", value))
    assert codes(found) == {"policy_bad_mx"}
    assert found.mx == ("mx1.example.com",)


@pytest.mark.statement("8.11")
def test_a_policy_that_is_forgotten_within_a_day_is_a_warning() -> None:
    """Unless it is tried out: then that is how it should be."""
    short = mta_sts_policy.parse(GOOD.replace("604800", "3600"))
    assert codes(short) == {"policy_short_max_age"}
    assert "a week or more" in short.findings[0].advice
    assert codes(mta_sts_policy.parse(GOOD.replace("604800", "3600").replace("enforce", "testing"))) == set()


@pytest.mark.statement("8.11")
def test_a_policy_that_is_kept_for_less_than_a_week_is_worth_a_word() -> None:
    assert codes(mta_sts_policy.parse(GOOD.replace("604800", "86400"))) == {"policy_max_age_under_a_week"}
    assert codes(mta_sts_policy.parse(GOOD.replace("604800", "604799"))) == {"policy_max_age_under_a_week"}


@given(
    mode=st.sampled_from(Mode),
    mx=st.lists(st.sampled_from(["mx.example.com", "*.example.net", "a-b.example"]), min_size=1, unique=True),
    age=st.integers(604_800, 31_557_600),
)
def test_what_is_written_is_read(mode: Mode, mx: list[str], age: int) -> None:
    found = mta_sts_policy.parse(written(mode, tuple(mx), age))
    assert (found.valid, found.mode, found.mx, found.max_age) == (True, mode, tuple(mx), age)
    assert found.findings == ()


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for findings in (mta_sts.parse(text).findings, mta_sts_policy.parse(text).findings):
        for finding in findings:
            assert finding.start is None or 0 <= finding.start <= (finding.end or 0) <= len(text)
