"""Damage that reporters do to their XML, undone where it lies.

Works on one piece of a document (a header, a record) that the parser has refused. What comes out
goes through the same parser with the same prohibitions, so repairing cannot let anything in.
"""

from __future__ import annotations

import re

from shared.mailauth.reports.reading import Reason, Unreadable

_DEEPEST = 50
# Elements that nest: tags even where nothing closes them.
_KNOWN = frozenset(
    [
        *("feedback", "report_metadata", "date_range", "policy_published", "record", "row"),
        *("policy_evaluated", "reason", "identifiers", "identities", "auth_results", "dkim", "spf"),
    ]
)
_FORBIDDEN = re.compile(rb"<!(?!--|\[CDATA\[)|<\?(?!xml[\s?]|xml-stylesheet\s)", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[\s?][^<>]*>", re.IGNORECASE)
_SCHEMA = re.compile(rb"</?xsd?:[A-Za-z][^<>]*>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?!#(\d{1,7}|x[0-9A-Fa-f]{1,6});)")
_REFERENCE = re.compile(r"&#(\d{1,7}|x[0-9A-Fa-f]{1,6});")
_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
_ATTRIBUTE = rf"""\s+{_NAME}\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
_MARKUP = re.compile(
    rf"(?P<other><!--(?:(?!--).)*-->|<!\[CDATA\[(?:(?!\]\]>).)*(?:\]\]>|\Z)|<\?[^<>]*\?>)"
    rf"|</(?P<end>{_NAME})\s*>"
    rf"|<(?P<start>{_NAME})(?:{_ATTRIBUTE})*\s*(?P<empty>/?)>"
    rf"|<",
    re.DOTALL,
)


def stray_schema_removed(piece: bytes) -> bytes:
    """Without the tags of an XML schema, which some reporters put around or into the report."""
    return _SCHEMA.sub(b"", piece)


def repaired(piece: bytes, root: str | None, *, last: bool) -> tuple[bytes, list[str]]:
    """The piece made well-formed as far as possible, and the codes of the damage found.

    ``root`` is the name of the root when it is open before the piece. What is still open at the end
    of the piece is closed, down to the root; the root itself only the document can close.
    """
    if _FORBIDDEN.search(piece):
        raise Unreadable(Reason.FORBIDDEN_XML, "a declaration or instruction in damaged XML")
    damage: list[str] = []
    text = _text(_DECLARATION.sub(b"", piece), damage)
    clean = _NOT_XML.sub("", text)
    if clean != text:
        damage.append("control_characters")
    escaped = _REFERENCE.sub(_checked, _AMPERSAND.sub("&amp;", clean))
    if escaped != clean:
        damage.append("bare_ampersand")
    balanced = _balanced(escaped, root, last, damage)
    return balanced.encode(), list(dict.fromkeys(damage))


def _text(piece: bytes, damage: list[str]) -> str:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        damage.append("invalid_utf8")
        return piece.decode("cp1252", "replace")


def _checked(match: re.Match[str]) -> str:
    """A character reference, or its text when XML has no such character."""
    digits = match[1]
    number = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    if number > 0x10FFFF or _NOT_XML.match(chr(number)):
        return "&amp;" + match[0][1:]
    return match[0]


def _balanced(text: str, root: str | None, last: bool, damage: list[str]) -> str:
    """Escape every ``<`` that begins no tag, close what was left open, drop ends without a start."""
    names = _KNOWN | {match[1] for match in re.finditer(rf"</({_NAME})\s*>", text)}
    opened = [] if root is None else [root]
    out: list[str] = []
    at = 0
    for match in _MARKUP.finditer(text):
        out.append(text[at : match.start()])
        at = match.end()
        token = match[0]
        if match["end"]:
            out.append(_closed(match["end"], opened, damage))
        elif match["start"]:
            # Before the root, or a name that something closes: a tag. Else it is a text in brackets.
            if opened and not match["empty"] and match["start"] not in names:
                damage.append("bare_angle_bracket")
                token = "&lt;" + token[1:]
            elif not match["empty"]:
                opened.append(match["start"])
                if len(opened) > _DEEPEST:
                    raise Unreadable(Reason.NESTED_TOO_DEEP, "tags left open in damaged XML")
            out.append(token)
        elif match["other"]:
            out.append(token)
        else:
            damage.append("bare_angle_bracket")
            out.append("&lt;" + token[1:])
    out.append(text[at:])
    if not last:
        out.extend(f"</{name}>" for name in reversed(opened[1:]))
        damage.extend("unbalanced_tags" for _ in opened[1:])
    return "".join(out)


def _closed(name: str, opened: list[str], damage: list[str]) -> str:
    if name not in opened:
        damage.append("unbalanced_tags")
        return ""
    tags = []
    while True:
        open_name = opened.pop()
        tags.append(f"</{open_name}>")
        if open_name == name:
            break
        damage.append("unbalanced_tags")
    return "".join(tags)
