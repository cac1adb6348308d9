"""What a section of the benchmark prints: a title, rows, and whether each figure keeps its bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass
class Report:
    """``bounds`` collects what was promised and not kept; empty means that all holds."""

    console: Console = field(default_factory=lambda: Console(width=120, highlight=False))
    bounds: list[str] = field(default_factory=list)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        table = Table(title=title, title_justify="left", title_style="bold")
        for number, column in enumerate(columns):
            table.add_column(column, justify="left" if number == 0 else "right")
        for row in rows:
            table.add_row(*(_text(cell) for cell in row))
        self.console.print(table)

    def holds(self, what: str, held: bool) -> str:
        """The word for the table's last column; what does not hold is said again at the end."""
        if not held:
            self.bounds.append(what)
        return "yes" if held else "NO"


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
