"""TXT values as zone files and Route 53 write them: quoted character-strings (RFC 1035 section 5.1)."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 255
_STRING: Final = re.compile(r'"((?:[^"\\]|\\[0-7]{3}|\\.)*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)


def quoted(text: str) -> str:
    """One character of ``text`` is one octet (Latin-1). Resolvers join the strings with nothing between."""
    octets = text.encode("latin-1")
    pieces = [octets[start : start + _LONGEST] for start in range(0, len(octets), _LONGEST)] or [b""]
    return " ".join(f'"{"".join(map(_escaped, piece))}"' for piece in pieces)


def unquoted(value: str) -> str:
    """The text of a quoted value, with its strings joined."""
    return "".join(_ESCAPED.sub(_plain, inner) for inner in _STRING.findall(value))


def _escaped(octet: int) -> str:
    if octet in b'"\\':
        return f"\\{octet:c}"
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03o}"


def _plain(match: re.Match[str]) -> str:
    return chr(int(match[1], 8) & 0xFF) if len(match[1]) == 3 else match[1]
