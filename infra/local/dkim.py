"""Verify the DKIM signatures on a mail (RFC 6376): rsa-sha256 only, by RFC 8301, keys from 1,024 bits."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from asn1crypto.keys import PublicKeyInfo

FindText = Callable[[str], Sequence[bytes]]
"""TXT records of a name, each with its strings joined; raises ``OSError`` when DNS doesn't answer."""

SIGNATURES: Final = 5
"""How many are looked at: a sender can put any number on a mail."""
LEAST_BITS: Final = 1024
_SHA256_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")
"""DER of a DigestInfo up to the digest (RFC 8017 section 9.2)."""
_FIELD: Final = re.compile(rb"([^\s:]+)[ \t]*:(.*?\r\n)(?![ \t])", re.DOTALL)
_OWN_VALUE: Final = re.compile(rb"((?:^|;)\s*b\s*=)[^;]*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one signature: PASS, FAIL or PROCESSING_FAILED, and whose it is."""

    domain: str
    status: str


class _SignatureError(Exception):
    """The signature or its key is no good."""


def verify(message: bytes, find_text: FindText, now: float) -> list[Outcome]:
    """One outcome for each signature on the message (lines ended by CRLF), from the top."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = [(match[1], match[2]) for match in _FIELD.finditer(head + b"\r\n")]
    signed = [index for index, (name, _) in enumerate(fields) if name.lower() == b"dkim-signature"]
    return [_outcome(fields, index, body, find_text, now) for index in signed[:SIGNATURES]]


def _outcome(
    fields: list[tuple[bytes, bytes]], index: int, body: bytes, find_text: FindText, now: float
) -> Outcome:
    domain = ""
    try:
        tags = _tags(fields[index][1])
        domain = tags["d"].lower()
        _check_tags(tags, now)
        _check_body(body, tags)
        modulus, exponent = _key(find_text(f"{tags['s']}._domainkey.{domain}."))
        _check_signature(_decoded(tags["b"]), _digest(_headers(fields, index, tags)), modulus, exponent)
    except (_SignatureError, KeyError, UnicodeDecodeError):
        return Outcome(domain, "FAIL")
    except OSError:
        return Outcome(domain, "PROCESSING_FAILED")
    return Outcome(domain, "PASS")


def _tags(value: bytes) -> dict[str, str]:
    """A tag list (RFC 6376 section 3.2); white space inside values goes, for no tag that we read needs it."""
    pairs = (part.partition("=") for part in value.decode("ascii").split(";") if part.strip())
    return {name.strip(): "".join(text.split()) for name, _, text in pairs}


def _check_tags(tags: dict[str, str], now: float) -> None:
    if tags["v"] != "1" or tags["a"].lower() != "rsa-sha256":
        raise _SignatureError("neither version 1 nor rsa-sha256")
    if "from" not in _signed_names(tags):
        raise _SignatureError("From is not signed")
    if "x" in tags and tags["x"].isdigit() and int(tags["x"]) < now:
        raise _SignatureError("expired")


def _check_body(body: bytes, tags: dict[str, str]) -> None:
    if _digest(_body(body, tags)) != _decoded(tags["bh"]):
        raise _SignatureError("the body is not the one that was signed")


def _signed_names(tags: dict[str, str]) -> list[str]:
    return [name.lower() for name in tags["h"].split(":")]


def _canonical(tags: dict[str, str]) -> tuple[str, str]:
    header, _, body = tags.get("c", "simple/simple").lower().partition("/")
    return header, body or "simple"


def _body(body: bytes, tags: dict[str, str]) -> bytes:
    if _canonical(tags)[1] == "relaxed":
        body = re.sub(rb"[ \t]+(?=\r\n)|[ \t]+\Z", b"", body)
        body = re.sub(rb"[ \t]+", b" ", body)
        text = body.rstrip(b"\r\n")
        body = text + b"\r\n" if text else b""
    else:
        body = body.rstrip(b"\r\n") + b"\r\n"
    length = tags.get("l", "")
    return body[: int(length)] if length.isdigit() else body


def _headers(fields: list[tuple[bytes, bytes]], index: int, tags: dict[str, str]) -> bytes:
    """What the signature covers: instances of a name from the bottom up, then itself without its value."""
    relaxed = _canonical(tags)[0] == "relaxed"
    left = [field for place, field in enumerate(fields) if place != index]
    covered = []
    for name in _signed_names(tags):
        for place in range(len(left) - 1, -1, -1):
            if left[place][0].decode("ascii", "replace").lower() == name:
                covered.append(_canonical_field(*left.pop(place), relaxed=relaxed))
                break
    own, value = fields[index]
    emptied = _OWN_VALUE.sub(rb"\1", value, count=1)
    ending = b"" if emptied.endswith(b"\r\n") else b"\r\n"
    covered.append(_canonical_field(own, emptied + ending, relaxed=relaxed).removesuffix(b"\r\n"))
    return b"".join(covered)


def _canonical_field(name: bytes, value: bytes, *, relaxed: bool) -> bytes:
    if not relaxed:
        return name + b":" + value
    return name.lower() + b":" + b" ".join(value.split()) + b"\r\n"


def _key(records: Sequence[bytes]) -> tuple[int, int]:
    """Modulus and exponent of the first key record (RFC 6376 section 3.6.1)."""
    if not records:
        raise _SignatureError("no key")
    tags = _tags(records[0])
    if tags.get("k", "rsa") != "rsa" or not tags["p"]:
        raise _SignatureError("not an RSA key, or a revoked one")
    try:
        key = PublicKeyInfo.load(_decoded(tags["p"]))["public_key"].parsed
        modulus, exponent = int(key["modulus"].native), int(key["public_exponent"].native)
    except (ValueError, TypeError, AttributeError) as error:
        raise _SignatureError("not a public key") from error
    if modulus.bit_length() < LEAST_BITS:
        raise _SignatureError("the key is too short")
    return modulus, exponent


def _check_signature(signature: bytes, digest: bytes, modulus: int, exponent: int) -> None:
    size = (modulus.bit_length() + 7) // 8
    tail = b"\x00" + _SHA256_INFO + digest
    expected = b"\x00\x01" + b"\xff" * (size - 2 - len(tail)) + tail
    value = int.from_bytes(signature)
    if value >= modulus or pow(value, exponent, modulus).to_bytes(size) != expected:
        raise _SignatureError("the signature does not fit")


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise _SignatureError("not base64") from error
