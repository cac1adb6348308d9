"""Tables for the terminal, and the same as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.printable import printable, printable_json

_PIPE_WIDTH: Final = 240
"""Columns when nobody watches: wide enough that nothing is cut."""


def console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """A table; columns whose name begins with ``#`` hold numbers. Cells are text, never markup: what
    reporters wrote is shown with its control characters taken out."""
    shown = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        numeric = column.startswith("#")
        shown.add_column(column.removeprefix("#"), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(text_of(value)) for value in row))
    return shown


def text_of(value: object) -> str:
    """A value as a cell's text."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return printable(str(value))


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def show(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    console().print(table(columns, rows, title=title))


def show_items(
    items: Sequence[Mapping[str, Any]], fields: Mapping[str, str], as_json: bool, *, title: str | None = None
) -> None:
    """Objects of the API as they are, or these fields of them, by the column that each is shown in. A list
    is shown as its items."""
    if as_json:
        show_json(items)
        return
    show(
        tuple(fields), [[_flat(item.get(field)) for field in fields.values()] for item in items], title=title
    )


def _flat(value: object) -> object:
    return (", ".join(str(each) for each in value) or None) if isinstance(value, list) else value


def show_json(value: Any) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    print("\n".join(printable_json(line) for line in text.split("\n")))
