"""Chunks: what parts of a job hand on to the one that puts them together.

A chunk names addresses, verdicts and sources once, and its lines are indexes to them with a count. What is
named has the same number in every chunk, so that chunks can be put together without comparing them.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from ipaddress import ip_address
from operator import attrgetter
from typing import Any, Final

from shared.core.detail.verdicts import Verdict
from shared.core.senders.standing import Standing

LARGEST_COUNT: Final = 2**53 - 1
STANDINGS: Final = tuple(Standing)
_STANDING_BITS: Final = 2
_OCTETS: Final = {str(octet): f"{octet:02x}" for octet in range(256)}
_FAST: Final = 1
"""Compression: a chunk is read once, and soon."""


@dataclass(frozen=True, slots=True)
class Address:
    """``server`` is the confirmed host name, or the address itself; ``organization`` is the registrable
    domain of the host name; ``order`` sorts as addresses do, and what is no address comes last."""

    ip: str
    order: str
    host: str
    server: str
    organization: str
    country: str


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    standing: Standing
    domain: str
    name: str
    category: str

    @property
    def key(self) -> int:
        """By number, then by standing."""
        return self.number << _STANDING_BITS | STANDINGS.index(self.standing)


@dataclass(frozen=True, slots=True)
class Chunk:
    """``lines`` are places of source, address and verdict, and messages, four numbers each. ``days`` has the
    messages of each day by standing, in the order of ``STANDINGS``. ``proofs`` has the most telling one of
    each source, with its value."""

    sources: Sequence[Source]
    proofs: Sequence[tuple[str, str]]
    addresses: Sequence[Address]
    verdicts: Sequence[Verdict]
    lines: Sequence[int]
    days: dict[date, list[int]]


def number_of(*texts: str | bool) -> int:
    """63 bits, the same wherever the same is named."""
    plain = json.dumps(texts).encode()
    return int.from_bytes(hashlib.sha256(plain).digest()[:8]) >> 1


def order_of(address: str) -> str:
    octets = [_OCTETS.get(part, "") for part in address.split(".")]
    if len(octets) == 4 and all(octets):
        return "4" + "".join(octets)
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"~{address}"
    return f"{parsed.version}{parsed.packed.hex()}"


def values_of(value: Source | Address | Verdict) -> tuple[Any, ...]:
    """The fields, in order."""
    found: tuple[Any, ...] = _VALUES[type(value)](value)
    return found


def encode(chunk: Chunk) -> bytes:
    plain = {
        "s": [values_of(source) for source in chunk.sources],
        "p": list(chunk.proofs),
        "a": [values_of(address) for address in chunk.addresses],
        "v": [values_of(verdict) for verdict in chunk.verdicts],
        "l": list(chunk.lines),
        "d": {day.isoformat(): counts for day, counts in chunk.days.items()},
    }
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), _FAST)


def decode(data: bytes) -> Chunk:
    plain = json.loads(zlib.decompress(data))
    return Chunk(
        sources=[Source(number, Standing(kind), *texts) for number, kind, *texts in plain["s"]],
        proofs=[(evidence, value) for evidence, value in plain["p"]],
        addresses=[Address(*each) for each in plain["a"]],
        verdicts=[Verdict(*each) for each in plain["v"]],
        lines=plain["l"],
        days={date.fromisoformat(day): counts for day, counts in plain["d"].items()},
    )


_VALUES: Final[dict[type, attrgetter[Any]]] = {
    kind: attrgetter(*(each.name for each in fields(kind))) for kind in (Source, Address, Verdict)
}
