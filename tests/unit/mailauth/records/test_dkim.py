from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.findings import Severity
from shared.mailauth.records.dkim import DkimRecord, is_dkim, parse
from tests.fixtures.keys import ed25519_key, rsa_key

RSA = rsa_key(2048)


def codes(record: DkimRecord) -> list[str]:
    return [finding.code for finding in record.findings]


@pytest.mark.statement("10.1", "10.4")
def test_a_plain_key() -> None:
    record = parse(f"v=DKIM1; k=rsa; p={RSA}")
    assert (record.key_type, record.key_bits, record.usable, record.findings) == ("rsa", 2048, True, ())


@pytest.mark.statement("10.1", "10.2")
def test_neither_version_nor_type_is_needed() -> None:
    record = parse(f"p={RSA}")
    assert (record.key_type, record.usable, record.findings) == ("rsa", True, ())


@pytest.mark.statement("10.1")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"k=rsa; v=DKIM1; p={RSA}", "dkim_version_not_first"),
        (f"v=dkim1; p={RSA}", "dkim_bad_version"),
        (f"v=DKIM2; p={RSA}", "dkim_bad_version"),
        (f"v=DKIM1; p={RSA}; p={RSA}", "dkim_repeated_tag"),
        (f"v=DKIM1; rsa; p={RSA}", "dkim_malformed_tag"),
    ],
)
def test_a_tag_list_has_rules(text: Any, code: Any) -> None:
    record = parse(text)
    assert code in codes(record)
    assert not record.usable


@pytest.mark.statement("10.2")
def test_an_empty_key_is_revoked_not_missing() -> None:
    record = parse("v=DKIM1; p=")
    assert (record.revoked, record.usable) == (True, False)
    assert [(finding.code, finding.severity) for finding in record.findings] == [
        ("dkim_revoked", Severity.INFO)
    ]


@pytest.mark.statement("10.2")
def test_an_unknown_type_is_of_no_use() -> None:
    record = parse(f"v=DKIM1; k=dsa; p={RSA}")
    assert (record.usable, codes(record)) == (False, ["dkim_unknown_key_type"])


@pytest.mark.statement("10.2", "10.6")
@pytest.mark.parametrize("text", ["v=DKIM1; k=rsa", "v=DKIM1", "k=rsa"])
def test_a_key_must_be_there(text: Any) -> None:
    assert codes(parse(text)) == ["dkim_without_key"]


@pytest.mark.statement("10.3")
@pytest.mark.parametrize(
    ("tag", "found", "usable"),
    [
        ("h=sha256", [], True),
        ("h=sha1:sha256", [], True),
        ("h=SHA256", [], True),
        ("h=sha1", ["dkim_sha1_only"], False),
        ("h=md5", ["dkim_unknown_hashes"], False),
        ("s=*", [], True),
        ("s=email", [], True),
        ("s=tlsrpt", ["dkim_not_for_email"], False),
        ("s=tlsrpt : email", [], True),
        ("t=y", ["dkim_testing"], True),
        ("t=s", [], True),
        ("t=y:s", ["dkim_testing"], True),
        ("n=a note", [], True),
        ("g=*", ["dkim_obsolete_g"], True),
        ("x=1", ["dkim_unknown_tag"], True),
        ("T=y", ["dkim_tag_case"], True),
    ],
)
def test_the_other_tags(tag: Any, found: Any, usable: Any) -> None:
    record = parse(f"v=DKIM1; {tag}; p={RSA}")
    assert (codes(record), record.usable) == (found, usable)


@pytest.mark.statement("10.3")
def test_flags_are_told() -> None:
    record = parse(f"v=DKIM1; t=y : s; n=note; h=sha256; p={RSA}")
    assert (record.testing, record.strict, record.notes, record.hashes) == (True, True, "note", ("sha256",))


@pytest.mark.statement("10.4")
@pytest.mark.parametrize(
    ("bits", "found", "usable"),
    [
        (512, ["dkim_key_too_short"], False),
        (1023, ["dkim_key_too_short"], False),
        (1024, ["dkim_key_short"], True),
        (2047, ["dkim_key_short"], True),
        (2048, [], True),
        (4096, [], True),
        (8192, ["dkim_key_long"], True),
    ],
)
def test_keys_are_measured_by_their_modulus(bits: Any, found: Any, usable: Any) -> None:
    record = parse(f"p={rsa_key(bits)}")
    assert (record.key_bits, codes(record), record.usable) == (bits, found, usable)


@pytest.mark.statement("10.4")
def test_white_space_in_a_key_does_not_count() -> None:
    record = parse(f"p={RSA[:64]} \t {RSA[64:]}")
    assert (record.key_bits, record.key) == (2048, RSA)


@pytest.mark.statement("10.4")
def test_a_bare_rsa_key_is_taken_with_a_warning() -> None:
    record = parse(f"p={rsa_key(2048, bare=True)}")
    assert (record.key_bits, codes(record), record.usable) == (2048, ["dkim_key_pkcs1"], True)


@pytest.mark.parametrize("exponent", [1, 2, 65536])
def test_an_exponent_that_protects_nothing(exponent: Any) -> None:
    assert codes(parse(f"p={rsa_key(2048, exponent=exponent)}")) == ["dkim_weak_exponent"]


@pytest.mark.statement("10.5")
def test_an_ed25519_key_is_raw() -> None:
    record = parse(f"v=DKIM1; k=ed25519; p={ed25519_key()}")
    assert (record.key_bits, record.usable, codes(record)) == (256, True, ["dkim_ed25519"])
    der = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(32)).decode()
    assert codes(parse(f"k=ed25519; p={der}")) == ["dkim_ed25519_not_raw"]


@pytest.mark.statement("10.6")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"v=DKIM1\\; k=rsa\\; p={RSA}", "dkim_escaped"),
        (f'"v=DKIM1; k=rsa; p={RSA}"', "dkim_quoted"),
        (f'v=DKIM1; p={RSA[:100]}" "{RSA[100:]}', "dkim_quoted"),
        (f"v=DKIM1; k=rsa; p={RSA}"[:255], "dkim_key_cut_short"),
        (f"p={RSA[:-7]}", "dkim_key_cut_short"),
        ("p=-----BEGIN PUBLIC KEY-----", "dkim_key_not_base64"),
        ("p=é", "dkim_key_not_base64"),
        ("p=aGVsbG8gd29ybGQ=", "dkim_key_unreadable"),
        (f"k=rsa; p={ed25519_key()}", "dkim_key_unreadable"),
    ],
)
def test_typical_faults_have_names(text: Any, code: Any) -> None:
    record = parse(text)
    assert code in codes(record)
    assert not record.usable


@pytest.mark.parametrize("text", ["", "v=spf1 -all", "hello", "v=DMARC1; p=none", "a=b"])
def test_other_text_is_no_key_record(text: Any) -> None:
    assert not is_dkim(text)
    assert codes(parse(text)) == ["dkim_not_a_key_record"]


def test_a_finding_shows_its_place() -> None:
    text = f"v=DKIM1; h=sha1; p={RSA}"
    finding = parse(text).findings[0]
    assert text[finding.start : finding.end] == "sha1"


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: "p=" + base64.b64encode(raw).decode()))
def test_no_text_upsets_it(text: Any) -> None:
    record = parse(text)
    assert not record.usable or record.key_bits
