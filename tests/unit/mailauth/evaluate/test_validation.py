from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.bimi import BimiInspection
from shared.mailauth.evaluate.dkim import DkimInspection
from shared.mailauth.evaluate.dmarc import DmarcInspection
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.mta_sts import MtaStsInspection, MtaStsPolicyInspection
from shared.mailauth.evaluate.spf_tree import SpfInspection
from shared.mailauth.evaluate.tls_rpt import TlsRptInspection
from shared.mailauth.evaluate.validation import Kind, validate
from shared.mailauth.records.dns_text import quoted

ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

GOOD = {
    Kind.DMARC: ("v=DMARC1; p=quarantine; rua=mailto:a@example.com", DmarcInspection),
    Kind.SPF: ("v=spf1 ip4:192.0.2.1 -all", SpfInspection),
    Kind.DKIM: (f"v=DKIM1; k=ed25519; p={ED25519}", DkimInspection),
    Kind.BIMI: ("v=BIMI1; l=https://example.com/logo.svg; a=https://example.com/a.pem", BimiInspection),
    Kind.MTA_STS: ("v=STSv1; id=20260101T000000Z;", MtaStsInspection),
    Kind.MTA_STS_POLICY: (
        "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n",
        MtaStsPolicyInspection,
    ),
    Kind.TLS_RPT: ("v=TLSRPTv1; rua=mailto:tls@example.com", TlsRptInspection),
}
RECORDS = [kind for kind in Kind if kind is not Kind.MTA_STS_POLICY]


@pytest.mark.parametrize("kind", Kind)
def test_a_good_text_of_each_kind(kind: Kind) -> None:
    text, shape = GOOD[kind]
    seen = validate(kind, text)
    assert isinstance(seen, shape)
    assert (seen.state, seen.domain, seen.query, seen.ttl) == (State.VALID, "", "", None)
    assert "".join(seen.records) == text.replace("\r\n", "")


@pytest.mark.parametrize("kind", Kind)
def test_something_else_of_each_kind_is_invalid_and_said_to_be(kind: Kind) -> None:
    seen = validate(kind, "google-site-verification=abc")
    assert seen.state is State.INVALID
    assert seen.findings


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        (Kind.DMARC, "_dmarc.example.com"),
        (Kind.SPF, "example.com"),
        (Kind.DKIM, ""),
        (Kind.BIMI, "default._bimi.example.com"),
        (Kind.MTA_STS, "_mta-sts.example.com"),
        (Kind.MTA_STS_POLICY, "https://mta-sts.example.com/.well-known/mta-sts.txt"),
        (Kind.TLS_RPT, "_smtp._tls.example.com"),
    ],
)
def test_where_it_would_be_published(kind: Kind, query: str) -> None:
    """That of a DKIM key depends on a selector, too."""
    seen = validate(kind, GOOD[kind][0], "example.com")
    assert (seen.domain, seen.query) == ("example.com", query)


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_as_a_zone_file_writes_it(kind: Kind) -> None:
    text = GOOD[kind][0]
    assert validate(kind, f" {quoted(text)}\n") == validate(kind, text)
    assert validate(kind, f'"{text[:9]}" "{text[9:]}"') == validate(kind, text)


def test_a_quote_that_does_not_end_is_part_of_the_text() -> None:
    seen = validate(Kind.SPF, '"v=spf1 -all')
    assert (seen.state, seen.records) == (State.INVALID, ('"v=spf1 -all',))


def test_what_the_text_alone_tells() -> None:
    spf = validate(Kind.SPF, "v=spf1 include:a.example mx exists:%{i}.b.example redirect=c.example")
    assert isinstance(spf, SpfInspection)
    assert (spf.lookups, spf.default_result, spf.all_mechanism) == (4, None, None)
    key = validate(Kind.DKIM, GOOD[Kind.DKIM][0])
    assert isinstance(key, DkimInspection)
    assert (key.key_type, key.usable) == ("ed25519", True)
    policy = validate(Kind.MTA_STS_POLICY, GOOD[Kind.MTA_STS_POLICY][0])
    assert isinstance(policy, MtaStsPolicyInspection)
    assert policy.policy is not None
    assert (policy.policy.mx, policy.record_published, policy.hosts) == (("mx.example.com",), None, ())


@given(st.sampled_from(Kind), st.text(max_size=60) | st.text('v=spf1DMARCkSTBI;"\\ :/', max_size=60))
def test_any_text_has_a_verdict(kind: Kind, text: str) -> None:
    assert validate(kind, text).state in (State.VALID, State.INVALID)
