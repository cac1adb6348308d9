"""The public keys of DKIM records: how long they are, and in which form they are published."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

ED25519_OCTETS: Final = 32
_WHITESPACE: Final = re.compile(r"[ \t\r\n]+")


class Form(StrEnum):
    SPKI = "spki"
    """SubjectPublicKeyInfo, as RFC 6376 section 3.6.1 wants it."""
    PKCS1 = "pkcs1"
    """A bare RSAPublicKey: many verifiers take it, too."""
    RAW = "raw"
    """The octets of an Ed25519 key (RFC 8463 section 4)."""


class Trouble(StrEnum):
    """Why the text is no key."""

    NOT_BASE64 = "not base64"
    CUT_SHORT = "cut short"
    NOT_A_KEY = "not a key"
    OTHER_ALGORITHM = "of another algorithm"
    WEAK_EXPONENT = "weak exponent"


@dataclass(frozen=True, slots=True)
class Key:
    bits: int
    form: Form


def decoded(text: str) -> bytes | Trouble:
    """The octets of a ``p=`` value, whose white space does not count."""
    bare = _WHITESPACE.sub("", text)
    try:
        return base64.b64decode(bare.encode("ascii"), validate=True)
    except UnicodeEncodeError:
        return Trouble.NOT_BASE64
    except binascii.Error:
        only_base64 = re.fullmatch(r"[A-Za-z0-9+/]+=*", bare) is not None
        return Trouble.CUT_SHORT if only_base64 else Trouble.NOT_BASE64


def rsa_key(octets: bytes) -> Key | Trouble:
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey  # a tenth of a second: only where a key is read

    if is_cut_short(octets):
        return Trouble.CUT_SHORT
    try:
        info = PublicKeyInfo.load(octets, strict=True)
        if info.algorithm != "rsa":
            return Trouble.OTHER_ALGORITHM
        return _measured(info["public_key"].parsed, Form.SPKI)
    except (ValueError, TypeError, KeyError):
        pass
    try:
        return _measured(RSAPublicKey.load(octets, strict=True), Form.PKCS1)
    except (ValueError, TypeError, KeyError):
        return Trouble.NOT_A_KEY


def ed25519_key(octets: bytes) -> Key | Trouble:
    if len(octets) == ED25519_OCTETS:
        return Key(256, Form.RAW)
    return Trouble.CUT_SHORT if len(octets) < ED25519_OCTETS else Trouble.NOT_A_KEY


def is_cut_short(der: bytes) -> bool:
    """Whether a DER sequence announces more octets than there are: the fate of keys at 255 characters."""
    if len(der) < 2 or der[0] != 0x30:
        return False
    if der[1] < 0x80:
        return len(der) < 2 + der[1]
    octets = der[1] & 0x7F
    return 0 < octets <= 4 and len(der) < 2 + octets + int.from_bytes(der[2 : 2 + octets], "big")


def _measured(key: Any, form: Form) -> Key | Trouble:
    modulus, exponent = int(key["modulus"].native), int(key["public_exponent"].native)
    if modulus <= 0:
        return Trouble.NOT_A_KEY
    if exponent < 3 or exponent % 2 == 0:
        return Trouble.WEAK_EXPONENT
    return Key(modulus.bit_length(), form)
