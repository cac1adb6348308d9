"""Names of mail domains: one spelling for each (lower-case A-labels, no trailing dot)."""

from __future__ import annotations

from shared.core.errors import Invalid
from shared.mailauth.names import BadName, normalised, organization_by_suffix_list


def normalise(text: str, *, param: str = "domain") -> str:
    """The one spelling of a domain name; ``Invalid`` for what is none."""
    try:
        return normalised(text)
    except BadName:
        raise Invalid(f"{text[:300]!r} is not a valid domain name", param=param) from None


def registrable(text: str, *, param: str = "domain") -> str:
    """Like ``normalise``, for a domain that somebody can own: not a single label, an address, a suffix."""
    name = normalise(text, param=param)
    if "." not in name or name.rpartition(".")[2].isdigit():
        raise Invalid(f"{text[:300]!r} is not a registrable domain name", param=param)
    if organization_by_suffix_list(name) is None:
        raise Invalid(f"{name!r} is a public suffix; add the domains below it", param=param)
    return name


def organizational_domain(name: str) -> str:
    """The registrable domain by the public suffix list, or the name itself where it has none."""
    return organization_by_suffix_list(name) or name


def ancestors(name: str) -> tuple[str, ...]:
    """The name, then each parent that has two labels or more, nearest first."""
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(max(len(labels) - 1, 1)))
