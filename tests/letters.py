"""What people read out of letters."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(r"https?://\S+#\S+")
_TOKEN: Final = re.compile(r"\b(?:inv|pwd|eml)_\d+_\d+_[\w-]{43}")


def link_in(text: str) -> str:
    """The one link of a letter's plain text."""
    (link,) = _LINK.findall(text)
    return str(link)


def token_in(text: str) -> str:
    """The token of a letter: what its link ends with, and its code says again."""
    (token,) = set(_TOKEN.findall(text))
    return str(token)
