"""The words of a question about rows, and the letters that dmarcian's API writes for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from shared.core.errors import Malformed

UNKNOWN: Final = "unknown"
"""A result or a disposition that is none of the known ones, or was not told."""


class FilterOption(StrEnum):
    """Which rows of the asked ones are wanted at all."""

    ALL = "n"
    IMPACT = "o"
    """Those that a stricter policy would have changed: failed DMARC, and neither quarantined nor rejected."""
    NON_COMPLIANT = "x"
    COMPLIANT = "d"


SPF_RESULTS: Final = {
    "n": "none",
    "?": "neutral",
    "+": "pass",
    "-": "fail",
    "~": "softfail",
    "T": "temperror",
    "P": "permerror",
    "X": UNKNOWN,
}
DKIM_RESULTS: Final = {
    "n": "none",
    "+": "pass",
    "-": "fail",
    "y": "policy",
    "?": "neutral",
    "T": "temperror",
    "P": "permerror",
    "X": UNKNOWN,
}
DISPOSITIONS: Final = {"?": UNKNOWN, "n": "none", "q": "quarantine", "r": "reject"}
ALIGNED: Final = {"p": "pass", "f": "fail"}

_OPTIONS: Final = {
    "n": FilterOption.ALL,
    "o": FilterOption.IMPACT,
    "x": FilterOption.NON_COMPLIANT,
    "d": FilterOption.COMPLIANT,
    "none": FilterOption.ALL,
    "impact": FilterOption.IMPACT,
    "non_compliant": FilterOption.NON_COMPLIANT,
    "compliant": FilterOption.COMPLIANT,
}


def words(given: Iterable[str], codes: Mapping[str, str], *, param: str) -> tuple[str, ...]:
    """Letters and words, as words in order, each once. ``Malformed`` for others."""
    return tuple(sorted({word(each, codes, param=param) for each in given}))


def word(given: str, codes: Mapping[str, str], *, param: str) -> str:
    found = codes.get(given, given)
    if found not in codes.values():
        shown = ", ".join(f"{code} or {name}" for code, name in codes.items())
        raise Malformed(f"{param} is one of {shown}", param=param)
    return found


def option_of(given: str) -> FilterOption:
    if given not in _OPTIONS:
        raise Malformed(f"filter_option is one of {', '.join(_OPTIONS)}", param="filter_option")
    return _OPTIONS[given]


def known(result: str | None, codes: Mapping[str, str]) -> str:
    """What a reporter wrote, as one of the words."""
    return result if result is not None and result in codes.values() else UNKNOWN
