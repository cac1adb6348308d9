"""The header by which a test says the verdicts on its mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.verdicts import KINDS, STATUSES, VerdictError, Verdicts, parse_verdicts, take_header

MAIL = b"From: a@example.test\r\nSubject: one\r\n two\r\n\r\nbody\r\nX-Postseal-Verdicts: spf=FAIL\r\n"


def test_unmentioned_verdicts_keep_their_default() -> None:
    assert parse_verdicts("spf=PASS dkim=FAIL") == Verdicts(spf="PASS", dkim="FAIL")


def test_failed_dmarc_comes_with_a_policy() -> None:
    assert parse_verdicts("dmarc=FAIL").dmarc_policy == "reject"
    assert parse_verdicts("dmarc=PASS").dmarc_policy is None


@pytest.mark.parametrize("text", ["spf", "spf=pass", "arc=PASS", "spf=PASS; dkim=PASS"])
def test_what_is_no_verdict_is_refused(text: str) -> None:
    with pytest.raises(VerdictError, match=r"is not one of spam, virus"):
        parse_verdicts(text)


@given(st.dictionaries(st.sampled_from(KINDS), st.sampled_from(STATUSES)))
def test_every_combination_can_be_said(said: dict[str, str]) -> None:
    verdicts = parse_verdicts(" ".join(f"{kind}={status}" for kind, status in said.items()))
    assert {kind: getattr(verdicts, kind) for kind in said} == said


def test_mail_without_the_header_stays_as_it_is() -> None:
    assert take_header(MAIL) == (MAIL, None)


@pytest.mark.parametrize("line", [b"X-Postseal-Verdicts: spf=PASS", b"x-postseal-VERDICTS:\r\n\tspf=PASS"])
def test_header_is_taken_out_wherever_it_stands(line: bytes) -> None:
    fields = MAIL.partition(b"Subject")
    for raw in (line + b"\r\n" + MAIL, fields[0] + line + b"\r\nSubject" + fields[2]):
        assert take_header(raw) == (MAIL, "spf=PASS")


def test_first_of_several_headers_counts_and_none_stays() -> None:
    raw = b"X-Postseal-Verdicts: spf=FAIL\r\nX-Postseal-Verdicts: spf=PASS\r\n" + MAIL
    assert take_header(raw) == (MAIL, "spf=FAIL")


@given(st.binary(max_size=200))
def test_other_bytes_pass_through(raw: bytes) -> None:
    kept, said = take_header(raw)
    assert said is not None or kept == raw
