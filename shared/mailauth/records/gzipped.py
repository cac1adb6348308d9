"""gzip of small things, in bounded memory."""

from __future__ import annotations

import zlib
from typing import Final

_MAGIC: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31


class BadGzip(ValueError):
    """No whole gzip stream, or one that holds more than is taken."""


def is_gzip(data: bytes) -> bool:
    return data.startswith(_MAGIC)


def plain(data: bytes, most: int) -> bytes:
    """What a gzip stream holds, or the data itself if it is none; ``BadGzip`` beyond ``most`` octets."""
    if not is_gzip(data):
        return data
    inflating = zlib.decompressobj(_GZIP_WINDOW)
    try:
        held = inflating.decompress(data, most + 1)
    except zlib.error:
        raise BadGzip("broken gzip") from None
    if len(held) > most:
        raise BadGzip(f"gzip that holds more than {most} octets")
    if not inflating.eof:
        raise BadGzip("gzip that is cut short")
    if inflating.unused_data:
        raise BadGzip("gzip with something behind it")
    return held
