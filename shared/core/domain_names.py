"""Names of mail domains: one spelling for each (lower-case A-labels, no trailing dot)."""

from __future__ import annotations

import re
from functools import cache

import idna
from publicsuffixlist import PublicSuffixList

from shared.core.errors import Invalid

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_LONGEST = 253


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def normalise(text: str, *, param: str = "domain") -> str:
    """The one spelling of a domain name; ``Invalid`` for what is none."""
    name = text.strip().rstrip(".").lower()
    try:
        ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
        for label in ascii_name.split("."):
            if label.startswith("xn--"):
                idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        raise Invalid(f"{text[:300]!r} is not a valid domain name", param=param) from None
    labels = ascii_name.split(".")
    if len(ascii_name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid(f"{text[:300]!r} is not a valid domain name", param=param)
    return ascii_name


def registrable(text: str, *, param: str = "domain") -> str:
    """Like ``normalise``, for a domain that somebody can own: not a single label, an address, a suffix."""
    name = normalise(text, param=param)
    if "." not in name or name.rpartition(".")[2].isdigit():
        raise Invalid(f"{text[:300]!r} is not a registrable domain name", param=param)
    if _suffixes().privatesuffix(name) is None:
        raise Invalid(f"{name!r} is a public suffix; add the domains below it", param=param)
    return name


def organizational_domain(name: str) -> str:
    """The registrable domain by the public suffix list, or the name itself where it has none."""
    return _suffixes().privatesuffix(name) or name


def ancestors(name: str) -> tuple[str, ...]:
    """The name, then each parent that has two labels or more, nearest first."""
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(max(len(labels) - 1, 1)))
