"""Tag lists, ``name = value; name = value``: the form of DMARC, DKIM, BIMI, MTA-STS and TLS-RPT records.

Nothing is lost and nothing is judged here: what is a known tag, a good value or a fault differs by record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SPACE: Final = " \t\r\n"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tag:
    """``name`` in lower case, ``value`` without the white space around it; ``start`` and ``end`` are the
    place of the whole tag in the record, ``value_start`` that of its value."""

    name: str
    value: str
    start: int
    end: int
    value_start: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def value_span(self) -> tuple[int, int]:
        return self.value_start, self.value_start + len(self.value)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A piece between semicolons that is no tag."""

    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class TagList:
    """``tags`` in their order, repeated ones too. An empty piece is malformed unless it is the last."""

    text: str
    tags: tuple[Tag, ...]
    malformed: tuple[Malformed, ...]

    def first(self, name: str) -> Tag | None:
        return next((tag for tag in self.tags if tag.name == name), None)

    def value(self, name: str) -> str | None:
        tag = self.first(name)
        return None if tag is None else tag.value

    @property
    def repeated(self) -> tuple[Tag, ...]:
        """Every tag whose name stood there before."""
        seen: set[str] = set()
        again = []
        for tag in self.tags:
            if tag.name in seen:
                again.append(tag)
            seen.add(tag.name)
        return tuple(again)


def parse_tags(text: str) -> TagList:
    tags: list[Tag] = []
    malformed: list[Malformed] = []
    place = 0
    pieces = text.split(";")
    for number, piece in enumerate(pieces):
        start, place = place, place + len(piece) + 1
        inner = piece.strip(_SPACE)
        begin = start + len(piece) - len(piece.lstrip(_SPACE))
        name, equals, value = inner.partition("=")
        if equals and _NAME.fullmatch(name.rstrip(_SPACE)):
            value_start = begin + len(inner) - len(value.lstrip(_SPACE))
            tag = Tag(
                name.rstrip(_SPACE).lower(), value.strip(_SPACE), begin, begin + len(inner), value_start
            )
            tags.append(tag)
        elif inner or number < len(pieces) - 1:
            malformed.append(Malformed(inner, start, start + len(piece)))
    return TagList(text, tuple(tags), tuple(malformed))
