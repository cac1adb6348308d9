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

_KEPT = 500
_BUCKET = 8
_LESSONS = 16
_LONGEST = 16 * 2**10
_TOKENS = re.compile(">([^<]*)<")
_NAME = re.compile(r"/?[A-Za-z_][A-Za-z0-9_.-]*|[A-Za-z_][A-Za-z0-9_.-]*/")
_SPACE = r"[ \t\r\n]*"
# What is itself in a text: neither a reference, the end of a CDATA section, a line end that XML would
# change, nor anything outside ASCII.
_TEXT = r"([\t\n -%'-;=-\\^-~]*)"


class Element:
    """One element of a shape, and which texts of the shape are those of its fields."""

    __slots__ = ("children", "fields", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: list[tuple[str, int]] = []
        self.children: list[Element] = []

    def filled(self, texts: list[str]) -> Node:
        fields = {name: texts[at] for name, at in self.fields}
        return Node(self.name, "", fields, [child.filled(texts) for child in self.children])

    def size(self) -> int:
        """How many texts it takes."""
        return sum(at >= 0 for _, at in self.fields) + sum(child.size() for child in self.children)


class Shape:
    """Elements without their texts. Of the texts that belong to one, the last is always empty."""

    __slots__ = ("_match", "elements")

    def __init__(self, elements: list[Element], source: str) -> None:
        self.elements = elements
        self._match = re.compile(source).fullmatch

    def texts(self, data: str) -> list[str] | None:
        match = self._match(data)
        if match is None:
            return None
        texts = list(map(str.strip, match.groups()))
        texts.append("")
        return texts


class Shapes:
    """The shapes met so far: a few for each sequence of names and number of tags."""

    def __init__(self, longest: int) -> None:
        self._known: dict[tuple[tuple[str, ...], int], list[Shape]] = {}
        self._longest = min(longest, _LONGEST)
        self._seen: set[tuple[str, ...]] = set()

    def plain(self, data: bytes) -> bool:
        """Whether the data may be read by its shape at all."""
        return len(data) <= self._longest and data.isascii()

    def find(self, data: bytes, names: tuple[str, ...]) -> tuple[Shape, list[str]] | None:
        """The shape of elements of these names, and their texts; ``None`` if unknown or not plain."""
        known = self._known.get((names, data.count(b"<")))
        if known is None or not self.plain(data):
            return None
        text = data.decode("ascii")
        for shape in known:
            if (texts := shape.texts(text)) is not None:
                return shape, texts
        return None

    def learn(self, data: bytes, names: tuple[str, ...]) -> None:
        """Remember the shape of elements that the parser has accepted."""
        if not self.plain(data):
            return
        tags = tuple(_TOKENS.split("<>" + data.decode("ascii") + "<>")[2:-2:2])
        if tags in self._seen:
            return
        if len(self._seen) >= _KEPT:
            self._seen.clear()
            self._known.clear()
        self._seen.add(tags)
        if shape := _shape(tags):
            bucket = (names, data.count(b"<"))
            self._known[bucket] = [shape, *self._known.get(bucket, [])[: _BUCKET - 1]]


class Learner:
    """The shapes as one report uses them: the one used last is tried first.

    A report may teach a few only: compiling an expression takes as long as reading many elements.
    """

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._left = _LESSONS
        self._last: dict[tuple[str, ...], Shape] = {}

    def find(self, data: bytes, names: tuple[str, ...]) -> tuple[Shape, list[str]] | None:
        """As ``Shapes.find``."""
        last = self._last.get(names)
        if last is not None and self._shapes.plain(data):
            texts = last.texts(data.decode("ascii"))
            if texts is not None:
                return last, texts
        found = self._shapes.find(data, names)
        if found is not None:
            self._last[names] = found[0]
        return found

    def learn(self, data: bytes, names: tuple[str, ...]) -> None:
        if self._left:
            self._left -= 1
            self._shapes.learn(data, names)


@lru_cache(maxsize=4)
def shapes_within(limits: Limits) -> Shapes:
    """The shapes that the parser has accepted under these limits, kept between reports."""
    return Shapes(limits.text)


def _shape(tags: tuple[str, ...]) -> Shape | None:
    """The shape of tags that are in balance; ``None`` if one is more than a name or repeats a field."""
    if not all(_NAME.fullmatch(tag) for tag in tags):
        return None
    top = Element("")
    stack = [top]
    source = []
    texts = 0
    for before, tag, following in zip(("", *tags), tags, (*tags[1:], ""), strict=False):
        source.append(f"<{re.escape(tag)}>")
        space = _SPACE
        if tag.startswith("/"):
            if before != tag[1:]:
                stack.pop()
        elif tag.endswith("/") or following == "/" + tag:
            name = tag.rstrip("/")
            if len(stack) == 1 or any(name == other for other, _ in stack[-1].fields):
                return None
            if tag.endswith("/"):
                stack[-1].fields.append((name, -1))
            else:
                stack[-1].fields.append((name, texts))
                texts += 1
                space = _TEXT
        else:
            element = Element(tag)
            stack[-1].children.append(element)
            stack.append(element)
        source.append(space)
    return Shape(top.children, "".join(source[:-1]))
