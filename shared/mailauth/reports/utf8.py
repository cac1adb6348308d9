"""From bytes in whatever encoding to bytes in UTF-8, before any parser sees them.

The parser is told UTF-8 and never asked to decode by declaration, so no choice of encoding can hide
markup from it: what it reads is what the checks before it read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from shared.mailauth.reports.deviations import Deviations

_SNIFF = 1024
_SLICE = 256 * 2**10

# Longest first: the mark of UTF-32 little endian begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"<\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<"), "utf-32-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^<>]*?\sencoding\s*=\s*["']\s*([A-Za-z0-9._:-]+)""")
# Encodings that extend ASCII byte for byte in markup; others are taken for false declarations.
_ASCII_BASED = frozenset(
    codecs.lookup(name).name
    for name in (
        *(f"iso8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
        *(f"cp{n}" for n in range(1250, 1259)),
        *("koi8-r", "koi8-u", "cp437", "cp850", "cp866", "mac-roman", "tis-620"),
        *("gb2312", "gbk", "gb18030", "big5", "euc-jp", "euc-kr", "cp932", "cp949", "shift_jis"),
    )
)


def as_utf8(chunks: Iterable[bytes], deviations: Deviations) -> Iterator[bytes]:
    """The document in UTF-8, in slices of at most 256 KiB; without a byte order mark.

    A document that says it is UTF-8 passes unchecked: the parser finds what is not.
    """
    parts = iter(chunks)
    first = b""
    for part in parts:
        first += part
        if len(first) >= _SNIFF:
            break
    encoding, mark = _encoding(first[:_SNIFF], deviations)
    stream = chain((first[mark:],), parts)
    if encoding == "utf-8":
        yield from _slices(stream)
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in _slices(stream):
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _slices(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if len(chunk) <= _SLICE:
            yield chunk
        else:
            yield from (chunk[at : at + _SLICE] for at in range(0, len(chunk), _SLICE))


def _encoding(head: bytes, deviations: Deviations) -> tuple[str, int]:
    """The encoding, and how many bytes its mark takes."""
    if not head.startswith(b"<") or head.startswith(b"<\0"):
        for mark, name in _MARKS:
            if head.startswith(mark):
                deviations.note("byte_order_mark", name)
                return name, len(mark)
        text = head.lstrip()
        for start, name in _UNMARKED:
            if start.match(text):
                deviations.note("encoding", f"{name} without a byte order mark")
                return name, 0
    declared = _DECLARED.search(head)
    return _declared(declared[1].decode("ascii"), deviations) if declared else "utf-8", 0


def _declared(label: str, deviations: Deviations) -> str:
    if label in ("UTF-8", "utf-8"):
        return "utf-8"
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        name = ""
    if name in ("utf-8", "ascii"):
        return "utf-8"
    if name not in _ASCII_BASED:
        deviations.note("encoding", f"not in {label}")
        return "utf-8"
    if name == "iso8859-1":
        return "cp1252"  # what is labelled Latin-1 and uses 0x80-0x9f means Windows' extension of it
    return name
