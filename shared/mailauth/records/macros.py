"""Macro strings of SPF (RFC 7208 section 7.1): text in which ``%{...}`` stands for facts of a delivery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LETTERS: Final = frozenset("slodipvh")
EXPLAINING: Final = frozenset("crt")
"""Letters that only the text of an explanation may use."""

_PIECE: Final = re.compile(
    r"%\{(?P<letter>[a-zA-Z])(?P<digits>[0-9]*)(?P<reverse>[rR]?)(?P<delimiters>[.\-+,/_=]*)\}"
    r"|%(?P<escape>[%_-])"
    r"|(?P<literal>[!-$&-~]+)",
    re.ASCII,
)
_PLAIN: Final = {"%": "%", "_": " ", "-": "%20"}
_ENDS_IN_EXPANSION: Final = re.compile(r"(?:[^%]|%\{[^}]*\}|%[%_-])*(?:%\{[^}]*\}|%[%_-])", re.ASCII)
_TOP_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)
"""Of letters, digits and hyphens; digits alone are none."""


class BadMacro(ValueError):
    """The text is no macro string."""


@dataclass(frozen=True, slots=True)
class Macro:
    """``keep`` is how many labels from the right are kept, 0 for all; ``escaped`` for a capital letter."""

    letter: str
    keep: int
    reverse: bool
    delimiters: str
    escaped: bool


MacroString = tuple[str | Macro, ...]
"""Literal text and macros, in their order."""


def parse_macros(text: str, *, explains: bool = False) -> MacroString:
    """``explains`` for the text of an explanation, which may hold spaces and the letters c, r and t."""
    pieces: list[str | Macro] = []
    place = 0
    while place < len(text):
        if explains and text[place] == " ":
            pieces.append(" ")
            place += 1
            continue
        match = _PIECE.match(text, place)
        if match is None:
            raise BadMacro(text)
        pieces.append(_piece(match, LETTERS | EXPLAINING if explains else LETTERS))
        place = match.end()
    return tuple(pieces)


def is_domain_spec(text: str) -> bool:
    """Whether a macro string ends as the name of a domain does: in a dot and a top label, or in a macro."""
    try:
        parse_macros(text)
    except BadMacro:
        return False
    if _ENDS_IN_EXPANSION.fullmatch(text):
        return True
    _, dot, label = text.removesuffix(".").rpartition(".")
    return bool(dot) and _TOP_LABEL.fullmatch(label) is not None and not label.isdigit()


def is_dynamic(text: str) -> bool:
    """Whether what the text stands for differs from delivery to delivery. ``%{d}``, the domain whose record
    it is in, does not."""
    try:
        return any(isinstance(piece, Macro) and piece.letter != "d" for piece in parse_macros(text))
    except BadMacro:
        return False


def _piece(match: re.Match[str], letters: frozenset[str]) -> str | Macro:
    if match["literal"]:
        return match["literal"]
    if match["escape"]:
        return _PLAIN[match["escape"]]
    letter = match["letter"]
    keep = match["digits"].lstrip("0")
    if letter.lower() not in letters or (match["digits"] and not keep):
        raise BadMacro(match[0])
    return Macro(
        letter=letter.lower(),
        keep=int(keep or 0) if len(keep) < 10 else 0,
        reverse=bool(match["reverse"]),
        delimiters=match["delimiters"] or ".",
        escaped=letter.isupper(),
    )
