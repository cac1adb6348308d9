"""Content transfer encodings undone piece by piece (RFC 2045 section 6), forgiving rubbish."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

CHUNK = 64 * 2**10
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_RAW = re.compile(rb"\s{0,20}(?:\x1f\x8b|PK\x03\x04|<\?xml|<feedback|\{\s{0,20}\"(?!=))")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{1,200}\r?\n", re.MULTILINE)


def slices(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """``data[start:end]`` in pieces."""
    for at in range(start, end, CHUNK):
        yield data[at : min(at + CHUNK, end)]


def decode(encoding: str, data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Undo the transfer encoding of ``data[start:end]``; an unknown one is taken as none.

    So is base64 and quoted-printable that was only declared, over bytes that are an archive or XML.
    """
    if encoding and _RAW.match(data, start, end):
        return slices(data, start, end)
    if encoding == "base64":
        return from_base64(slices(data, start, end))
    if encoding == "quoted-printable":
        return _from_quoted_printable(data, start, end)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return from_uuencode(slices(data, start, end))
    return slices(data, start, end)


def from_base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Base64 with everything skipped that is not of its alphabet; ends at the first padding."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk.translate(None, _NOT_BASE64)
        padding = text.find(b"=")
        if padding >= 0:
            yield _quads(text[:padding])
            return
        whole = len(text) // 4 * 4
        rest = text[whole:]
        if whole:
            yield binascii.a2b_base64(text[:whole])
    if rest:
        yield _quads(rest)


def _quads(text: bytes) -> bytes:
    """Decode what has lost or dropped its padding; a single left-over character holds no byte."""
    if len(text) % 4 == 1:
        text = text[:-1]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def _from_quoted_printable(data: bytes, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        stop = min(start + CHUNK, end)
        if stop < end:
            # cut after a line, or at least not inside an =XX
            line = data.rfind(b"\n", start, stop) + 1
            escape = data.rfind(b"=", stop - 2, stop)
            stop = line or (escape if escape > start else stop)
        yield binascii.a2b_qp(data[start:stop])
        start = stop


def from_uuencode(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The first uuencoded file in a text; lines that do not decode are skipped."""
    lines = _lines(chunks)
    for line in lines:
        if _UU_BEGIN.match(line + b"\n"):
            break
    pieces: list[bytes] = []
    for line in lines:
        if line.strip() in (b"end", b"`"):
            break
        try:
            pieces.append(binascii.a2b_uu(line[:100]))
        except binascii.Error:
            continue
        if len(pieces) >= 1000:
            yield b"".join(pieces)
            pieces.clear()
    yield b"".join(pieces)


def has_uuencode(head: bytes) -> bool:
    return _UU_BEGIN.search(head) is not None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest[-CHUNK:] + chunk).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r")
    if rest:
        yield rest
