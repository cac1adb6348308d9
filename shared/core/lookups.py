"""The port through which evaluations get their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from shared.mailauth.evaluate.questions import Asking

T = TypeVar("T")

PATIENCE: Final = 8.0
"""Seconds that one inspection may wait for the world. What is not answered by then has failed."""


class Lookups(Protocol):
    def run(self, asking: Asking[T], *, within: float = PATIENCE) -> T:
        """The result of an evaluation. After ``within`` seconds whatever is still asked is answered as
        failed ("timeout"), so that every evaluation ends."""

    def run_all(self, askings: Sequence[Asking[T]], *, within: float = PATIENCE) -> list[T]:
        """Many evaluations side by side; results in the order of the askings."""
