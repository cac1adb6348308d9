"""Header blocks of mails and MIME parts, read without building a message (RFC 5322, 2045, 2231).

Everything is found by searching bytes, so that a million header fields or a line of 30 MB cost a
scan in C and nothing more. Only the first ``BLOCK`` bytes of a block are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from shared.mailauth.reports.texts import decoded_words, plain, to_text

BLOCK = 2**20
_VALUE = 16 * 2**10
_FIELDS = 2000
_FIELD_START = re.compile(rb"[!-9;-~]{1,120}[ \t]*:")
_PARAMETER = re.compile(r';[;\s]*+([^\s=;"]{1,80})\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;]*+))', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SECTION = re.compile(r"(\w[\w.-]*)\*(\d{1,3})?(\*)?")
_NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Labelled:
    """A structured field: its main value in lower case, its parameters by lower-case name."""

    value: str
    parameters: Mapping[str, str]


def split(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block that begins at ``start`` ends, and where the body after it begins."""
    if data.startswith((b"\n", b"\r\n"), start, end):
        return start, data.index(b"\n", start, end) + 1
    if not _FIELD_START.match(data, start, min(end, start + 200)) and not data.startswith(b"From ", start):
        return start, start
    lf = data.find(b"\n\n", start, end)
    crlf = data.find(b"\n\r\n", start, end if lf < 0 else lf + 1)
    if crlf >= 0:
        return crlf + 1, crlf + 3
    return (lf + 1, lf + 2) if lf >= 0 else (end, end)


class Block:
    """One header block; fields are found when asked for."""

    __slots__ = ("_lower", "_raw")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._raw = b"\n" + data[start : min(end, start + BLOCK)]
        self._lower = self._raw.lower()

    def first(self, name: bytes) -> str:
        """The unfolded value of the first field of that (lower-case) name, or ``""``."""
        at = self._lower.find(b"\n" + name + b":")
        if at < 0:
            return ""
        at += len(name) + 2
        return unfolded(self._raw[at : self._value_end(at)])

    def _value_end(self, at: int) -> int:
        limit = min(len(self._raw), at + _VALUE)
        while True:
            at = self._raw.find(b"\n", at, limit)
            if at < 0:
                return limit
            if self._raw[at + 1 : at + 2] not in (b" ", b"\t"):
                return at
            at += 1

    def labelled(self, name: bytes) -> Labelled:
        return labelled(self.first(name))


def fields(block: bytes) -> Iterator[tuple[str, str]]:
    """The fields of a header block in their order, at most 2,000, unfolded and cut at 16 kB."""
    name, pieces, count = "", [b""], 0
    for line in block[:BLOCK].replace(b"\r\n", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and name:
            pieces.append(b"\n" + line)
            continue
        if name:
            yield name, unfolded(b"".join(pieces)[:_VALUE])
            count += 1
        name = ""
        if count >= _FIELDS:
            return
        if _FIELD_START.match(line):
            raw, _, value = line.partition(b":")
            name, pieces = raw.strip().decode("ascii"), [value]
    if name:
        yield name, unfolded(b"".join(pieces)[:_VALUE])


def unfolded(raw: bytes) -> str:
    """A field's value on one line; bytes beyond ASCII as UTF-8 (RFC 6532) or Windows-1252."""
    return to_text(raw.replace(b"\r", b"").replace(b"\n", b"")).strip()


def labelled(value: str) -> Labelled:
    """Split ``text/xml; name="a.xml"``; continuations and charsets of RFC 2231 are put together."""
    main, semicolon, _ = value.partition(";")
    main = main.strip().lower()
    if not semicolon:
        return Labelled(main, _NO_PARAMETERS)
    plain_ones: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in _PARAMETER.finditer(value, value.index(";")):
        name, quoted, bare = match.groups()
        text = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip()
        section = _SECTION.fullmatch(name)
        if section:
            key, number, extended = section.groups()
            sections.setdefault(key.lower(), {}).setdefault(
                int(number or 0), (bool(extended or not number), text)
            )
        else:
            plain_ones.setdefault(name.lower(), text)
    for key, found in sections.items():
        plain_ones[key] = _joined(found)
    return Labelled(main, plain_ones)


def _joined(sections: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231 sections 3 and 4: numbered pieces, some percent-encoded, the first naming the charset."""
    charset, raw = "", b""
    for number in sorted(sections):
        extended, text = sections[number]
        if extended and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if extended else text.encode("utf-8", "surrogateescape")
    return to_text(raw, charset)


def file_name(disposition: Labelled, content_type: Labelled) -> str:
    """What the part says its file is called, for display and paths only."""
    name = disposition.parameters.get("filename") or content_type.parameters.get("name") or ""
    return plain(decoded_words(name), 200)
