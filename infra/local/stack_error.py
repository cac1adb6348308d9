"""What the local stack cannot do, told in one line."""

from __future__ import annotations


class StackError(Exception):
    """Bringing the stack up or down cannot go on; the message is one line for the person at the terminal."""
