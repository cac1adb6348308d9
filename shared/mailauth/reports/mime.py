"""The MIME tree of a mail, walked over its bytes with bounds (RFC 2046 section 5).

No message objects and no copies: a part is a stretch of the buffer it lies in. Wrong and missing
boundaries, labels and closings are worked around, since reports come out of all sorts of scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.mailauth.reports import headers
from shared.mailauth.reports.allowance import Allowance
from shared.mailauth.reports.headers import Labelled
from shared.mailauth.reports.transfer import decode

_DELIMITER_REST = re.compile(rb"(--)?[ \t\r]*+(?:\n|\Z)")
_LIKELY_DELIMITER = re.compile(
    rb"(?:\A|\n)[ \t]*--([^\r\n]{1,200}?)[ \t]{0,8}\r?\n(?=content-|mime-version:|\r?\n)",
    re.IGNORECASE,
)
_GUESS_WITHIN = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree: ``data[start:end]`` is its body, still in its transfer encoding.

    ``group`` is equal for the leaves of one multipart. ``path`` is its number (``2.1``), and its
    file name after a slash where it has one.
    """

    data: bytes
    start: int
    end: int
    type: Labelled
    disposition: str
    name: str
    encoding: str
    group: int
    depth: int
    path: str

    def content(self) -> Iterator[bytes]:
        """The body out of its transfer encoding, in pieces."""
        return decode(self.encoding, self.data, self.start, self.end)

    @property
    def is_encoded(self) -> bool:
        return self.encoding in ("base64", "quoted-printable") or "uue" in self.encoding


@dataclass(frozen=True, slots=True)
class _Entity:
    start: int
    end: int
    depth: int
    group: int
    number: str


def walk(
    data: bytes, start: int, end: int, *, depth: int, path: str, allowance: Allowance
) -> tuple[Part, ...]:
    """The leaves of the mail in ``data[start:end]``, in their order.

    Parts of a multipart that is itself transfer-encoded (RFC 2045 forbids it) lie in a buffer of
    their own.
    """
    leaves: list[Part] = []
    entities = [(data, _Entity(_past_envelope(data, start, end), end, depth, 0, ""))]
    groups = 0
    while entities:
        buffer, entity = entities.pop()
        allowance.part(entity.depth)
        part = _part(buffer, entity, path)
        bounds = _children(part, allowance)
        if bounds is None:
            leaves.append(part)
            continue
        groups += 1
        buffer, stretches = bounds
        prefix = entity.number + "." if entity.number else ""
        children = (
            _Entity(first, last, entity.depth + 1, groups, f"{prefix}{number}")
            for number, (first, last) in enumerate(stretches, 1)
        )
        entities.extend((buffer, child) for child in reversed(tuple(children)))
    return tuple(leaves)


def _past_envelope(data: bytes, start: int, end: int) -> int:
    """Past blank lines and the ``From `` line of an mbox."""
    while data.startswith((b"\n", b"\r\n"), start, end):
        start = data.index(b"\n", start) + 1
    if data.startswith((b"From ", b">From "), start, end):
        line = data.find(b"\n", start, min(end, start + 1000))
        start = line + 1 if line >= 0 else start
    return start


def _part(data: bytes, entity: _Entity, path: str) -> Part:
    head_end, body = headers.split(data, entity.start, entity.end)
    block = headers.Block(data, entity.start, head_end)
    content_type = block.labelled(b"content-type")
    disposition = block.labelled(b"content-disposition")
    name = headers.file_name(disposition, content_type)
    where = "/".join(step for step in (path, entity.number, name.replace("/", "_")) if step)
    return Part(
        data=data,
        start=body,
        end=entity.end,
        type=content_type,
        disposition=disposition.value,
        name=name,
        encoding=block.labelled(b"content-transfer-encoding").value.strip('"'),
        group=entity.group,
        depth=entity.depth,
        path=where,
    )


def _children(part: Part, allowance: Allowance) -> tuple[bytes, list[tuple[int, int]]] | None:
    """The buffer and the stretches of a multipart's parts; ``None`` for a leaf."""
    is_multipart = part.type.value.startswith("multipart/")
    if not is_multipart and (part.type.value or part.name):
        return None
    boundary = part.type.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    if is_multipart and part.is_encoded:
        plain = b"".join(part.content())
        found = _stretches(plain, 0, len(plain), boundary, allowance)
        if found:
            return plain, found
    found = _stretches(part.data, part.start, part.end, boundary, allowance)
    return (part.data, found) if found else None


def _stretches(
    data: bytes, start: int, end: int, boundary: bytes, allowance: Allowance
) -> list[tuple[int, int]]:
    found = _between(data, start, end, boundary, allowance) if boundary else []
    if found:
        return found
    guess = _LIKELY_DELIMITER.search(data[start : min(end, start + _GUESS_WITHIN)])
    return _between(data, start, end, guess.group(1), allowance) if guess else []


def _between(
    data: bytes, start: int, end: int, boundary: bytes, allowance: Allowance
) -> list[tuple[int, int]]:
    """What lies between delimiter lines; a missing closing line is as good as one at the end."""
    mark = b"--" + boundary
    found: list[tuple[int, int]] = []
    opened = -1
    for misses, at in enumerate(_line_starts(data, start, end, mark)):
        rest = _DELIMITER_REST.match(data, at + len(mark), end)
        if rest is None:
            if misses % 1000 == 0:
                allowance.meter.tick()
            continue
        if opened >= 0:
            found.append((opened, _without_newline(data, opened, at - 1)))
            allowance.parts_fit(len(found))
        opened = rest.end()
        if rest.group(1):
            return found
    if opened >= 0:
        found.append((opened, end))
    return found


def _line_starts(data: bytes, start: int, end: int, mark: bytes) -> Iterator[int]:
    """Where lines begin with ``mark``."""
    if data.startswith(mark, start, end):
        yield start
    at = data.find(b"\n" + mark, start, end)
    while at >= 0:
        yield at + 1
        at = data.find(b"\n" + mark, at + 1, end)


def _without_newline(data: bytes, start: int, newline: int) -> int:
    """The end of a part before the newline that belongs to the delimiter."""
    end = newline - 1 if newline > start and data[newline - 1] == 0x0D else newline
    return max(start, end)
