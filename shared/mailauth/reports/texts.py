"""Bytes and text of strangers, made fit to keep and to show."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

# Codecs that are linear and that mail uses. Python also knows idna, punycode, unicode_escape and
# others that are slow or surprising; an encoded word must not be able to choose them.
_CHARSET = re.compile(
    r"(?:us-)?ascii|utf-?8|utf-?16(?:[bl]e)?|(?:iso[-_]?)?8859[-_]\d{1,2}|iso-?8859-?\d{1,2}|latin-?1"
    r"|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|gb(?:2312|k|18030)|big5|euc-(?:jp|kr)|shift[-_]jis|iso-2022-(?:jp|kr)",
    re.IGNORECASE,
)
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(=\?)")
_WORDS = 64 * 1024


def to_text(raw: bytes, charset: str = "") -> str:
    """Decode as the charset said (if it is one of mail's), else as UTF-8, else as Windows-1252."""
    for name in (charset, "utf-8"):
        if name and _CHARSET.fullmatch(name):
            try:
                return raw.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return raw.decode("cp1252", "replace")


def plain(text: str, limit: int = 1000) -> str:
    """One line without control, format and unassigned characters, at most ``limit`` long."""
    line = " ".join(text[: limit * 4].split())
    if not line.isascii() or not line.isprintable():
        line = "".join(char for char in line if char == " " or unicodedata.category(char)[0] not in "CZ")
    return line[:limit]


def decoded_words(value: str) -> str:
    """RFC 2047 encoded words decoded; what is not decodable stays as it is."""
    if "=?" not in value:
        return value
    joined = _BETWEEN_WORDS.sub(r"\1\2", value[:_WORDS])
    return _WORD.sub(_decoded_word, joined)


def _decoded_word(word: re.Match[str]) -> str:
    charset, form, text = word.groups()
    try:
        raw = text.encode("ascii")
        if form in "bB":
            return to_text(base64.b64decode(raw + b"=" * (-len(raw) % 4)), charset)
        return to_text(binascii.a2b_qp(raw, header=True), charset)
    except (ValueError, binascii.Error):
        return word.group()
