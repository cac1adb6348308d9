"""Cells that are safe to open in a spreadsheet."""

from __future__ import annotations

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a text that begins so for a formula, or for more than one cell."""


def safe_cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
