"""Elements of a known shape, read without the parser.

The shape of one or more elements is their tags without the texts between them. Once the parser has
accepted a shape, others of it differ in texts only, and texts of plain characters cannot make an
element anything else than it is: a regular expression made of the tags is then as good as the parser
and several times as fast. Shapes say nothing of whose report they come from and are kept between
reports: the few programs that write reports make few of them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.safe_xml import Node

_KEPT = 16
_LONGEST = 16 * 2**10
_TOKENS = re.compile(">([^<]*)<")
_NAME = re.compile(r"/?[A-Za-z_][A-Za-z0-9_.-]*")
_SPACE = r"[ \t\r\n]*"
# What is itself in a text: neither a reference, the end of a CDATA section, a line end that XML would
# change, nor anything outside ASCII.
_TEXT = r"([\t\n -%'-;=-\\^-~]*)"


class _Element:
    """One element of a shape, and which groups of the expression are the texts of its fields."""

    __slots__ = ("children", "fields", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: list[tuple[str, int]] = []
        self.children: list[_Element] = []

    def filled(self, texts: list[str]) -> Node:
        fields = {name: texts[at] for name, at in self.fields}
        return Node(self.name, "", fields, [child.filled(texts) for child in self.children])


class _Shape:
    __slots__ = ("elements", "match", "source")

    def __init__(self, elements: list[_Element], source: str) -> None:
        self.elements = elements
        self.source = source
        self.match = re.compile(source).fullmatch


class Shapes:
    """The shapes met so far: a few for each sequence of names, those in use first."""

    def __init__(self, longest: int) -> None:
        self._known: dict[tuple[str, ...], list[_Shape]] = {}
        self._longest = min(longest, _LONGEST)

    def read(self, data: bytes, names: tuple[str, ...]) -> list[Node] | None:
        """The trees of elements of these names; ``None`` if the shape is unknown or a text not plain."""
        known = self._known.get(names)
        if known is None or len(data) > self._longest or not data.isascii():
            return None
        text = data.decode("ascii")
        for shape in known:
            if match := shape.match(text):
                if shape is not known[0]:
                    self._known[names] = [shape, *(other for other in known if other is not shape)]
                texts = list(map(str.strip, match.groups()))
                return [element.filled(texts) for element in shape.elements]
        return None

    def learn(self, data: bytes, names: tuple[str, ...]) -> None:
        """Remember the shape of elements that the parser has accepted."""
        if len(data) > self._longest or not data.isascii():
            return
        shape = _shape(_TOKENS.split("<>" + data.decode("ascii") + "<>")[2:-2:2])
        known = self._known.get(names, [])
        if shape is not None and all(shape.source != other.source for other in known):
            self._known[names] = [shape, *known[: _KEPT - 1]]


@lru_cache(maxsize=4)
def shapes_within(limits: Limits) -> Shapes:
    """The shapes that the parser has accepted under these limits, kept between reports."""
    return Shapes(limits.text)


def _shape(tags: list[str]) -> _Shape | None:
    """The shape of tags that are in balance; ``None`` if one is more than a name or repeats a field."""
    if not all(_NAME.fullmatch(tag) for tag in tags):
        return None
    top = _Element("")
    stack = [top]
    source = []
    texts = 0
    for before, tag, following in zip(["", *tags], tags, [*tags[1:], ""], strict=False):
        source.append(f"<{re.escape(tag)}>")
        if tag.startswith("/"):
            if before != tag[1:]:
                stack.pop()
        elif following != "/" + tag:
            element = _Element(tag)
            stack[-1].children.append(element)
            stack.append(element)
        elif len(stack) == 1 or any(tag == name for name, _ in stack[-1].fields):
            return None
        else:
            stack[-1].fields.append((tag, texts))
            texts += 1
            source.append(_TEXT)
            continue
        source.append(_SPACE)
    return _Shape(top.children, "".join(source[:-1]))
