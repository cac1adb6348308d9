"""Gzip and zip, inflated in pieces under the allowance (RFC 1951, 1952; APPNOTE 6.3).

Zip files are read from their directory, by hand: the standard library builds an object for each of
the 900,000 entries that fit into 40 MB before anything can be counted. Methods other than stored and
deflated are refused: no reporter uses them, and their windows may be gigabytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.mailauth.reports.allowance import Allowance
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.texts import plain
from shared.mailauth.reports.transfer import slices

_OUT = 64 * 2**10
_ENTRIES = 200
"""Directory entries looked at, counting folders and the litter of desktops."""

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_METHODS = {
    1: "shrunk",
    6: "imploded",
    9: "deflate64",
    12: "bzip2",
    14: "lzma",
    93: "zstd",
    95: "xz",
    98: "ppmd",
}


def gunzip(chunks: Iterable[bytes], allowance: Allowance) -> Iterator[bytes]:
    """Inflate a gzip stream; members after the first are part of it, other bytes after it are not."""
    engine: zlib._Decompress | None = None
    members = 0
    for piece in chunks:
        allowance.took(len(piece))
        chunk = piece
        while chunk:
            if engine is not None and engine.eof:
                if not chunk.startswith(b"\x1f\x8b"):
                    return
                engine = None
            if engine is None:
                members += 1
                if members > allowance.limits.members:
                    raise Unreadable(Reason.TOO_MANY_PARTS, "gzip of too many members")
                engine = zlib.decompressobj(31)
            yield from _inflated(engine, chunk, allowance)
            chunk = engine.unused_data
    if engine is None or not engine.eof:
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "gzip data end too early")


def _inflated(engine: zlib._Decompress, chunk: bytes, allowance: Allowance) -> Iterator[bytes]:
    """All that one piece of input gives, in pieces of at most 64 kB."""
    while True:
        try:
            out = engine.decompress(chunk, _OUT)
        except zlib.error as error:
            raise Unreadable(Reason.MALFORMED_ARCHIVE, f"damaged compressed data: {error}") from None
        if out:
            allowance.gave(len(out))
            yield out
        chunk = engine.unconsumed_tail
        if engine.eof or (not chunk and len(out) < _OUT):
            return


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip; ``start`` and ``end`` bound its compressed data."""

    name: str
    method: int
    encrypted: bool
    crc: int
    size: int
    start: int
    end: int


def zip_members(data: bytes, limits: Limits) -> list[Member]:
    """The files of a zip without folders and desktop litter. They may not share bytes."""
    at, count, shift = _directory(data)
    members: list[Member] = []
    for seen in range(count):
        if seen >= _ENTRIES:
            raise Unreadable(Reason.TOO_MANY_PARTS, f"a zip of more than {_ENTRIES} entries")
        member, at = _member(data, at, shift)
        if not _is_litter(member):
            members.append(member)
    if len(members) > limits.members:
        raise Unreadable(Reason.TOO_MANY_PARTS, f"a zip of more than {limits.members} files")
    _require_disjoint(members)
    return members


def unzip(data: bytes, member: Member, allowance: Allowance) -> Iterator[bytes]:
    """Inflate one member; what it holds must be as long as the directory says, with that checksum."""
    if member.encrypted:
        raise Unreadable(Reason.ENCRYPTED, "the zip is encrypted")
    if member.method not in (0, 8):
        named = _METHODS.get(member.method, "unknown")
        raise Unreadable(
            Reason.MALFORMED_ARCHIVE,
            f"compression method {member.method} ({named}) is not read",
        )
    size = crc = 0
    for piece in _member_data(data, member, allowance):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        if size > member.size:
            break
        yield piece
    if size != member.size or crc != member.crc:
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip member differs from its directory entry")


def _member_data(data: bytes, member: Member, allowance: Allowance) -> Iterator[bytes]:
    if member.method == 0:
        for chunk in slices(data, member.start, member.end):
            allowance.took(len(chunk))
            allowance.gave(len(chunk))
            yield chunk
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in slices(data, member.start, member.end):
        allowance.took(len(chunk))
        yield from _inflated(engine, chunk, allowance)
        if engine.eof:
            return
    raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip member ends too early")


def _directory(data: bytes) -> tuple[int, int, int]:
    """Where the central directory begins, how many entries it has, how far all offsets are off."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 2 * _END.size - 2**17))
    if end < 0 or end + _END.size > len(data):
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip without its directory: cut off?")
    _, _, _, _, count, size, offset, _ = _END.unpack_from(data, end)
    if count == 0xFFFF or 0xFFFFFFFF in (size, offset):
        end, count, size, offset = _directory64(data, end, (count, size, offset))
    begin = end - size
    shift = begin - offset
    if begin < 0 or shift < 0:
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip directory out of place")
    return begin, count, shift


def _directory64(data: bytes, end: int, small: tuple[int, int, int]) -> tuple[int, int, int, int]:
    at = end - _END64_LOCATOR.size
    if at < 0 or not data.startswith(b"PK\x06\x07", at):
        return (end, *small)
    begin = data.rfind(b"PK\x06\x06", 0, at)
    if begin < 0 or begin + _END64.size > len(data):
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip64 without its directory")
    *_, count, size, offset = _END64.unpack_from(data, begin)
    return begin, count, size, offset


def _member(data: bytes, at: int, shift: int) -> tuple[Member, int]:
    if at + _ENTRY.size > len(data) or not data.startswith(b"PK\x01\x02", at):
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "damaged zip directory")
    entry = _ENTRY.unpack_from(data, at)
    flags, method, crc = entry[3], entry[4], entry[7]
    name_length, extra_length, comment_length = entry[10:13]
    name_at = at + _ENTRY.size
    extra_at = name_at + name_length
    extra = data[extra_at : extra_at + extra_length]
    size, packed, local = _zip64(extra, entry[9], entry[8], entry[16])
    start = _data_start(data, local + shift)
    if start + packed > len(data):
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip member reaches beyond the file")
    name = data[name_at:extra_at].decode("utf-8" if flags & 0x800 else "cp437", "replace")
    member = Member(
        name=plain(name, 200),
        method=method,
        encrypted=bool(flags & 0x41) or method == 99,
        crc=crc,
        size=size,
        start=start,
        end=start + packed,
    )
    return member, extra_at + extra_length + comment_length


def _zip64(extra: bytes, size: int, packed: int, local: int) -> tuple[int, int, int]:
    """Take from the zip64 extra field, in this order, the numbers that did not fit into 32 bits."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            wide = iter(
                struct.unpack_from(
                    f"<{length // 8}Q",
                    extra[at + 4 : at + 4 + length // 8 * 8].ljust(length, b"\0"),
                )
            )
            size, packed, local = (
                next(wide, value) if value == 0xFFFFFFFF else value for value in (size, packed, local)
            )
            break
        at += 4 + length
    return size, packed, local


def _data_start(data: bytes, local: int) -> int:
    if local + _LOCAL.size > len(data) or not data.startswith(b"PK\x03\x04", local):
        raise Unreadable(Reason.MALFORMED_ARCHIVE, "zip member without its header")
    *_, name_length, extra_length = _LOCAL.unpack_from(data, local)
    return int(local + _LOCAL.size + name_length + extra_length)


def _is_litter(member: Member) -> bool:
    last = member.name.rsplit("/", 1)[-1]
    return (
        not last
        or member.name.startswith("__MACOSX/")
        or last.startswith("._")
        or last in (".DS_Store", "Thumbs.db")
    )


def _require_disjoint(members: list[Member]) -> None:
    """Members that share compressed bytes are how small files claim to hold petabytes."""
    reached = 0
    for member in sorted(members, key=lambda one: one.start):
        if member.start < reached:
            raise Unreadable(Reason.COMPRESSION_BOMB, "zip members overlap")
        reached = member.end
