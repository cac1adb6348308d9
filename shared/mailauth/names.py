"""Names of domains: one spelling for each (lower-case A-labels, no final dot)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import idna
from publicsuffixlist import PublicSuffixList

LONGEST: Final = 253
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)


class BadName(ValueError):
    """The text is not the name of a domain."""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def normalised(text: str) -> str:
    """The one spelling of a domain name; ``BadName`` for what is none. U-labels become A-labels (UTS 46)."""
    name = text.strip().rstrip(".").lower()
    try:
        ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
        for label in ascii_name.split("."):
            if label.startswith("xn--"):
                idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        raise BadName(text) from None
    if len(ascii_name) > LONGEST or not all(_LABEL.fullmatch(label) for label in ascii_name.split(".")):
        raise BadName(text)
    return ascii_name


def organization_by_suffix_list(name: str) -> str | None:
    """The registrable domain by the public suffix list (RFC 7489 section 3.2); None for a public suffix."""
    return _suffixes().privatesuffix(name)
