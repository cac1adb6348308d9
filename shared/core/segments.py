"""The rows of one aggregate report, packed.

Equal rows are summed. What rows share (verdicts, identifiers, authentication results) is stored once;
each row is an address, a count and three indexes. Columns are JSON, compressed with a dictionary of the
words that every report uses, so that ten rows take a few hundred bytes. Packing is canonical: the same
rows in any order give the same bytes, so the bytes tell whether two reports say the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    Row,
    SpfAuth,
)

_FORMAT: Final = b"\x01"
_LARGEST_COUNT: Final = 2**53 - 1
# Shared words, the most frequent last, where the compressor reaches them cheapest. Part of the format.
_WORDS: Final = (
    b"permerrortemperrorneutralsoftfailpolicymailing_listlocal_policytrusted_forwarderforwarded"
    b"sampled_outpolicy_test_modeotherhelogooglek1s1s2selector1selector2default20230601"
    b"amazonses.comsendgrid.netmailgun.orgoutlook.comgoogle.comgmail.com.com.net.org"
    b'{"e":[["reject","fail","fail",[]],["quarantine","fail","fail",[]],["none","fail","pass",[]],'
    b'["none","pass","fail",[]],["none","pass","pass",[]]],"i":[["example.com","example.com",null],'
    b'"example.com",null,null]],"a":[[[["example.com","selector","pass",null]],'
    b'[["example.com","mfrom","pass",null]]],[[],[["example.com",null,"fail",null]]]],'
    b'"s":["192.0.2.","198.51.100.","203.0.113.","2001:db8::"],"n":[1,1,2,1],"r":[0,0,0,0,1,1,1,1]}'
)


@dataclass(slots=True)
class _Column:
    """Distinct values in the order seen; ``index`` of each."""

    index: dict[Any, int] = field(default_factory=dict)

    def place(self, value: Any) -> int:
        return self.index.setdefault(value, len(self.index))


@dataclass(slots=True)
class SegmentWriter:
    """A row sink that packs. Memory grows with the distinct rows, never with repeated ones."""

    _evaluated: _Column = field(default_factory=_Column)
    _identifiers: _Column = field(default_factory=_Column)
    _auth: _Column = field(default_factory=_Column)
    _counts: dict[tuple[str, int, int, int], int] = field(default_factory=dict)

    def __call__(self, row: Row) -> None:
        key = (
            row.source_ip,
            self._evaluated.place(row.evaluated),
            self._identifiers.place(row.identifiers),
            self._auth.place(row.auth),
        )
        self._counts[key] = min(self._counts.get(key, 0) + row.count, _LARGEST_COUNT)

    @property
    def distinct_rows(self) -> int:
        return len(self._counts)

    def pack(self) -> bytes:
        evaluated, new_e = _canonical([_plain_evaluated(value) for value in self._evaluated.index])
        identifiers, new_i = _canonical([_plain_identifiers(value) for value in self._identifiers.index])
        auth, new_a = _canonical([_plain_auth(value) for value in self._auth.index])
        rows = sorted((new_e[e], new_i[i], new_a[a], ip, n) for (ip, e, i, a), n in self._counts.items())
        columns = {
            "e": evaluated,
            "i": identifiers,
            "a": auth,
            "s": [row[3] for row in rows],
            "n": [row[4] for row in rows],
            "r": [column for row in rows for column in row[:3]],
        }
        return _FORMAT + _deflate(json.dumps(columns, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of a segment as they are packed: row ``n`` is ``addresses[n]``, ``counts[n]``, and at
    ``3 * n`` in ``indexes`` the places of its three parts among the distinct ones."""

    evaluated: list[Evaluated]
    identifiers: list[Identifiers]
    auth: list[AuthResults]
    addresses: list[str]
    counts: list[int]
    indexes: list[int]


def columns_of(segment: bytes) -> Columns:
    """For who adds up many rows: what they share is looked at once, and no row is ever made."""
    columns = json.loads(_inflate(segment))
    return Columns(
        evaluated=[
            Evaluated(disposition, dkim, spf, tuple(Override(*override) for override in overrides))
            for disposition, dkim, spf, overrides in columns["e"]
        ],
        identifiers=[Identifiers(*fields) for fields in columns["i"]],
        auth=[
            AuthResults(
                tuple(DkimAuth(*fields) for fields in dkim), tuple(SpfAuth(*fields) for fields in spf)
            )
            for dkim, spf in columns["a"]
        ],
        addresses=columns["s"],
        counts=columns["n"],
        indexes=columns["r"],
    )


def unpack(segment: bytes) -> Iterator[Row]:
    """The rows of a packed segment, distinct, in canonical order."""
    found = columns_of(segment)
    indexes = iter(found.indexes)
    for ip, count in zip(found.addresses, found.counts, strict=True):
        evaluated, identifiers = found.evaluated[next(indexes)], found.identifiers[next(indexes)]
        yield Row(ip, count, evaluated, identifiers, found.auth[next(indexes)])


def pack_document(document: object) -> bytes:
    """Any other content of a report (TLS policies, a failure report), packed the same way."""
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    return _FORMAT + _deflate(text.encode())


def unpack_document(segment: bytes) -> Any:
    return json.loads(_inflate(segment))


def _canonical(values: list[Any]) -> tuple[list[Any], list[int]]:
    """The values in a fixed order, and for each old index the new one."""
    order = sorted(range(len(values)), key=lambda old: json.dumps(values[old]))
    renumbered = [0] * len(values)
    for new, old in enumerate(order):
        renumbered[old] = new
    return [values[old] for old in order], renumbered


def _plain_evaluated(value: Evaluated) -> list[Any]:
    overrides = [[override.type, override.comment] for override in value.overrides]
    return [value.disposition, value.dkim, value.spf, overrides]


def _plain_identifiers(value: Identifiers) -> list[Any]:
    return [value.header_from, value.envelope_from, value.envelope_to]


def _plain_auth(value: AuthResults) -> list[Any]:
    return [
        [[dkim.domain, dkim.selector, dkim.result, dkim.human_result] for dkim in value.dkim],
        [[spf.domain, spf.scope, spf.result, spf.human_result] for spf in value.spf],
    ]


def _deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_WORDS)
    return compressor.compress(data) + compressor.flush()


def _inflate(segment: bytes) -> bytes:
    if segment[:1] != _FORMAT:
        raise ValueError(f"unknown segment format {segment[:1]!r}")
    return zlib.decompressobj(-15, zdict=_WORDS).decompress(segment[1:])
