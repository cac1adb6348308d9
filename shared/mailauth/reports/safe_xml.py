"""XML without a DTD, entities, inclusion or processing instructions, in bounded memory.

expat reads; the handlers here keep one child of the root at a time as a small tree of ``Node``. Names
are local names: reports come with the namespace of RFC 7489, of RFC 9990, another or none.
"""

from __future__ import annotations

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
    """An element: its local name, its text and its child elements."""

    __slots__ = ("children", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.children: list[Node] = []

    def child(self, name: str) -> Node | None:
        for child in self.children:
            if child.name == name:
                return child
        return None


class SafeParser:
    """Reads one document; ``root`` opens a document in the middle, below a root of that name."""

    def __init__(self, limits: Limits, root: str | None = None) -> None:
        self.root: str | None = None
        """The root's name as written, prefix included."""
        self.namespace: str | None = None
        self._limits = limits
        self._stack: list[Node] = []
        self._texts: list[str] = []
        self._children: list[Node] = []
        self._idle = 0
        self._expat = self._create()
        if root is not None:
            self._expat.Parse(f"<{root}>".encode(), False)

    @property
    def depth(self) -> int:
        return len(self._stack)

    @property
    def ended(self) -> bool:
        """The root has been closed."""
        return self.root is not None and not self._stack

    def feed(self, data: bytes) -> list[Node]:
        """Read on; returns the children of the root that are complete now.

        Raises ``MalformedXml``, after which this parser is of no more use, and ``Unreadable``.
        """
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
        self._handle_elements(parser)
        parser.StartDoctypeDeclHandler = _refuse("a document type declaration")
        parser.EntityDeclHandler = _refuse("an entity declaration")
        parser.UnparsedEntityDeclHandler = _refuse("an entity declaration")
        parser.NotationDeclHandler = _refuse("a notation declaration")
        parser.ExternalEntityRefHandler = _refuse("an external entity")
        parser.ProcessingInstructionHandler = _instruction
        return parser

    def _handle_elements(self, parser: expat.XMLParserType) -> None:
        # Locals and closures instead of attributes: these two run for every tag.
        stack, texts, children = self._stack, self._texts, self._children
        deepest, longest = self._limits.xml_deep, self._limits.text

        def text_of(node: Node) -> str:
            text = node.text + "".join(texts)
            texts.clear()
            if len(text) > longest:
                raise Unreadable(Reason.TOO_LARGE, f"a text of more than {longest} characters")
            return text

        def start(name: str, attributes: dict[str, str]) -> None:
            node = Node(name.rpartition(":")[2] if ":" in name else name)
            if attributes:
                _check(attributes)
            if not stack:
                self._open(name, attributes)
            else:
                parent = stack[-1]
                if texts:
                    parent.text = text_of(parent)
                if len(stack) > 1:
                    parent.children.append(node)
                    if len(stack) >= deepest:
                        raise Unreadable(Reason.NESTED_TOO_DEEP, f"XML deeper than {deepest}")
            stack.append(node)

        def end(name: str) -> None:
            node = stack.pop()
            if texts:
                node.text = text_of(node)
            if len(stack) == 1:
                children.append(node)
                stack[0].text = ""

        parser.StartElementHandler = start
        parser.EndElementHandler = end

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


def _refuse(what: str) -> object:
    def handler(*_: object) -> None:
        raise Unreadable(Reason.FORBIDDEN_XML, what)

    return handler
