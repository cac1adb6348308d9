"""Text of strangers (records of the DNS, reports, answers) without what a terminal would obey."""

from __future__ import annotations

import json


def printable(text: str) -> str:
    """The text with a space for every character that is not printed as itself."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def printable_json(line: str) -> str:
    """A line of JSON that means the same, with such characters as escapes."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
