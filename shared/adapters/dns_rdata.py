"""Names and record data of DNS messages, from wire to presentation form.

Positions are checked by Python's own bounds: what breaks off raises ``IndexError``, ``struct.error`` or
``ValueError``, and whoever reads a message tells the three as one.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from struct import Struct
from typing import Final

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, DNAME, OPT, CAA = 1, 2, 5, 6, 12, 15, 16, 28, 39, 41, 257

_MOST_POINTERS: Final = 127
"""As many as a name has labels at most; each leads further back than the last."""
_LONGEST_NAME: Final = 255
_POINTER: Final = 0xC0
_PLAIN: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-_*/"
_SPECIAL: Final = b'".\\;@$()'
_PREFERENCE: Final = Struct("!H")
_TIMES: Final = Struct("!5I")


class Rdata:
    """A message, read at given places."""

    __slots__ = ("wire",)

    def __init__(self, wire: bytes) -> None:
        self.wire = wire

    def after_name(self, at: int) -> int:
        wire = self.wire
        while size := wire[at]:
            if size >= _POINTER:
                return at + 2
            at += size + 1
        return at + 1

    def labels(self, at: int) -> tuple[list[bytes], int]:
        """Lower case, and where the name ends."""
        wire, end, lowest, octets = self.wire, 0, at, 1
        labels: list[bytes] = []
        pointers = 0
        while size := wire[at]:
            if size >= _POINTER:
                end = end or at + 2
                at = (size & 0x3F) << 8 | wire[at + 1]
                pointers += 1
                if at >= lowest or pointers > _MOST_POINTERS:
                    raise ValueError("pointer that leads nowhere")
                lowest = at
                continue
            label = wire[at + 1 : at + 1 + size]
            octets += size + 1
            if size >= 64 or octets > _LONGEST_NAME:
                raise ValueError("label or name too long")
            labels.append(label.lower())
            at += size + 1
        return labels, end or at + 1

    def raw_name(self, at: int) -> tuple[bytes, int]:
        """In wire form, lower case, without pointers."""
        labels, end = self.labels(at)
        return b"".join(bytes((len(label),)) + label for label in labels) + b"\0", end

    def name(self, at: int) -> tuple[str, int]:
        """In presentation form, lower case, no final dot."""
        labels, end = self.labels(at)
        return ".".join(map(_label, labels)), end


def _label(label: bytes) -> str:
    return label.decode("ascii") if not label.translate(None, _PLAIN) else _escaped(label, _SPECIAL)


def _escaped(octets: bytes, special: bytes, plain: range = range(0x21, 0x7F)) -> str:
    return "".join(
        f"\\{chr(octet)}" if octet in special else chr(octet) if octet in plain else f"\\{octet:03}"
        for octet in octets
    )


def _a(rdata: Rdata, at: int, size: int) -> str:
    return socket.inet_ntop(socket.AF_INET, rdata.wire[at : at + size])


def _aaaa(rdata: Rdata, at: int, size: int) -> str:
    return socket.inet_ntop(socket.AF_INET6, rdata.wire[at : at + size])


def _name(rdata: Rdata, at: int, size: int) -> str:
    name, end = rdata.name(at)
    return _whole(name, end == at + size)


def _mx(rdata: Rdata, at: int, size: int) -> str:
    (preference,) = _PREFERENCE.unpack_from(rdata.wire, at)
    return f"{preference} {_name(rdata, at + 2, size - 2)}"


def _soa(rdata: Rdata, at: int, size: int) -> str:
    server, middle = rdata.name(at)
    mailbox, end = rdata.name(middle)
    times = _TIMES.unpack_from(rdata.wire, end)
    return _whole(" ".join((server, mailbox, *map(str, times))), end + _TIMES.size == at + size)


def _txt(rdata: Rdata, at: int, size: int) -> str:
    wire, end, strings = rdata.wire, at + size, []
    while at < end:
        after = at + 1 + wire[at]
        strings.append(wire[at + 1 : after])
        at = after
    return _whole(b"".join(strings).decode("latin-1"), at == end)


def _caa(rdata: Rdata, at: int, size: int) -> str:
    wire = rdata.wire
    middle = at + 2 + wire[at + 1]
    tag, value = wire[at + 2 : middle], wire[middle : at + size]
    named = tag.isalnum() and tag.isascii() and middle <= at + size
    quoted = _escaped(value, b'"\\', range(0x20, 0x7F))
    return _whole(f'{wire[at]} {tag.decode("ascii", "replace")} "{quoted}"', named)


def _whole(value: str, fits: bool) -> str:
    if not fits:
        raise ValueError("record data of another size than it says")
    return value


_WRITERS: Final[dict[int, Callable[[Rdata, int, int], str]]] = {
    A: _a,
    AAAA: _aaaa,
    CAA: _caa,
    CNAME: _name,
    DNAME: _name,
    MX: _mx,
    NS: _name,
    PTR: _name,
    SOA: _soa,
    TXT: _txt,
}


def written(type_: int, rdata: Rdata, at: int, size: int) -> str | None:
    """Record data in presentation form, as ``Answer`` describes it; ``None`` if the type is not read."""
    writer = _WRITERS.get(type_)
    return None if writer is None else writer(rdata, at, size)
