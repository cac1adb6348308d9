"""XML without a DTD, entities, inclusion or processing instructions, in bounded memory.

expat reads; the handlers here keep one child of the root at a time as a small tree of ``Node``. Names
are local names: reports come with the namespace of RFC 7489, of RFC 9990, another or none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.reading import Reason, Unreadable

ELEMENT = 2**20
"""The most bytes one child of the root, one comment or one tag may take."""
_SLICE = 256 * 2**10
_NAMES = 1000
_ATTRIBUTES = 64
_XINCLUDE = "http://www.w3.org/2001/XInclude"

MalformedXml = expat.ExpatError


class Node:
    """An element that has child elements, or stands directly below the root.

    ``fields`` has the texts of those children that have none themselves, by local name and stripped;
    of several of one name the first, the others are in ``children`` with the elements that nest.
    """

    __slots__ = ("children", "fields", "name", "text")

    def __init__(self, name: str, text: str, fields: dict[str, str], children: list[Node]) -> None:
        self.name = name
        self.text = text
        self.fields = fields
        self.children = children

    def child(self, name: str) -> Node | None:
        for child in self.children:
            if child.name == name:
                return child
        return None

    def add_text(self, name: str, text: str) -> None:
        """Take a child that has only text."""
        if name in self.fields:
            self.children.append(Node(name, text, {}, []))
        else:
            self.fields[name] = text


class SafeParser:
    """Reads one document; ``root`` opens a document in the middle, below a root of that name."""

    def __init__(self, limits: Limits, root: str | None = None) -> None:
        self.root = root
        """The root's name as written, prefix included."""
        self.namespace: str | None = None
        self._limits = limits
        self._stack: list[Node] = []
        self._leaf = ""  # the element opened last, as long as it has no child: not yet on the stack
        self._texts: list[str] = []
        self._children: list[Node] = []
        self._idle = 0
        self._expat: expat.XMLParserType | None = None

    @property
    def depth(self) -> int:
        if self._expat is None:
            return 0 if self.root is None else 1
        return len(self._stack) + bool(self._leaf)

    def ended(self) -> bool:
        """The root has been closed."""
        return self.root is not None and not self.depth

    def feed(self, data: bytes) -> list[Node]:
        """Read on; returns the children of the root that are complete now.

        Raises ``MalformedXml``, after which this parser is of no more use, and ``Unreadable``.
        """
        if self._expat is None:
            self._expat = self._create()
        for at in range(0, len(data), _SLICE):
            piece = data[at : at + _SLICE]
            before = len(self._children)
            self._expat.Parse(piece, False)
            if len(self._children) > before:
                self._idle = 0
            else:
                self._idle += len(piece)
                if self._idle > ELEMENT:
                    raise Unreadable(Reason.TOO_LARGE, f"an element of more than {ELEMENT} bytes")
            if len(self._expat.intern) > _NAMES:
                raise Unreadable(Reason.TOO_LARGE, f"more than {_NAMES} different names")
        return self.take()

    def take(self) -> list[Node]:
        """The children of the root that were complete when ``feed`` raised ``MalformedXml``."""
        done = self._children.copy()
        self._children.clear()
        return done

    def _create(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        # A plain append takes the text: the handlers that run most often are not Python code.
        parser.CharacterDataHandler = self._texts.append
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        if self.root is not None:
            parser.Parse(f"<{self.root}>".encode(), False)
        parser.StartDoctypeDeclHandler = _refuse("a document type declaration")
        parser.EntityDeclHandler = _refuse("an entity declaration")
        parser.UnparsedEntityDeclHandler = _refuse("an entity declaration")
        parser.NotationDeclHandler = _refuse("a notation declaration")
        parser.ExternalEntityRefHandler = _refuse("an external entity")
        parser.ProcessingInstructionHandler = _instruction
        return parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            _check(attributes)
        if self._leaf:
            self._stack.append(Node(self._leaf, "", {}, []))
            if len(self._stack) >= self._limits.xml_deep:
                raise Unreadable(Reason.NESTED_TOO_DEEP, f"XML deeper than {self._limits.xml_deep}")
        elif not self._stack:
            self._open(name, attributes)
        if self._texts:
            self._add(self._stack[-1])
        # a name may end in a colon: an empty leaf would be taken for none
        self._leaf = name.rpartition(":")[2] or name if ":" in name else name

    def _end(self, _: str) -> None:
        stack = self._stack
        if self._leaf:
            text = self._taken() if self._texts else ""
            if len(stack) > 1:
                stack[-1].add_text(self._leaf, text)
            elif stack:
                self._children.append(Node(self._leaf, text, {}, []))
            self._leaf = ""
            return
        node = stack.pop()
        if self._texts:
            self._add(node)
        if len(stack) == 1:
            self._children.append(node)
        elif stack:
            stack[-1].children.append(node)
            if node.text:
                stack[-1].fields.setdefault(node.name, node.text)

    def _taken(self) -> str:
        text = "".join(self._texts).strip()
        self._texts.clear()
        return self._bounded(text)

    def _add(self, node: Node) -> None:
        """Take text that stands between child elements; below the root nobody wants it."""
        text = self._taken()
        if text and len(self._stack) != 1:
            node.text = self._bounded(f"{node.text} {text}" if node.text else text)

    def _bounded(self, text: str) -> str:
        if len(text) > self._limits.text:
            raise Unreadable(Reason.TOO_LARGE, f"a text of more than {self._limits.text} characters")
        return text

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self.root = name
        prefix, _, _ = name.rpartition(":")
        self.namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns")


def _check(attributes: dict[str, str]) -> None:
    if len(attributes) > _ATTRIBUTES:
        raise Unreadable(Reason.TOO_LARGE, f"more than {_ATTRIBUTES} attributes in one element")
    if _XINCLUDE in attributes.values():
        raise Unreadable(Reason.FORBIDDEN_XML, "XInclude")


def _instruction(target: str, data: str) -> None:
    if target != "xml-stylesheet":
        raise Unreadable(Reason.FORBIDDEN_XML, "a processing instruction")


def _refuse(what: str) -> Callable[..., NoReturn]:
    def handler(*_: object) -> NoReturn:
        raise Unreadable(Reason.FORBIDDEN_XML, what)

    return handler
