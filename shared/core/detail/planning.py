"""How a question is cut into parts: by domains, and by stretches of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.ids import DomainId

MOST_PARTS: Final = 2_000
_FEW_DOMAINS: Final = 8
_LONG: Final = 31
_SHORT: Final = 7
"""Days of a part. What sends as a domain is much the same from day to day and is looked up once in a part, so
parts are long, unless there are too few domains to have enough of them."""


@dataclass(frozen=True, slots=True)
class Part:
    domains: tuple[DomainId, ...]
    first: date
    last: date


def parts_of(domains: Sequence[DomainId], first: date, last: date) -> list[Part]:
    """Every domain and day once; the same parts for the same question. ``MOST_PARTS`` or hardly more."""
    length = _LONG if len(domains) >= _FEW_DOMAINS else _SHORT
    stretches = -(-((last - first).days + 1) // length)
    together = max(1, -(-len(domains) * stretches // MOST_PARTS))
    return [
        Part(tuple(domains[start : start + together]), begin, min(begin + timedelta(days=length - 1), last))
        for start in range(0, len(domains), together)
        for begin in (first + timedelta(days=length * stretch) for stretch in range(stretches))
    ]
