"""The logotype extension of a certificate (RFC 9399), as mark certificates use it: one image inside."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from shared.mailauth.records.der import (
    IA5_STRING,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    BadDer,
    Element,
    only,
)
from shared.mailauth.records.gzipped import BadGzip, plain
from shared.mailauth.records.svg import LARGEST_READ

EXTENSION: Final = "1.3.6.1.5.5.7.1.12"

_SUBJECT_LOGO: Final = 0xA2
_DIRECT: Final = 0xA0
_HASHES: Final = {
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
"""Object identifiers, as DER has them."""


class BadLogotype(ValueError):
    """The extension does not hold what a mark certificate needs; the text says what is the matter."""


@dataclass(frozen=True, slots=True)
class Logotype:
    """``document`` is the embedded image without compression."""

    media_type: str
    document: bytes
    hashed: bool
    """One of the stated hashes at least is known, and all known ones are those of the image."""


def read_logotype(value: bytes) -> Logotype:
    """``value`` is the content of the extension. Raises ``BadLogotype``."""
    try:
        details = _image_details(value)
        media_type = _ia5(details[0])
        hashes = [_hash(each) for each in _sequence(details[1])]
        uris = [_ia5(each) for each in _sequence(details[2])]
    except (BadDer, IndexError):
        raise BadLogotype("it cannot be read") from None
    embedded = next((uri for uri in uris if uri[:5].lower() == "data:"), None)
    if embedded is None:
        raise BadLogotype("it does not embed the image (no data: URI)")
    image = _data_of(embedded)
    try:
        document = plain(image, LARGEST_READ)
    except BadGzip as bad:
        raise BadLogotype(f"the image in it is {bad}") from None
    return Logotype(media_type, document, _hashed(hashes, image, document))


def _image_details(value: bytes) -> tuple[Element, ...]:
    """LogotypeExtn -> subjectLogo -> direct -> image -> first LogotypeImage -> imageDetails."""
    subject = next((each for each in only(value, SEQUENCE).inside() if each.tag == _SUBJECT_LOGO), None)
    if subject is None:
        raise BadLogotype("it has no logotype of the subject")
    direct = only(subject.content, _DIRECT)
    image = _sequence(_sequence(direct.inside()[0])[0])
    return _sequence(image[0])


def _sequence(element: Element) -> tuple[Element, ...]:
    if element.tag != SEQUENCE:
        raise BadDer("no sequence")
    return element.inside()


def _ia5(element: Element) -> str:
    if element.tag != IA5_STRING:
        raise BadDer("no IA5String")
    return element.content.decode("latin-1")


def _hash(element: Element) -> tuple[str, bytes]:
    algorithm, value = _sequence(element)[:2]
    oid = _sequence(algorithm)[0]
    if oid.tag != OBJECT_IDENTIFIER or value.tag != OCTET_STRING:
        raise BadDer("no hash")
    return _HASHES.get(oid.content, ""), value.content


def _data_of(uri: str) -> bytes:
    """What a data: URI holds (RFC 2397)."""
    head, comma, data = uri[5:].partition(",")
    if not comma:
        raise BadLogotype("its data: URI is malformed")
    octets = unquote_to_bytes(data)
    if not head.lower().endswith(";base64"):
        return octets
    try:
        return base64.b64decode(octets, validate=True)
    except binascii.Error:
        raise BadLogotype("its data: URI is malformed") from None


def _hashed(hashes: list[tuple[str, bytes]], image: bytes, document: bytes) -> bool:
    """Issuers hash the image as embedded, or the document in it, with its line ends made LF or not."""
    known = [(name, value) for name, value in hashes if name]
    forms = tuple(_forms(image, document))
    return bool(known) and all(
        any(hashlib.new(name, form, usedforsecurity=False).digest() == value for form in forms)
        for name, value in known
    )


def _forms(image: bytes, document: bytes) -> Iterator[bytes]:
    yield image
    yield document
    yield document.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
