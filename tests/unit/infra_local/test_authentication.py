"""DKIM and DMARC verdicts of the SMTP listener. The signatures were made by another implementation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.authentication import header_from_domain, judge
from infra.local.dkim import Outcome, verify

SIGNED = (
    b"From: Reporter <noreply@Reporter.example>\r\nTo: a@reports.test\r\nSubject: Report   domain:\r\n"
    b"\texample.test\r\nX-Twice: one\r\nX-Twice: two\r\n\r\nLine  with\t spaces \r\n\r\nlast\r\n\r\n\r\n"
)
KEY = (
    b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDQPu4Qggajua3m6G1i9R4CRw7KqSWq0nzNl4/V8AOj"
    b"QSic8Iyaghfa1OmXzyO6YXjf2qJtl0P8XtxD/asDbfpRrbUBFFgiOnnzSCrZ0H9/v2r9659Xk7jIGJ1uikonbBBYTfwqds4XKjJz"
    b"7ZN3J/4awUqWlhVQHVs5u1L2TGqfOQIDAQAB"
)
SIMPLE_BODY = "RTpYEPUJkQn4qd7kDt1ggSVIWl48PafpdKXwXa+YH/Q="
SIGNATURES = {
    "relaxed/relaxed": (
        "BxOSf3puVI6/aIyhUXlAjmsU/jlfghwrszgnllih/kg=",
        "DUXfc1Y3HAfpWL10Z3xgQprgpOxIcyd0VLC+iOJRH7B4j3zt3mbbkj8N2pxO/EgfEj+Y7\r\n"
        " avcfs3jrykbj+4zL8IlLDYjekjutlKpTVixYHCidBcptNnRsblMj/LxZffPjiY4wGan9fuO\r\n"
        " ylS1HHgoCNBn0Dd5JNAt/nt70RFaktc=",
    ),
    "simple/simple": (
        SIMPLE_BODY,
        "tQ6rDKXhT1mDX1Ny96ocUETfQqRkyXsZnhjcJfPe0ayMbi+gzkXTEOSJ0BCly8J50doTx\r\n"
        " LOY503Fwb4B6dRDuYlNn8AhySw4719+XNmI6mBcFFDDyncYwEj4V/gYBL0fpQyOswaCXbBI\r\n"
        " NslgCA7ZVe+reu7J94TB6+Ag/tUkpuw=",
    ),
    "relaxed/simple": (
        SIMPLE_BODY,
        "auABOBgAHRvcQIH+aJGSu0d+KWbdxvvtT8Sx+ykQbNxvjbqeTkOXszooGP1SmnpHKtCt6\r\n"
        " riq5EenzSFPBsyKZQRZgnFc9FjpU7NpMyWz+S3Il9J4Y/rYNdtr8770MqjQf80HpJh06W6s\r\n"
        " C6jQva6sZglDAtHcOG1wZJxuYqoLEp8=",
    ),
}
KEYS = {"s1._domainkey.reporter.example.": [KEY]}
NOW = 1_795_240_000.0


def signature(canonicalization: str) -> bytes:
    body, value = SIGNATURES[canonicalization]
    return (
        f"DKIM-Signature: v=1; a=rsa-sha256; c={canonicalization}; d=reporter.example;\r\n"
        " i=@reporter.example; q=dns/txt; s=s1; t=1795234888; h=from : to :\r\n"
        f" subject : x-twice : x-missing;\r\n bh={body};\r\n b={value}\r\n"
    ).encode()


def outcomes(
    message: bytes, records: Mapping[str, Sequence[bytes]] = KEYS, now: float = NOW
) -> list[Outcome]:
    return verify(message, lambda name: records.get(name, []), now)


@pytest.mark.parametrize("canonicalization", SIGNATURES)
def test_signature_of_another_implementation_fits(canonicalization: str) -> None:
    assert outcomes(signature(canonicalization) + SIGNED) == [Outcome("reporter.example", "PASS")]


@pytest.mark.parametrize("canonicalization", SIGNATURES)
@pytest.mark.parametrize(
    ("signed", "changed"),
    [
        (b"last", b"lost"),
        (b"noreply@", b"noreply2@"),
        (b"X-Twice: two", b"X-Twice: six"),
        (b"\r\n\r\nLine", b"\r\nX-Missing: here\r\n\r\nLine"),
        (b"\r\n\r\nLine", b"\r\nFrom: x@reporter.example\r\n\r\nLine"),
    ],
)
def test_changed_mail_does_not_fit(canonicalization: str, signed: bytes, changed: bytes) -> None:
    tampered = signature(canonicalization) + SIGNED.replace(signed, changed)
    assert outcomes(tampered)[0].status == "FAIL"


def test_relaxed_signature_survives_white_space_and_simple_does_not() -> None:
    refolded = SIGNED.replace(b"Report   domain:\r\n\t", b"Report domain: ").replace(
        b"spaces \r", b"spaces\r"
    )
    assert outcomes(signature("relaxed/relaxed") + refolded)[0].status == "PASS"
    assert outcomes(signature("simple/simple") + refolded)[0].status == "FAIL"


def test_unsigned_fields_may_be_added() -> None:
    message = b"Received: from here\r\n" + signature("simple/simple") + SIGNED
    assert outcomes(message)[0].status == "PASS"


@pytest.mark.parametrize(
    "records",
    [
        {},
        {"s1._domainkey.reporter.example.": [b"v=DKIM1; p="]},
        {"s1._domainkey.reporter.example.": [b"v=DKIM1; p=AAAA"]},
        {"s1._domainkey.reporter.example.": [KEY.replace(b"k=rsa", b"k=ed25519")]},
        {"s1._domainkey.reporter.example.": [b"\xff\xfe"]},
    ],
)
def test_missing_and_bad_keys_fail(records: Mapping[str, Sequence[bytes]]) -> None:
    assert outcomes(signature("relaxed/relaxed") + SIGNED, records)[0].status == "FAIL"


@pytest.mark.parametrize(
    ("tag", "instead"),
    [(b"rsa-sha256", b"rsa-sha1"), (b"h=from : to", b"h=to"), (b"t=1795234888", b"x=1795239999")],
)
def test_weak_incomplete_and_expired_signatures_fail(tag: bytes, instead: bytes) -> None:
    message = signature("relaxed/relaxed").replace(tag, instead) + SIGNED
    assert outcomes(message)[0].status == "FAIL"


def test_silent_dns_is_no_verdict() -> None:
    def silent(_: str) -> list[bytes]:
        raise OSError

    message = signature("relaxed/relaxed") + SIGNED
    assert verify(message, silent, NOW) == [Outcome("reporter.example", "PROCESSING_FAILED")]
    assert judge(message, silent, NOW).dmarc == "PROCESSING_FAILED"


@given(st.binary(max_size=300))
def test_no_mail_is_too_odd_to_be_judged(rest: bytes) -> None:
    assert judge(b"DKIM-Signature: " + rest, lambda _: [KEY], NOW).dmarc in ("GRAY", "FAIL", "PASS")


def verdicts(
    policy: str | None, *, signed: bool, author: bytes = b"Reporter.example"
) -> tuple[str, str, str | None]:
    records = KEYS | ({"_dmarc.reporter.example.": [f"v=DMARC1; p={policy}".encode()]} if policy else {})
    message = (signature("relaxed/relaxed") if signed else b"") + SIGNED.replace(b"Reporter.example", author)
    said = judge(message, lambda name: records.get(name, []), NOW)
    return said.dkim, said.dmarc, said.dmarc_policy


def test_dmarc_follows_from_the_signature_and_the_policy() -> None:
    assert verdicts("reject", signed=True) == ("PASS", "PASS", None)
    assert verdicts("reject", signed=False) == ("GRAY", "FAIL", "reject")
    assert verdicts("quarantine", signed=False) == ("GRAY", "FAIL", "quarantine")
    assert verdicts("none", signed=False) == ("GRAY", "GRAY", None)
    assert verdicts(None, signed=True) == ("PASS", "GRAY", None)


def test_policy_of_the_organizational_domain_holds_for_a_subdomain() -> None:
    assert verdicts("reject", signed=False, author=b"mail.reporter.example")[1:] == ("FAIL", "reject")


@pytest.mark.parametrize(
    ("field", "domain"),
    [
        (b"From: A <a@B.Example.>", "b.example"),
        (b"From: a@b.example, c@d.example", ""),
        (b"From: nobody", ""),
        (b"Subject: none", ""),
    ],
)
def test_author_domain(field: bytes, domain: str) -> None:
    assert header_from_domain(field + b"\r\n\r\n") == domain
