"""Counting messages: by what happened to them, and by standing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from shared.core.senders.standing import FORWARDED, Standing
from shared.mailauth.reports.values import Evaluated

_CELLS: Final = 12
_DISPOSITIONS: Final = {"quarantine": 1, "reject": 2}


@dataclass(frozen=True, slots=True)
class Counters:
    """Messages by what happened to them.

    ``cells`` counts (accepted, quarantined, rejected) x (SPF aligned no, yes) x (DKIM aligned no, yes).
    ``forwarded`` counts those that failed DMARC and were overridden as forwarded or list mail.
    """

    cells: tuple[int, ...] = (0,) * _CELLS
    forwarded: int = 0

    def __add__(self, other: Counters) -> Counters:
        cells = tuple(mine + theirs for mine, theirs in zip(self.cells, other.cells, strict=True))
        return Counters(cells, self.forwarded + other.forwarded)

    @property
    def messages(self) -> int:
        return sum(self.cells)

    @property
    def accepted(self) -> int:
        """Neither quarantined nor rejected. The receiver's word, not proof of delivery."""
        return sum(self.cells[0:4])

    @property
    def quarantined(self) -> int:
        return sum(self.cells[4:8])

    @property
    def rejected(self) -> int:
        return sum(self.cells[8:12])

    @property
    def spf_pass(self) -> int:
        return sum(count for cell, count in enumerate(self.cells) if cell & 2)

    @property
    def dkim_pass(self) -> int:
        return sum(count for cell, count in enumerate(self.cells) if cell & 1)

    @property
    def dmarc_pass(self) -> int:
        return sum(count for cell, count in enumerate(self.cells) if cell & 3)


@dataclass(slots=True)
class Tally:
    """Counters while they are being counted."""

    cells: list[int] = field(default_factory=lambda: [0] * _CELLS)
    forwarded: int = 0

    def add(self, evaluated: Evaluated, count: int) -> None:
        disposition = _DISPOSITIONS.get(evaluated.disposition or "", 0)
        self.cells[disposition * 4 + (evaluated.spf == "pass") * 2 + (evaluated.dkim == "pass")] += count
        if not evaluated.dmarc_pass and any(override.type in FORWARDED for override in evaluated.overrides):
            self.forwarded += count

    def counters(self) -> Counters:
        return Counters(tuple(self.cells), self.forwarded)


@dataclass(frozen=True, slots=True)
class Standings:
    """Messages by standing; ``counts`` has one for each ``Standing``, in their order."""

    counts: tuple[int, ...] = (0,) * len(Standing)

    @classmethod
    def of(cls, standing: Standing, messages: int) -> Standings:
        return cls(tuple(messages if each is standing else 0 for each in Standing))

    def __add__(self, other: Standings) -> Standings:
        return Standings(tuple(mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)))

    def __getitem__(self, standing: Standing) -> int:
        return self.by_standing()[standing]

    def by_standing(self) -> dict[Standing, int]:
        return dict(zip(Standing, self.counts, strict=True))

    @property
    def dominant(self) -> Standing:
        """The one with the most messages. Of equal ones the worse, so that nothing hides behind a tie."""
        return max(reversed(Standing), key=self.by_standing().__getitem__)
