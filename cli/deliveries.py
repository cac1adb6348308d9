"""Files, folders, mailboxes: every single delivery in the paths that somebody named."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cli.stops import USAGE, Stop

STDIN: Final = "-"
_MBOX: Final = b"From "
_MAILDIR: Final = ("cur", "new")


@dataclass(frozen=True, slots=True)
class Found:
    """One delivery: a file, or one message of an mbox. ``size`` in bytes, 0 when it is not known."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


def deliveries(paths: Iterable[str]) -> Iterator[Found]:
    """Every delivery in files, folders (with all below them), mbox files and Maildirs, in a stable order.

    ``-`` is standard input. A path that does not exist stops with exit code 2.
    """
    for text in paths:
        if text == STDIN:
            yield Found(STDIN, 0, lambda: io.BytesIO(sys.stdin.buffer.read()))
            continue
        path = Path(text)
        if path.is_dir():
            yield from _in_folder(path)
        elif path.exists():
            yield from _in_file(path)
        else:
            raise Stop(f"there is no file {text}", USAGE)


def _in_folder(folder: Path) -> Iterator[Found]:
    is_maildir = all((folder / name).is_dir() for name in _MAILDIR)
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if is_maildir and entry.name == "tmp":
                continue
            if not entry.name.startswith(".") or (entry / "cur").is_dir():
                yield from _in_folder(entry)
        elif entry.is_file() and not entry.name.startswith("."):
            yield from _in_file(entry)


def _in_file(path: Path) -> Iterator[Found]:
    try:
        with path.open("rb") as file:
            is_mbox = file.read(len(_MBOX)) == _MBOX
        if is_mbox:
            yield from _in_mbox(path)
        else:
            yield Found(str(path), path.stat().st_size, lambda: path.open("rb"))
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}", USAGE) from None


def _in_mbox(path: Path) -> Iterator[Found]:
    for number, (start, end) in enumerate(_messages(path), 1):
        yield Found(f"{path}#{number}", end - start, lambda start=start, end=end: _slice(path, start, end))  # type: ignore[misc]


def _messages(path: Path) -> Iterator[tuple[int, int]]:
    """Where each message of an mbox begins, after its separator line, and ends."""
    begin: int | None = None
    position = 0
    after_blank = True
    with path.open("rb") as file:
        for line in file:
            if after_blank and line.startswith(_MBOX):
                if begin is not None:
                    yield begin, position
                begin = position + len(line)
            after_blank = line in (b"\n", b"\r\n")
            position += len(line)
    if begin is not None:
        yield begin, position


def _slice(path: Path, start: int, end: int) -> BinaryIO:
    with path.open("rb") as file:
        file.seek(start)
        return io.BytesIO(file.read(end - start))
