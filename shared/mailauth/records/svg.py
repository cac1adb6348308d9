"""The image of a BIMI record: SVG Tiny Portable/Secure, checked on its bytes, which strangers wrote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn
from xml.parsers import expat

from shared.mailauth.findings import Finding, Flaw, has_errors
from shared.mailauth.records import svg_flaws as flaws
from shared.mailauth.records.gzipped import BadGzip, is_gzip, plain

LARGEST: Final = 32 * 2**10
"""Octets that an image may have, when not compressed."""
LARGEST_READ: Final = 2**20
"""Octets that are looked at, so that a larger image gets its other findings, too."""

_SVG: Final = "http://www.w3.org/2000/svg"
_DEEPEST: Final = 100
_MOST_FINDINGS: Final = 30
_SUBJECT: Final = 80
_SCRIPTS: Final = frozenset({"script", "handler", "listener"})
_ANIMATIONS: Final = frozenset(
    {"animate", "animateColor", "animateMotion", "animateTransform", "set", "discard", "mpath"}
)
_EMBEDDING: Final = frozenset(
    {"a", "animation", "audio", "feImage", "foreignObject", "iframe", "image", "prefetch", "video"}
)
_PROFILE: Final = frozenset(
    {"circle", "defs", "desc", "ellipse", "g", "line", "linearGradient", "metadata", "path", "polygon"}
    | {"polyline", "radialGradient", "rect", "solidColor", "stop", "svg", "switch", "tbreak", "text"}
    | {"textArea", "title", "tspan", "use"}
)
_REFERENCES: Final = frozenset({"href", "src", "base"})
_URL: Final = re.compile(r"url\(\s*['\"]?\s*([^'\")]*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)(?:px)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Svg:
    """``size`` is that of the octets as served, ``plain_size`` and ``sha256`` are of the document without
    compression. ``width`` and ``height`` are those of the viewBox, else of the attributes of those names."""

    valid: bool
    format: str
    """``svg``, ``svgz``, or empty where it cannot be read."""
    size: int
    plain_size: int
    sha256: str
    version: str = ""
    base_profile: str = ""
    title: str = ""
    width: float | None = None
    height: float | None = None
    findings: tuple[Finding, ...] = ()


def read_svg(data: bytes) -> Svg:
    """Never raises for what the bytes are."""
    try:
        document = plain(data, LARGEST_READ)
    except BadGzip as bad:
        finding = flaws.NOT_SVG.found(why=str(bad))
        return Svg(valid=False, format="", size=len(data), plain_size=0, sha256="", findings=(finding,))
    reading = _Reading()
    if len(document) > LARGEST:
        reading.find(flaws.TOO_LARGE, size=len(document), limit=LARGEST)
    readable = reading.read(document[:LARGEST_READ])
    findings = tuple(reading.findings.values())
    return Svg(
        valid=not has_errors(findings),
        format=("svgz" if is_gzip(data) else "svg") if readable else "",
        size=len(data),
        plain_size=len(document),
        sha256=hashlib.sha256(document).hexdigest(),
        version=reading.root.get("version", ""),
        base_profile=reading.root.get("baseProfile", ""),
        title=reading.title,
        width=reading.width,
        height=reading.height,
        findings=findings,
    )


class _Stop(Exception):
    """Enough has been seen."""


class _Reading:
    def __init__(self) -> None:
        self.findings: dict[tuple[str, str], Finding] = {}
        self.root: dict[str, str] = {}
        self.title = ""
        self.width: float | None = None
        self.height: float | None = None
        self._depth = 0
        self._inside = ""
        self._texts: list[str] = []

    def find(self, flaw: Flaw, subject: str = "", **values: object) -> None:
        """Once for each subject."""
        subject = subject[:_SUBJECT]
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.setdefault((flaw.code, subject), flaw.found(subject, None, **values))

    def read(self, document: bytes) -> bool:
        """Whether it is an SVG at all, read to its end."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartDoctypeDeclHandler = self._refusing(flaws.DECLARATIONS)
        parser.EntityDeclHandler = self._refusing(flaws.DECLARATIONS)
        parser.ExternalEntityRefHandler = self._refusing(flaws.DECLARATIONS)
        try:
            parser.Parse(document, True)
        except _Stop:
            return False
        except (expat.ExpatError, ValueError, LookupError) as trouble:
            self.find(flaws.NOT_SVG, why=f"it is not well-formed XML ({trouble})"[:120])
            return False
        if not self.title:
            self.find(flaws.NO_TITLE)
        return True

    def _refusing(self, flaw: Flaw) -> Callable[..., NoReturn]:
        def handler(*_: object) -> NoReturn:
            self.find(flaw)
            raise _Stop

        return handler

    def _instruction(self, target: str, _: str) -> None:
        self.find(flaws.INSTRUCTION, target)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self._depth += 1
        if self._depth > _DEEPEST:
            self.find(flaws.NOT_SVG, why=f"elements lie deeper than {_DEEPEST}")
            raise _Stop
        if self._depth == 1:
            self._open(name, attributes)
        self._inside = local if namespace == _SVG else ""
        if namespace == _SVG:
            self._element(local)
        else:
            self.find(flaws.FOREIGN_NAMES, namespace or local)
        for attribute, value in attributes.items():
            self._attribute(attribute.rpartition(" ")[2], value)

    def _end(self, _: str) -> None:
        if self._inside == "title" and self._depth == 2 and not self.title:
            self.title = " ".join("".join(self._texts).split())[:200]
        self._texts.clear()
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._inside == "title":
            self._texts.append(text)
        elif self._inside == "style":
            self._references(text)
            if "@import" in text.lower():
                self.find(flaws.EXTERNAL, "@import")

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name != f"{_SVG} svg":
            self.find(flaws.ROOT, name.rpartition(" ")[2])
            raise _Stop
        self.root = {key: value[:_SUBJECT] for key, value in attributes.items()}
        if self.root.get("version") != "1.2":
            self.find(flaws.VERSION, self.root.get("version", ""))
        if self.root.get("baseProfile") != "tiny-ps":
            self.find(flaws.BASE_PROFILE, self.root.get("baseProfile", ""))
        for axis in ("x", "y"):
            if axis in attributes:
                self.find(flaws.PLACED, axis)
        self._measure()

    def _measure(self) -> None:
        box = re.split(r"[\s,]+", self.root.get("viewBox", "").strip())
        if len(box) != 4:
            self.find(flaws.NO_SIZE)
            box = ["", "", self.root.get("width", ""), self.root.get("height", "")]
        self.width, self.height = _number(box[2]), _number(box[3])
        if self.width is not None and self.height is not None and self.width != self.height:
            self.find(flaws.NOT_SQUARE, width=self.width, height=self.height)

    def _element(self, name: str) -> None:
        if name in _SCRIPTS:
            self.find(flaws.SCRIPT, name)
        elif name in _ANIMATIONS:
            self.find(flaws.ANIMATION, name)
        elif name in _EMBEDDING:
            self.find(flaws.EMBEDDED, name)
        elif name not in _PROFILE:
            self.find(flaws.OTHER_ELEMENT, name)

    def _attribute(self, name: str, value: str) -> None:
        if name.lower().startswith("on"):
            self.find(flaws.SCRIPT, name)
        reference = value.strip()
        if name in _REFERENCES and not reference.startswith("#"):
            script = reference.lower().startswith("javascript:")
            self.find(flaws.SCRIPT if script else flaws.EXTERNAL, reference)
        self._references(value)

    def _references(self, text: str) -> None:
        for inner in _URL.findall(text):
            if not inner.startswith("#"):
                self.find(flaws.EXTERNAL, inner)


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else None
