"""What a message says about a name: records, nothing, an alias to go on with, or no usable answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.adapters.dns_exchange import Unanswered
from shared.adapters.dns_rdata import AAAA, CAA, CNAME, DNAME, MX, NS, PTR, SOA, TXT, A
from shared.adapters.dns_wire import NOERROR, NXDOMAIN, RCODES, Message, Record
from shared.mailauth.evaluate.questions import Answer, Outcome, Type

NUMBERS: Final = {
    Type.A: A,
    Type.AAAA: AAAA,
    Type.CAA: CAA,
    Type.CNAME: CNAME,
    Type.MX: MX,
    Type.NS: NS,
    Type.PTR: PTR,
    Type.SOA: SOA,
    Type.TXT: TXT,
}
MOST_ALIASES: Final = 8
LONGEST_TTL: Final = 2**31 - 1
_MOST_OCTETS: Final = 32 * 1024
"""Of all records of one answer; the names of an address are bounded by their number."""


@dataclass(frozen=True, slots=True)
class Onward:
    """The message ends with an alias: its last one is to be asked for. ``ttl`` is the smallest so far."""

    aliases: tuple[str, ...]
    ttl: int


def interpreted(message: Message, name: str, type_: Type) -> Answer | Onward:
    """What the message says about ``name`` (presentation form, lower case); raises ``Unanswered``."""
    if message.rcode not in (NOERROR, NXDOMAIN):
        raise Unanswered(RCODES.get(message.rcode, f"RCODE {message.rcode}"))
    number = NUMBERS[type_]
    aliases: list[str] = []
    ttl = LONGEST_TTL
    for alias in _chain(message.answer, name, number):
        aliases.append(alias.value)
        ttl = min(ttl, alias.ttl)
    last = aliases[-1] if aliases else name
    if found := _of(message.answer, last, number):
        return _found(message, found, ttl, tuple(aliases))
    return _nothing(message, last, ttl, tuple(aliases))


def _of(records: tuple[Record, ...], name: str, type_: int) -> list[Record]:
    return [record for record in records if record.type == type_ and record.name == name]


def _chain(records: tuple[Record, ...], name: str, wanted: int) -> Iterator[Record]:
    """The aliases from ``name`` on to where the records are, as far as the answer goes."""
    seen = {name}
    while alias := _alias(records, name, wanted):
        name = alias.value
        if name in seen or len(seen) > MOST_ALIASES:
            raise Unanswered("cname loop", is_final=True)
        seen.add(name)
        yield alias


def _alias(records: tuple[Record, ...], name: str, wanted: int) -> Record | None:
    """The CNAME of a name, or the one that a DNAME above it stands for (RFC 6672 section 2.2)."""
    if any(record.type == wanted and record.name == name for record in records):
        return None
    for record in records:
        if record.type == CNAME and record.name == name:
            return record
    for record in records:
        if record.type == DNAME and name.endswith(f".{record.name}"):
            below = name.removesuffix(f".{record.name}")
            target = f"{below}.{record.value}" if record.value else below
            return Record(name, CNAME, record.ttl, target)
    return None


def _found(message: Message, found: list[Record], ttl: int, aliases: tuple[str, ...]) -> Answer:
    if message.rcode != NOERROR:
        raise Unanswered("malformed answer")
    records = tuple(dict.fromkeys(record.value for record in found))
    if found[0].type != PTR and sum(map(len, records)) > _MOST_OCTETS:
        raise Unanswered("too large", is_final=True)
    return Answer(Outcome.FOUND, records, min(ttl, *(record.ttl for record in found)), aliases)


def _nothing(message: Message, name: str, ttl: int, aliases: tuple[str, ...]) -> Answer | Onward:
    """RFC 2308 section 2: a denial brings the zone's SOA, a referral its NS only, and a server may bring
    neither."""
    denials = [record for record in message.authority if record.type == SOA and _is_at_or_above(record, name)]
    if message.rcode == NXDOMAIN:
        return Answer(Outcome.NXDOMAIN, (), _denial_ttl(denials, ttl), aliases)
    if denials:
        return Answer(Outcome.NODATA, (), _denial_ttl(denials, ttl), aliases)
    if aliases:
        return Onward(aliases, ttl)
    if any(record.type == NS for record in message.authority):
        raise Unanswered("lame")
    return Answer(Outcome.NODATA)


def _is_at_or_above(record: Record, name: str) -> bool:
    return record.name in ("", name) or name.endswith(f".{record.name}")


def _denial_ttl(denials: list[Record], ttl: int) -> int:
    """RFC 2308 section 5: the smaller of the SOA's own TTL and its last field."""
    if not denials:
        return 0
    return min(ttl, denials[0].ttl, int(denials[0].value.rpartition(" ")[2]))
