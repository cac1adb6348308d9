"""What the audit log keeps of a request's body: the names and values of its fields, without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

CONCEALED: Final = "(concealed)"
LARGEST_DETAIL: Final = 2_048
"""Octets of names and values together."""

_LARGEST_NAME: Final = 64
_LARGEST_VALUE: Final = 256
_DEEPEST: Final = 4
_LEFT_OUT: Final = "..."
"""The field that says that there was more."""

SECRETS: Final = frozenset({"password", "passwd", "passphrase", "secret", "token", "credential", "apikey"})
"""A name that holds one of these anywhere, in any spelling, names a secret."""

SECRET_WORDS: Final = frozenset(
    {
        "assertion",
        "authorization",
        "code",
        "codes",
        "cookie",
        "hash",
        "key",
        "keys",
        "nonce",
        "otp",
        "pass",
        "passcode",
        "pin",
        "pwd",
        "settings",
        "signature",
        "totp",
        "verifier",
    }
)
"""A name that has one of these as a word of its own. ``settings`` are a user's own and may hold anything."""

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LOOKS_SECRET: Final = re.compile(r"\bps_(?:live|user)_[\w-]+", re.ASCII)


def names_secret(name: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(name)]
    joined = "".join(words)
    return not SECRET_WORDS.isdisjoint(words) or any(secret in joined for secret in SECRETS)


def detail_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """``fields`` is JSON. Inner fields are named ``outer.inner``; lists of plain values are
    written as JSON. What is too much is cut, and whole fields beyond the limit are left out, with ``...`` to
    tell."""
    detail: dict[str, str] = {}
    left = LARGEST_DETAIL - len(_LEFT_OUT) * 2
    for name, value in _flat(fields, "", 1):
        left -= len(name.encode()) + len(value.encode())
        if left < 0:
            detail[_LEFT_OUT] = _LEFT_OUT
            break
        detail[name] = value
    return detail


def _flat(fields: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        full = _cut(f"{prefix}{name}", _LARGEST_NAME)
        if names_secret(name):
            yield full, CONCEALED
        elif (inner := _inside(value)) is None:
            yield full, _cut(_text(value), _LARGEST_VALUE)
        elif depth < _DEEPEST:
            yield from _flat(inner, f"{full}.", depth + 1)
        else:
            yield full, _LEFT_OUT


def _inside(value: Any) -> Mapping[str, Any] | None:
    """The fields of an object, or of a list that holds more than plain values; None for what is plain."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        return {str(index): each for index, each in enumerate(value)}
    return None


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _LOOKS_SECRET.sub(CONCEALED, text)


def _cut(text: str, largest: int) -> str:
    """To so many octets of UTF-8 at most."""
    octets = text.encode("utf-8", "replace")
    if len(octets) <= largest:
        return octets.decode()
    return octets[: largest - 3].decode("utf-8", "ignore") + "..."
