"""E-mail addresses of people: one spelling for each, and who is the same person by it."""

from __future__ import annotations

import re
from typing import Final

from shared.core.errors import Invalid
from shared.mailauth.names import BadName, normalised

LONGEST: Final = 254
"""Octets: what fits into a path of SMTP without its angle brackets (RFC 5321 section 4.5.3.1.3)."""

_LONGEST_LOCAL: Final = 64
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)


def normalise(text: str, *, param: str = "email") -> str:
    """The address with its domain in lower-case A-labels. ``Invalid`` for what is none.

    The local part stays as it was written: whether its case matters is the receiver's to say (RFC 5321
    section 2.4). It is ASCII without quotes, as SES takes no other.
    """
    address = text.strip(" ")
    local, _, host = address.rpartition("@")
    if _LOCAL.fullmatch(local) is None or len(local) > _LONGEST_LOCAL or not _is_one_word(host):
        raise _refused(text, param)
    try:
        domain = normalised(host)
    except BadName:
        raise _refused(text, param) from None
    spelled = f"{local}@{domain}"
    if "." not in domain or domain.rpartition(".")[2].isdigit() or len(spelled) > LONGEST:
        raise _refused(text, param)
    return spelled


def identity(email: str) -> str:
    """What two spellings of one address have in common. No two people get mail at addresses that differ in
    case alone, and taking them for two would let one pass for the other."""
    return email.lower()


def _is_one_word(host: str) -> bool:
    return host.isprintable() and " " not in host


def _refused(text: str, param: str) -> Invalid:
    return Invalid(f"{text[:300]!r} is not an e-mail address", param=param)
