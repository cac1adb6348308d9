"""A report's XML cut behind each record, so that damage stays local and repetition stays cheap.

Every piece goes to the parser, with two exceptions that leave the same result. A damaged piece is
repaired and read by a new parser that is set below the same root. A head or a record of a shape that
the parser has accepted before is read by that shape (``shapes.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from shared.mailauth.reports.deviations import Deviations
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.repair import repaired, stray_schema_removed
from shared.mailauth.reports.safe_xml import ELEMENT, MalformedXml, Node, SafeParser
from shared.mailauth.reports.shapes import Learner, shapes_within

_MARKUP = re.compile(rb"<[?!A-Za-z_]")
_DECLARATION = re.compile(rb"<\?xml(?=[\s?])[^<>]*>")
_OPENING = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?record[\s>/]")
_CLOSING = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?record\s*>")
# A root's tag and a version that need no parser to be understood.
_ROOT = re.compile(
    rb"""<feedback(?:\s+xmlns=["'](?!http://www.w3.org/2001/XInclude)([\w:/.-]{0,200})["'])?\s*>\s*"""
    rb"""(?:<version>\s*([\w.-]*)\s*</version>\s*)?""",
    re.ASCII,
)
_PLAIN_END = b"</feedback>"
RECORD = ("record",)
_HEADER = ("report_metadata", "policy_published")
_PLAIN_CLOSING = b"</record>"


class Pieces:
    """Feeds a document piece by piece.

    ``child`` takes each child of the root; ``plain`` a record whose shape it may find, and says whether
    it did; ``lost`` why a record cannot be read.
    """

    def __init__(
        self,
        meter: Meter,
        deviations: Deviations,
        child: Callable[[Node], None],
        plain: Callable[[bytes, Learner], bool],
        lost: Callable[[str], None],
    ) -> None:
        self.namespace: str | None = None
        self._meter = meter
        self._limits = meter.limits
        self._note = deviations.note
        self._child = child
        self._plain = plain
        self._lost = lost
        self._parser = SafeParser(meter.limits)
        self._shapes = Learner(shapes_within(meter.limits))
        self._buffer = b""
        self._closing: bytes | None = None
        self._begun = False
        self._ready = False
        self._over = False
        self._damaged = False

    def ended(self) -> bool:
        """The whole document has been read."""
        return self._over or self._parser.ended()

    def feed(self, data: bytes) -> None:
        buffer = self._buffer + data
        if self._closing is None:
            self._closing = _closing_tag(buffer)
        at = 0
        if self._closing is not None:
            while (end := buffer.find(self._closing, at)) >= 0:
                end += len(self._closing)
                self._piece(buffer[at:end])
                at = end
        self._buffer = buffer[at:]
        if len(self._buffer) > ELEMENT:
            self._stream()

    def close(self) -> None:
        """Read what lies behind the last record."""
        if not self._begun and not self._buffer.strip():
            raise Unreadable(Reason.EMPTY, "nothing in it")
        if self._ready and self._buffer.strip() == _PLAIN_END:
            self._over = True
        else:
            self._whole(self._first(self._buffer), last=True)

    def _piece(self, piece: bytes) -> None:
        piece = self._first(piece)
        record = piece.strip()
        if self._ready and self._plain(record, self._shapes):
            return
        children = self._whole(piece)
        # Only behind a record that ends where the piece ends is the parser surely between two
        # children of the root, and neither in a comment nor in a tag.
        self._ready = (
            self._closing == _PLAIN_CLOSING
            and len(children) == 1
            and children[0].name == "record"
            and self._parser.depth == 1
            and b"<!" not in piece
            and b"<?" not in piece
        )
        if self._ready and not self._damaged and record.startswith(b"<record>"):
            self._shapes.learn(record, RECORD)

    def _first(self, piece: bytes) -> bytes:
        """Read the head of the document, when the piece is its first; returns the rest of the piece."""
        if self._begun:
            return piece
        self._begun = True
        head = self._without_prolog(piece)
        at = head.find(b"<record>")
        if at < 0:
            record = _OPENING.search(head)
            at = record.start() if record else -1
        last = at < 0
        at = len(head) if last else at
        self._head(head[:at], last=last)
        if self._parser.root is None or self._parser.root.rpartition(":")[2] != "feedback":
            raise Unreadable(Reason.NOT_A_REPORT, f"the root element is {self._parser.root!r}")
        return head[at:]

    def _head(self, head: bytes, *, last: bool) -> None:
        """Read the root's tag and the elements before the records."""
        root = _ROOT.match(head)
        if root is None:
            self._whole(head, last=last)
            return
        self._parser.root = "feedback"
        self.namespace = root[1].decode("ascii") if root[1] is not None else None
        if root[2] is not None:
            self._child(Node("version", root[2].decode("ascii"), {}, []))
        rest = head[root.end() :]
        element, end, behind = rest.partition(b"</policy_published>")
        if (children := self._elements(element + end, _HEADER)) is not None:
            for child in children:
                self._child(child)
            rest = behind
        if rest.strip():
            self._whole(rest, last=last)
        else:
            self._ready = self._closing == _PLAIN_CLOSING

    def _without_prolog(self, piece: bytes) -> bytes:
        markup = _MARKUP.search(piece)
        if markup is None:
            raise Unreadable(Reason.NOT_A_REPORT, "no XML")
        if markup.start():
            self._note("leading_garbage", f"{markup.start()} bytes")
        piece = piece[markup.start() :]
        # Left out because it names encodings, and is often wrong: the bytes are UTF-8 by now.
        if declaration := _DECLARATION.match(piece):
            piece = piece[declaration.end() :].lstrip()
        if b"<xs" in piece and (clean := stray_schema_removed(piece)) != piece:
            self._note("stray_schema", "")
            piece = clean
        return piece

    def _whole(self, piece: bytes, *, last: bool = False) -> list[Node]:
        self._damaged = False
        parser, root, depth = self._parser, self._parser.root, self._parser.depth
        if parser.ended():
            self._trailing(piece)
            return []
        try:
            children = parser.feed(piece)
        except MalformedXml as error:
            if parser.ended():
                children = parser.take()
                self._trailing(b"-")
            else:
                children = self._repair(piece, root, depth, last, _why(error))
        if root is None:
            self.namespace = self._parser.namespace
        for child in children:
            self._child(child)
        return children

    def _repair(self, piece: bytes, root: str | None, depth: int, last: bool, why: str) -> list[Node]:
        if depth > 1:
            raise Unreadable(Reason.MALFORMED_XML, why)
        self._meter.tick()
        self._damaged = True
        clean, damage = repaired(piece, root, last=last)
        self._parser = SafeParser(self._limits, root)
        try:
            children = self._parser.feed(clean)
        except MalformedXml as error:
            if self._parser.ended():
                children = self._parser.take()
                self._trailing(b"-")
            elif root is None or last:
                raise Unreadable(Reason.MALFORMED_XML, why) from error
            else:
                self._parser = SafeParser(self._limits, root)
                self._lost(why)
                return []
        for code in damage:
            self._note(code, why)
        return children

    def _stream(self) -> None:
        """Read a piece that has grown too long to be kept for repair."""
        piece, self._buffer = self._first(self._buffer), b""
        self._ready = False
        try:
            children = self._parser.feed(piece)
        except MalformedXml as error:
            raise Unreadable(Reason.MALFORMED_XML, _why(error)) from error
        for child in children:
            self._child(child)

    def _elements(self, data: bytes, names: tuple[str, ...]) -> list[Node] | None:
        """Parse elements as children of the root, when they are just those of these names."""
        if (found := self._shapes.find(data, names)) is not None:
            shape, texts = found
            return [element.filled(texts) for element in shape.elements]
        if not _consists_of(data, names):
            return None
        root = self._parser.root
        try:
            children = self._parser.feed(data)
        except MalformedXml:
            children = []
        if tuple(child.name for child in children) == names and self._parser.depth == 1:
            self._shapes.learn(data, names)
            return children
        self._parser = SafeParser(self._limits, root)
        return None

    def _trailing(self, piece: bytes) -> None:
        if piece.strip():
            self._note("trailing_garbage", "")


def _why(error: MalformedXml) -> str:
    """The parser's words without its line and column, which are those of a piece."""
    return str(error).partition(": line")[0]


def _closing_tag(buffer: bytes) -> bytes | None:
    """How this document closes its records."""
    if _PLAIN_CLOSING in buffer:
        return _PLAIN_CLOSING
    match = _CLOSING.search(buffer)
    return match[0] if match else None


def _consists_of(data: bytes, names: tuple[str, ...]) -> bool:
    """Whether each name has its tags once and in turn, so that no element ends where it should not."""
    if b"<!" in data or b"<?" in data:
        return False
    for name in names:
        tag, end = f"<{name}>".encode(), f"</{name}>".encode()
        element, _, data = data.lstrip().partition(end)
        if not element.startswith(tag) or end in data:
            return False
    return not data
