"""Attachments out of ``winmail.dat``: the TNEF stream of Outlook ([MS-OXTNEF] section 2.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.texts import plain, to_text
from shared.mailauth.reports.transfer import slices

_ATTRIBUTE = struct.Struct("<BHHL")
_ATTRIBUTES = 10_000
_ATTACH_BEGINS = 0x9002
_ATTACH_TITLE = 0x8010
_ATTACH_DATA = 0x800F
_BODY = 0x800C


@dataclass(frozen=True, slots=True)
class Attachment:
    """``data[start:end]`` of the stream it was found in."""

    name: str
    start: int
    end: int

    def content(self, data: bytes) -> Iterator[bytes]:
        return slices(data, self.start, self.end)


def attachments(data: bytes) -> Iterator[Attachment]:
    """The files (and the plain body) of a TNEF stream. Its checksums are not judged."""
    at, found, name = 6, None, ""
    for _ in range(_ATTRIBUTES):
        if at + _ATTRIBUTE.size > len(data):
            break
        level, identity, _, length = _ATTRIBUTE.unpack_from(data, at)
        start = at + _ATTRIBUTE.size
        end = start + length
        if level not in (1, 2) or end > len(data):
            raise Unreadable(Reason.MALFORMED_MIME, "damaged TNEF stream")
        if identity == _ATTACH_BEGINS:
            if found:
                yield Attachment(name, *found)
            found, name = None, ""
        elif identity == _ATTACH_TITLE:
            name = plain(to_text(data[start : min(end, start + 500)].rstrip(b"\0")), 200)
        elif identity == _ATTACH_DATA:
            found = (start, end)
        elif identity == _BODY:
            yield Attachment("body", start, end)
        at = end + 2
    if found:
        yield Attachment(name, *found)
