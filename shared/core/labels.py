"""Names that people give to groups and tags: kept as written, and unique whatever their case."""

from __future__ import annotations

import unicodedata
from typing import Final

from shared.core.errors import Invalid

LONGEST: Final = 128


def checked_label(text: str, *, param: str) -> str:
    """In Unicode's composed form (NFC), without blanks around it. ``Invalid`` where nothing is left, where it
    is longer than ``LONGEST`` characters, or where characters cannot be seen."""
    label = unicodedata.normalize("NFC", text).strip()
    if not label or len(label) > LONGEST or not label.isprintable():
        raise Invalid(f"A name has 1 to {LONGEST} characters that can be printed", param=param)
    return label


def folded(label: str) -> str:
    """What two labels share that differ in case alone, or in how a letter is composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", label).casefold())
