"""DNS messages (RFC 1035 section 4, RFC 6891), as much of them as a stub resolver needs.

Reading takes time in proportion to the message, whatever it holds: a name follows a bounded number of
pointers, each further back than the last, and answers of too many records are refused by their count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import Final

from shared.adapters.dns_rdata import OPT, Rdata, written

_HEADER: Final = Struct("!6H")
_QUESTION: Final = Struct("!2H")
_RECORD: Final = Struct("!2HIH")
_IN: Final = 1
_RESPONSE, _OPCODES, _TRUNCATED, _RECURSION_DESIRED = 0x8000, 0x7800, 0x0200, 0x0100
_EDNS: Final = b"\0" + Struct("!2HIH").pack(OPT, 1232, 0, 0)
_LONGEST_TTL: Final = 2**31 - 1
_ESCAPE: Final = re.compile(rb"\\(?:([0-9]{3})|([^0-9]))|\\|\.")
_PLAIN_LABELS: Final = re.compile(r"[a-z0-9_*/-]{1,63}(?:\.[a-z0-9_*/-]{1,63})*", re.ASCII)

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
RCODES: Final = {FORMERR: "FORMERR", SERVFAIL: "SERVFAIL", NOTIMP: "NOTIMP", REFUSED: "REFUSED"}


class BadMessage(ValueError):
    """Not a DNS message, or one that breaks off or contradicts itself."""


class BadName(ValueError):
    """A name that the DNS cannot hold."""


class TooManyRecords(ValueError):
    """More records in the answer than are read."""


@dataclass(frozen=True, slots=True)
class Head:
    """Enough of a message to see whether it answers a query. ``question`` is ``None`` if it repeats none;
    its name is in wire form, lower case."""

    id: int
    flags: int
    counts: tuple[int, int, int]
    question: tuple[bytes, int] | None
    end: int

    @property
    def is_truncated(self) -> bool:
        return bool(self.flags & _TRUNCATED)

    @property
    def rcode(self) -> int:
        return self.flags & 0xF


@dataclass(frozen=True, slots=True)
class Record:
    """``name`` in presentation form: lower case, no final dot."""

    name: str
    type: int
    ttl: int
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """Records of other types than ``dns_rdata`` knows are left out."""

    rcode: int
    answer: tuple[Record, ...]
    authority: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Query:
    id: int
    name: bytes
    type: int

    def wire(self, *, edns: bool) -> bytes:
        head = _HEADER.pack(self.id, _RECURSION_DESIRED, 1, 0, 0, int(edns))
        return head + self.name + _QUESTION.pack(self.type, _IN) + (_EDNS if edns else b"")

    def is_answered_by(self, head: Head) -> bool:
        """Same id, same question; only a refusal may leave the question out."""
        if head.id != self.id or not head.flags & _RESPONSE or head.flags & _OPCODES:
            return False
        if head.question is None:
            return head.rcode not in (NOERROR, NXDOMAIN)
        return head.question == (self.name, self.type)


def wire_name(text: str) -> bytes:
    """From presentation form, with or without the final dot; raises ``BadName``."""
    text = text.lower()
    if _PLAIN_LABELS.fullmatch(text):
        labels = [label.encode() for label in text.split(".")]
    else:
        labels = _unescaped(text)
    if any(not 0 < len(label) < 64 for label in labels):
        raise BadName("label of 0 or over 63 octets")
    wire = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    if len(wire) > 255:
        raise BadName("name of over 255 octets")
    return wire


def presented(wire: bytes) -> str:
    """A name in the presentation form that records have it in."""
    return Rdata(wire).name(0)[0]


def _unescaped(text: str) -> list[bytes]:
    if not text.isascii():
        raise BadName("not ASCII")
    labels, label, at = [], b"", 0
    raw = text.encode()
    for match in _ESCAPE.finditer(raw):
        label += raw[at : match.start()]
        at = match.end()
        if match[0] == b".":
            labels.append(label)
            label = b""
        elif match[2]:
            label += match[2]
        elif match[1] and int(match[1]) < 256:
            label += bytes((int(match[1]),))
        else:
            raise BadName("escape that says nothing")
    label += raw[at:]
    return [*labels, label] if label else labels


def read_head(wire: bytes) -> Head:
    try:
        id_, flags, questions, *counts = _HEADER.unpack_from(wire)
        if questions == 0:
            return Head(id_, flags, (counts[0], counts[1], counts[2]), None, _HEADER.size)
        name, end = Rdata(wire).raw_name(_HEADER.size)
        type_, class_ = _QUESTION.unpack_from(wire, end)
    except (StructError, IndexError, ValueError) as error:
        raise BadMessage(str(error)) from None
    if questions != 1 or class_ != _IN:
        raise BadMessage("other than one question of class IN")
    return Head(id_, flags, (counts[0], counts[1], counts[2]), (name, type_), end + _QUESTION.size)


def read_body(wire: bytes, head: Head, *, most: int) -> Message:
    """``most`` records in the answer; raises ``TooManyRecords`` and ``BadMessage``."""
    answers, authorities, additional = head.counts
    if answers > most:
        raise TooManyRecords(answers)
    rdata = Rdata(wire)
    try:
        answer, at = _section(rdata, head.end, answers)
        authority, at = _section(rdata, at, authorities)
        rcode = head.rcode | _extended(rdata, at, additional)
    except (StructError, IndexError, ValueError) as error:
        raise BadMessage(str(error)) from None
    return Message(rcode, answer, authority)


def _section(rdata: Rdata, at: int, count: int) -> tuple[tuple[Record, ...], int]:
    found = []
    for start, type_, class_, ttl, size in _records(rdata, at, count):
        at = start[1] + size
        if class_ == _IN and (value := written(type_, rdata, start[1], size)) is not None:
            found.append(Record(rdata.name(start[0])[0], type_, ttl if ttl <= _LONGEST_TTL else 0, value))
    return tuple(found), at


def _extended(rdata: Rdata, at: int, count: int) -> int:
    """The upper bits of the response code, which OPT carries."""
    for _, type_, _, ttl, _ in _records(rdata, at, count):
        if type_ == OPT:
            return ttl >> 24 << 4
    return 0


def _records(rdata: Rdata, at: int, count: int) -> Iterator[tuple[tuple[int, int], int, int, int, int]]:
    """(where the name starts, where the data starts), type, class, TTL, size of the data."""
    for _ in range(count):
        name = at
        at = rdata.after_name(at)
        type_, class_, ttl, size = _RECORD.unpack_from(rdata.wire, at)
        at += _RECORD.size
        if at + size > len(rdata.wire):
            raise BadMessage("record breaks off")
        yield (name, at), type_, class_, ttl, size
        at += size
