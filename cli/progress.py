"""Progress of long work, on standard error and only where somebody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

_QUIET_SECONDS: Final = 1.0


def over(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar once they take longer than a moment. No terminal, no bar."""
    if not sys.stderr.isatty():
        yield from items
        return
    iterator = iter(items)
    began = time.monotonic()
    done = 0
    for item in iterator:
        yield item
        done += 1
        if time.monotonic() - began > _QUIET_SECONDS:
            break
    yield from _with_bar(iterator, what, total, done)


def _with_bar(items: Iterator[T], what: str, total: int | None, done: int) -> Iterator[T]:
    first = next(items, None)
    if first is None:
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, completed=done)
        yield first
        progress.advance(task)
        for item in items:
            yield item
            progress.advance(task)
