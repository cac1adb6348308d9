"""Attachments out of Outlook's ``.msg``: a compound file ([MS-CFB]) laid out by [MS-OXMSG].

Only streams named ``__substg1.0_3701...`` (the data of an attachment) and, beside them, its name
are followed; every chain of sectors is bounded by the size of the file.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.texts import plain

_HEADER = struct.Struct("<24x5H6x9L")
_ENTRY = struct.Struct("<64sHBB3L16x4x16xLQ")
_FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks (end of chain, free, table), not sectors."""
_ENTRIES = 5_000
_ATTACHMENT = re.compile(r"__attach_version1\.0_#[0-9A-F]{8}", re.IGNORECASE)
_DATA, _LONG_NAME, _SHORT_NAME = (
    "__substg1.0_37010102",
    "__substg1.0_3707001f",
    "__substg1.0_3704001f",
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message; ``pieces`` are the stretches of the message file it is spread over."""

    name: str
    pieces: tuple[tuple[int, int], ...]

    def content(self, data: bytes) -> Iterator[bytes]:
        for start, end in self.pieces:
            yield data[start:end]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    sector: int
    size: int


def attachments(data: bytes) -> Iterator[Attachment]:
    """The files attached to an Outlook message; none for other compound files (Word, Excel)."""
    file = _CompoundFile(data)
    for storage in file.children(0):
        if not _ATTACHMENT.fullmatch(storage.name):
            continue
        streams = {entry.name.lower(): entry for entry in file.children(file.entries.index(storage))}
        content = streams.get(_DATA)
        if content is None:
            continue
        named = streams.get(_LONG_NAME) or streams.get(_SHORT_NAME)
        name = file.text(named) if named else "attachment"
        yield Attachment(name, tuple(file.stretches(content)))


class _CompoundFile:
    def __init__(self, data: bytes) -> None:
        if len(data) < 512:
            raise _damaged()
        header = _HEADER.unpack_from(data)
        self._data = data
        self._shift, self._mini_shift = header[3], header[4]
        if self._shift not in (9, 12) or self._mini_shift != 6:
            raise _damaged()
        self._size = 1 << self._shift
        self._fat = self._table(header)
        self.entries = self._directory(header[7])
        self._mini_cutoff = header[9]
        self._mini_fat = self._numbers(self._chain(header[10]))
        root = self.entries[0]
        self._mini_sectors = self._chain(root.sector)

    def _table(self, header: tuple[int, ...]) -> array[int]:
        """The sector table, whose own sectors are listed in the header and in a chain of sectors."""
        numbers = array("I", self._data[76:512])
        sectors = [number for number in numbers if number < _FREE]
        extra = header[12]
        for _ in range(len(self._data) // self._size):
            if extra >= _FREE:
                break
            numbers = self._numbers([extra])
            if not numbers:
                break
            sectors.extend(number for number in numbers[:-1] if number < _FREE)
            extra = numbers[-1]
        return self._numbers(sectors[: len(self._data) // self._size])

    def _numbers(self, sectors: list[int]) -> array[int]:
        found = array("I")
        for sector in sectors:
            start = (sector + 1) << self._shift
            piece = self._data[start : start + self._size]
            found.frombytes(piece[: len(piece) // 4 * 4])
        return found

    def _chain(self, sector: int) -> list[int]:
        found: list[int] = []
        while sector < _FREE:
            if sector >= len(self._fat) or len(found) > len(self._data) >> self._shift:
                raise _damaged()
            found.append(sector)
            sector = self._fat[sector]
        return found

    def _directory(self, sector: int) -> list[_Entry]:
        found: list[_Entry] = []
        for number in self._chain(sector):
            start = (number + 1) << self._shift
            for at in range(start, min(start + self._size, len(self._data) - 127), 128):
                if len(found) >= _ENTRIES:
                    raise Unreadable(
                        Reason.TOO_MANY_PARTS,
                        f"a compound file of more than {_ENTRIES} entries",
                    )
                raw, length, kind, _, left, right, child, first, size = _ENTRY.unpack_from(self._data, at)
                name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                found.append(_Entry(name, kind, left, right, child, first, size & 0xFFFFFFFF))
        if not found:
            raise _damaged()
        return found

    def children(self, storage: int) -> Iterator[_Entry]:
        """The entries of a storage, which hang together as a binary tree."""
        seen: set[int] = set()
        waiting = [self.entries[storage].child]
        while waiting:
            number = waiting.pop()
            if number >= len(self.entries) or number in seen:
                continue
            seen.add(number)
            entry = self.entries[number]
            yield entry
            waiting += (entry.left, entry.right)

    def stretches(self, entry: _Entry) -> Iterator[tuple[int, int]]:
        """Where a stream's bytes lie: in sectors of the file, or in small ones inside the root's stream."""
        rest = entry.size
        if rest >= self._mini_cutoff:
            for sector in self._chain(entry.sector):
                start = (sector + 1) << self._shift
                yield start, start + min(rest, self._size)
                rest -= min(rest, self._size)
            return
        per_sector = self._shift - self._mini_shift
        sector, steps = entry.sector, 0
        while sector < _FREE and rest > 0:
            block, within = sector >> per_sector, sector & ((1 << per_sector) - 1)
            steps += 1
            if (
                sector >= len(self._mini_fat)
                or block >= len(self._mini_sectors)
                or steps > len(self._data) >> 6
            ):
                raise _damaged()
            start = ((self._mini_sectors[block] + 1) << self._shift) + (within << self._mini_shift)
            yield start, start + min(rest, 64)
            rest -= min(rest, 64)
            sector = self._mini_fat[sector]

    def text(self, entry: _Entry) -> str:
        raw = b"".join(self._data[start:end] for start, end in self.stretches(entry))
        return plain(raw[:1000].decode("utf-16-le", "replace"), 200)


def _damaged() -> Unreadable:
    return Unreadable(Reason.MALFORMED_ARCHIVE, "damaged compound file")
