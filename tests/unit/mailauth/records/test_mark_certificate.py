from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mailauth.records.mark_certificate import MarkCertificate, read_mark_certificate
from tests.fixtures.certificates import authority, days, issue
from tests.fixtures.logos import LOGO, compressed
from tests.fixtures.marks import der, logotype, mark, pem, verifier

pytestmark = pytest.mark.statement("11.5")

WEB = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
GOOD = pem(mark(), verifier())


def read(
    document: bytes, names: tuple[str, ...] = ("example.com",), image: bytes | None = LOGO
) -> MarkCertificate:
    return read_mark_certificate(document, names, image, now=time.time())


def codes(certificate: MarkCertificate) -> set[str]:
    return {finding.code for finding in certificate.findings}


def test_a_good_certificate() -> None:
    certificate = read(GOOD)
    assert certificate.findings == ()
    assert certificate.valid
    assert (certificate.kind, certificate.mark_type) == ("VMC", "Registered Mark")
    assert (certificate.subject, certificate.organization) == ("Example Ltd", "Example Ltd")
    assert "DigiCert" in certificate.issuer
    assert certificate.known_authority
    assert certificate.names == ("example.com",)
    assert certificate.chain == ("Example Ltd", "DigiCert, Inc. CA")
    assert certificate.days_left == 59
    assert certificate.not_after is not None
    assert certificate.not_after.endswith("Z")


def test_the_root_may_stand_at_the_end() -> None:
    assert read(pem(mark(), verifier(), authority("Root of Marks"))).findings == ()


@pytest.mark.parametrize(
    ("mark_type", "kind"),
    [
        ("Registered Mark", "VMC"),
        ("Government Mark", "VMC"),
        ("Prior Use Mark", "CMC"),
        ("Modified Registered Mark", "CMC"),
        ("registered mark", "VMC"),
    ],
)
def test_types_of_marks(mark_type: str, kind: str) -> None:
    certificate = read(pem(mark(mark_type=mark_type), verifier()))
    assert (certificate.kind, certificate.mark_type, certificate.findings) == (kind, mark_type, ())


@pytest.mark.parametrize(
    ("mark_type", "code"),
    [("", "certificate_no_mark_type"), ("Scratch Mark", "certificate_unknown_mark_type")],
)
def test_a_type_that_is_none_is_a_warning(mark_type: str, code: str) -> None:
    certificate = read(pem(mark(mark_type=mark_type), verifier()))
    assert (certificate.kind, codes(certificate), certificate.valid) == (None, {code}, True)


@pytest.mark.parametrize("image", [LOGO, compressed(), compressed(level=1)])
@pytest.mark.parametrize("embedded", [LOGO, compressed()])
def test_the_image_is_compared_without_its_compression(image: bytes, embedded: bytes) -> None:
    document = pem(mark(logo=logotype(embedded)), verifier())
    certificate = read(document, image=image)
    assert (certificate.image_matches, certificate.findings) == (True, ())


@pytest.mark.parametrize(
    "image", [LOGO + b"\n", LOGO.replace(b"#06c", b"#06d"), b"", compressed(LOGO + b" "), compressed()[:-4]]
)
def test_another_image_is_an_error(image: bytes) -> None:
    certificate = read(GOOD, image=image)
    assert certificate.image_matches is False
    assert (codes(certificate), certificate.valid) == ({"certificate_other_image"}, False)


def test_without_an_image_nothing_is_said_of_it() -> None:
    certificate = read(GOOD, image=None)
    assert (certificate.image_matches, certificate.findings) == (None, ())


@pytest.mark.parametrize("hashed", [LOGO, compressed()])
def test_the_hash_may_be_of_either_form(hashed: bytes) -> None:
    assert read(pem(mark(logo=logotype(compressed(), hashed=hashed)), verifier())).findings == ()


@pytest.mark.parametrize(
    "value", [logotype(hashed=b"another"), logotype(algorithm="608648016503040299")], ids=["other", "unknown"]
)
def test_a_hash_that_is_not_of_the_image(value: bytes) -> None:
    certificate = read(pem(mark(logo=value), verifier()))
    assert codes(certificate) == {"certificate_logotype_hash"}
    assert not certificate.valid


@pytest.mark.parametrize(
    ("held", "wanted", "fits"),
    [
        (["example.com"], ("example.com",), True),
        (["Example.COM"], ("example.com",), True),
        (["example.com"], ("news.example.com", "example.com"), True),
        (["other.example", "example.com"], ("example.com",), True),
        (["news.example.com"], ("example.com",), False),
        (["*.example.com"], ("news.example.com", "example.com"), False),
        (["example.net"], ("example.com",), False),
        ([], ("example.com",), False),
    ],
)
def test_names(held: list[str], wanted: tuple[str, ...], fits: bool) -> None:
    certificate = read(pem(mark(held), verifier()), wanted)
    assert codes(certificate) == (set() if fits else {"certificate_other_name"})
    assert certificate.valid is fits


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (lambda: pem(verifier(), mark()), "certificate_order"),
        (lambda: pem(authority("Root of Marks"), verifier(), mark()), "certificate_order"),
        (lambda: pem(mark(), authority("Root of Marks"), verifier()), "certificate_chain"),
        (lambda: pem(mark(), verifier("Entrust, Inc.")), "certificate_chain"),
        (lambda: pem(mark(), verifier(), verifier("Entrust, Inc.")), "certificate_chain"),
        (lambda: pem(mark(), mark(["example.net"])), "certificate_issuer_no_authority"),
        (lambda: pem(mark(by=verifier("Acme Trust")), verifier("Acme Trust")),
         "certificate_unknown_authority"),
        (lambda: pem(mark(usage=None), verifier()), "certificate_not_for_marks"),
        (lambda: pem(mark(usage=WEB), verifier()), "certificate_not_for_marks"),
        (lambda: pem(mark(begins=days(-400), ends=days(-1)), verifier()), "certificate_expired"),
        (lambda: pem(mark(begins=days(1)), verifier()), "certificate_not_yet_valid"),
        (lambda: pem(mark(logo=b""), verifier()), "certificate_no_logotype"),
        (lambda: pem(mark(logo=b"\x30"), verifier()), "certificate_bad_logotype"),
        (lambda: pem(mark(logo=der(0x30)), verifier()), "certificate_bad_logotype"),
        (lambda: pem(mark(logo=logotype(uri="https://example.com/logo.svg")), verifier()),
         "certificate_bad_logotype"),
        (lambda: pem(mark(logo=logotype(uri="data:image/svg+xml;base64,!")), verifier()),
         "certificate_bad_logotype"),
        (lambda: pem(mark(logo=logotype(uri="data:")), verifier()), "certificate_bad_logotype"),
        (lambda: pem(mark(logo=logotype(compressed(b"\0" * 5_000_000))), verifier()),
         "certificate_bad_logotype"),
        (lambda: pem(issue(["example.com"], verifier()), verifier()), "certificate_no_logotype"),
        (lambda: b"", "certificate_unreadable"),
        (lambda: LOGO, "certificate_unreadable"),
        (lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
         "certificate_unreadable"),
        (mark().key_pem.encode, "certificate_unreadable"),
        (lambda: pem(mark(), *[verifier()] * 10), "certificate_unreadable"),
    ],
)  # fmt: skip
def test_errors(document: Callable[[], bytes], code: str) -> None:
    certificate = read(document())
    assert code in codes(certificate)
    assert not certificate.valid


def test_a_forged_signature_breaks_the_chain() -> None:
    """The issuer's name is right, its key is not."""
    forger = authority.__wrapped__("DigiCert, Inc.", authority("Root of Marks"))
    assert codes(read(pem(mark(by=forger), verifier()))) == {"certificate_chain"}


def test_a_leaf_alone_is_a_warning() -> None:
    certificate = read(pem(mark()))
    assert (codes(certificate), certificate.valid) == ({"certificate_chain_incomplete"}, True)


@pytest.mark.parametrize(("left", "warned"), [(15, False), (14.5, False), (13.5, True), (0.5, True)])
def test_the_end_is_announced_14_days_before(left: float, warned: bool) -> None:
    certificate = read(pem(mark(ends=days(left)), verifier()))
    assert codes(certificate) == ({"certificate_expires_soon"} if warned else set())
    assert certificate.valid
    assert certificate.days_left == int(left - 0.001)


def test_a_data_uri_may_be_percent_encoded() -> None:
    uri = "data:image/svg+xml," + "".join(f"%{octet:02x}" for octet in LOGO)
    value = logotype(LOGO, uri=uri)
    assert read(pem(mark(logo=value), verifier())).findings == ()


@settings(max_examples=150)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_no_extension_raises(place: int, flip: int) -> None:
    value = bytearray(logotype())
    value[place % min(120, len(value))] ^= flip
    assert read(pem(mark(logo=bytes(value)), verifier())).subject == "Example Ltd"


@settings(max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=2))
def test_no_document_raises(place: int, noise: bytes) -> None:
    certificate = read(GOOD[:place] + noise + GOOD[place + 1 :])
    assert certificate.valid or certificate.findings


def test_a_version_that_there_is_none_of_is_unreadable() -> None:
    """X.509 counts from 0, and a certificate says 2."""
    whole = x509.load_pem_x509_certificate(GOOD).public_bytes(Encoding.DER)
    ninth = whole.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09", 1)
    armoured = base64.encodebytes(ninth).decode()
    document = f"-----BEGIN CERTIFICATE-----\n{armoured}-----END CERTIFICATE-----\n"
    assert codes(read(document.encode())) == {"certificate_unreadable"}
