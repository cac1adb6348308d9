"""TXT values as zone files and Route 53 write them: quoted strings of at most 255 octets each."""

from __future__ import annotations

import re
from typing import Final

LONGEST_STRING: Final = 255
_SPACE: Final = " \t\r\n"
_STRING: Final = re.compile(r'"((?:[^"\\]|\\[^0-9]|\\[0-3][0-7]{2})*)"[ \t\r\n]*', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)


class BadText(ValueError):
    """The value is not a row of quoted strings."""


def octets(text: str) -> bytes:
    """What goes over the wire, in UTF-8; octets that were none come back as they were."""
    return text.encode("utf-8", "surrogateescape")


def strings(text: str) -> tuple[bytes, ...]:
    """The character-strings of a TXT record that holds ``text``; one empty string for an empty text."""
    data = octets(text)
    cuts = range(0, max(len(data), 1), LONGEST_STRING)
    return tuple(data[start : start + LONGEST_STRING] for start in cuts)


def quoted(text: str) -> str:
    """The value of a record set: strings in quotes, with a space between them that resolvers leave out."""
    return " ".join('"' + "".join(map(_escaped, string)) + '"' for string in strings(text))


def _escaped(octet: int) -> str:
    if octet in b'"\\':
        return "\\" + chr(octet)
    return chr(octet) if 0x20 <= octet <= 0x7E else f"\\{octet:03o}"


def unquoted(value: str) -> str:
    """The text that the strings of ``value`` make when joined with nothing between; ``BadText`` else."""
    joined = bytearray()
    rest = value.strip(_SPACE)
    place = 0
    while place < len(rest) or not rest:
        found = _STRING.match(rest, place)
        if found is None:
            raise BadText(value)
        joined += _unescaped(found[1])
        place = found.end()
    return joined.decode("utf-8", "surrogateescape")


def _unescaped(body: str) -> bytes:
    pieces = bytearray()
    place = 0
    for escape in _ESCAPE.finditer(body):
        pieces += octets(body[place : escape.start()])
        pieces += _octet(escape[1])
        place = escape.end()
    return bytes(pieces + octets(body[place:]))


def _octet(escape: str) -> bytes:
    return octets(escape) if len(escape) == 1 else bytes([int(escape, 8)])
