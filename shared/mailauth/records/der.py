"""As much of DER as it takes to walk through an extension: definite lengths, one-octet tags."""

from __future__ import annotations

from dataclasses import dataclass

SEQUENCE = 0x30
OBJECT_IDENTIFIER = 0x06
OCTET_STRING = 0x04
IA5_STRING = 0x16


class BadDer(ValueError):
    """Not DER, or not what it was taken for."""


@dataclass(frozen=True, slots=True)
class Element:
    """``tag`` is the identifier octet whole: class, constructed bit and number."""

    tag: int
    content: bytes

    def inside(self) -> tuple[Element, ...]:
        return elements(self.content)


def elements(data: bytes) -> tuple[Element, ...]:
    """The elements that follow each other in ``data``."""
    found = []
    place = 0
    while place < len(data):
        element, place = _element(data, place)
        found.append(element)
    return tuple(found)


def only(data: bytes, tag: int) -> Element:
    """The one element that ``data`` is."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise BadDer(f"no single element of tag {tag:#x}")
    return found[0]


def _element(data: bytes, place: int) -> tuple[Element, int]:
    if place + 2 > len(data):
        raise BadDer("cut short")
    tag, length = data[place], data[place + 1]
    place += 2
    if tag & 0x1F == 0x1F:
        raise BadDer("a tag of several octets")
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4 or place + octets > len(data):
            raise BadDer("a length that is indefinite or too long")
        length = int.from_bytes(data[place : place + octets], "big")
        place += octets
    end = place + length
    if end > len(data):
        raise BadDer("cut short")
    return Element(tag, data[place:end]), end
