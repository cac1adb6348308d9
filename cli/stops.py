"""How a command ends when it cannot go on: one line for the person at the terminal, and an exit code."""

from __future__ import annotations

from typing import Final

REFUSED: Final = 1
"""Something was refused: a file that is no report, a request that the API or the product says no to."""
USAGE: Final = 2
UNREACHABLE: Final = 3
"""The deployment cannot be reached: no address, no key, no credentials, no answer."""


class Stop(Exception):
    """The command ends here with this message and exit code."""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
