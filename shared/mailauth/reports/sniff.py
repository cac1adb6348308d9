"""Tells by its first bytes what a payload is; labels have no say (RFC 9990 prescribes none)."""

from __future__ import annotations

import re
from enum import Enum, auto

HEAD = 4096
"""How many bytes ``sniff`` wants to see, if there are as many."""


class Shape(Enum):
    EMPTY = auto()
    GZIP = auto()
    ZIP = auto()
    XML = auto()
    HTML = auto()
    JSON = auto()
    TNEF = auto()
    OLE = auto()
    CMS = auto()
    PGP = auto()
    BASE64 = auto()
    UUENCODE = auto()
    FEEDBACK = auto()
    MAIL = auto()
    FOREIGN_ARCHIVE = auto()
    OTHER = auto()


_MAGIC: tuple[tuple[bytes, Shape], ...] = (
    (b"\x1f\x8b", Shape.GZIP),
    (b"PK\x03\x04", Shape.ZIP),
    (b"PK\x05\x06", Shape.ZIP),
    (b"PK00PK\x03\x04", Shape.ZIP),
    (b"\x78\x9f\x3e\x22", Shape.TNEF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Shape.OLE),
    (b"7z\xbc\xaf\x27\x1c", Shape.FOREIGN_ARCHIVE),
    (b"Rar!\x1a\x07", Shape.FOREIGN_ARCHIVE),
    (b"BZh", Shape.FOREIGN_ARCHIVE),
    (b"\xfd7zXZ\x00", Shape.FOREIGN_ARCHIVE),
    (b"\x28\xb5\x2f\xfd", Shape.FOREIGN_ARCHIVE),
    (b"-----BEGIN PGP MESSAGE", Shape.PGP),
    # base64 of 1f8b08, PK\3\4, <?xml and <feedback: an encoding whose label was lost
    (b"H4sI", Shape.BASE64),
    (b"UEsDB", Shape.BASE64),
    (b"PD94bWwg", Shape.BASE64),
    (b"PGZlZWRiYWNr", Shape.BASE64),
)
_FIRST_BYTES = frozenset(magic[0] for magic, _ in _MAGIC)
_UTF16_MARKS = {
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
_CMS = re.compile(
    rb"\x30(?:\x80|[\x81-\x84].{1,4}|.)\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07|\x0b\x2a\x86\x48)",
    re.DOTALL,
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|(?:html|head|body|div|p|table|br|span|font|meta|style|center|a|img|title)\b)",
    re.IGNORECASE,
)
_HTML_ANYWHERE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_REPORT_XML = re.compile(rb"<(?:[\w.-]{1,40}:)?feedback\b|<report_metadata\b", re.IGNORECASE)
_TLS_KEYS = (b'"organization-name"', b'"report-id"', b'"policies"', b'"date-range"')
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}[ \t]*:")
_FEEDBACK = re.compile(rb"^feedback-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_MAIL = re.compile(
    rb"^(?:received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-type"
    rb"|authentication-results|dkim-signature|received-spf)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_UUENCODE = re.compile(rb"begin [0-7]{3,4} [^\r\n]{1,200}\r?\n")


def sniff(head: bytes) -> Shape:
    """The shape of a payload that begins with ``head`` (``HEAD`` bytes, or all there is)."""
    known = _known(head)
    if known:
        return known
    text = _bare(head)
    if not text:
        return Shape.EMPTY
    if text.startswith(b"<"):
        return Shape.HTML if is_html(text) else Shape.XML
    if text.startswith(b"{"):
        return Shape.JSON
    if _CMS.match(head):
        return Shape.CMS
    return _textual(text)


def _bare(head: bytes) -> bytes:
    """``head`` without byte order mark and leading blanks, and out of UTF-16 if it is in that."""
    encoding = _UTF16_MARKS.get(head[:2])
    if encoding:
        head = head[: len(head) // 2 * 2].decode(encoding, "replace").lstrip("\ufeff").encode()
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00")


def _known(head: bytes) -> Shape | None:
    if not head or head[0] not in _FIRST_BYTES:
        return None
    return next((shape for magic, shape in _MAGIC if head.startswith(magic)), None)


def _textual(text: bytes) -> Shape:
    known = _known(text)
    if known in (Shape.BASE64, Shape.PGP):
        return known
    if _UUENCODE.match(text):
        return Shape.UUENCODE
    if text.startswith(b"From ") and _MAIL.search(text):
        return Shape.MAIL
    if not _FIELD.match(text):
        return Shape.OTHER
    fields = text.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if _FEEDBACK.search(fields):
        return Shape.FEEDBACK
    return Shape.MAIL if len(_MAIL.findall(fields)) > 1 else Shape.OTHER


def is_html(head: bytes) -> bool:
    """Whether markup is a web page or mail body rather than XML that may be a report."""
    if _REPORT_XML.search(head):
        return False
    return _HTML.match(head) is not None or _HTML_ANYWHERE.search(head) is not None


def is_report_in_letter(head: bytes) -> bool:
    """Whether text meant for people is a report all the same, sent as the body of the mail.

    More is asked than of an attachment: letters may well begin with a tag or a brace.
    """
    shape = sniff(head)
    if shape is Shape.XML:
        text = _bare(head)
        return text.startswith(b"<?xml") or _REPORT_XML.search(text) is not None
    if shape is Shape.JSON:
        return any(key in head for key in _TLS_KEYS)
    return shape not in (Shape.EMPTY, Shape.HTML, Shape.MAIL, Shape.OTHER)
