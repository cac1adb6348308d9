"""Streams of bytes in pieces: looked at before they are read, or gathered up to a bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from shared.mailauth.reports.reading import Exceeded, Reason
from shared.mailauth.reports.transfer import slices

_READ = 64 * 2**10


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def chunks_of(source: bytes | Readable) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield from slices(source, 0, len(source))
        return
    while chunk := source.read(_READ):
        yield chunk


def peeked(chunks: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """The first ``size`` bytes (or all there are), and the whole stream again."""
    source = iter(chunks)
    taken: list[bytes] = []
    held = 0
    for chunk in source:
        taken.append(chunk)
        held += len(chunk)
        if held >= size:
            break
    return b"".join(taken)[:size], chain(taken, source)


def first(chunks: Iterable[bytes], size: int) -> bytes:
    """The first ``size`` bytes or, to the end of a piece, some more."""
    taken: list[bytes] = []
    for chunk in chunks:
        taken.append(chunk)
        size -= len(chunk)
        if size <= 0:
            break
    return b"".join(taken)


def gathered(chunks: Iterable[bytes], limit: int) -> bytes:
    """The whole stream; more than ``limit`` bytes of it end the reading of the delivery."""
    taken: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise Exceeded(Reason.TOO_LARGE, f"more than {limit} bytes")
        taken.append(chunk)
    return b"".join(taken)
