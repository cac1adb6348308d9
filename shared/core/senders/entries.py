"""Entries of the catalogue as they are written, in a file or by an account, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final
from urllib.parse import urlsplit

from shared.core.senders.alignment import Alignment, DkimMeans, SpfMeans
from shared.core.senders.sender import Sender, SenderCategory

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_SELECTOR: Final = re.compile(r"[a-z0-9_.-]+\*?")
_REQUIRED: Final = ("id", "name", "domain", "category")
_LISTS: Final = frozenset(known.name for known in fields(Sender)) - {*_REQUIRED, "alignment"}
_ALIGNMENT: Final = ("dkim", "spf", "how")
_LONGEST_ID: Final = 60
_HOW: Final = 400
"""Characters of ``how``: a sentence or two, not a manual."""


class EntryError(ValueError):
    """An entry breaks a rule: ``key`` is its field (``alignment.dkim`` within), ``problem`` what is wrong."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key} {problem}")
        self.key = key
        self.problem = problem


def sender_of(entry: Mapping[str, Any]) -> Sender:
    """The sender an entry stands for, or ``EntryError``."""
    for key in _REQUIRED:
        _check_text(entry, key, key)
    for key in sorted(entry.keys() - {*_REQUIRED, *_LISTS, "alignment"}):
        raise EntryError(key, "is not a key of a sender")
    if len(entry["id"]) > _LONGEST_ID or not _ID.fullmatch(entry["id"]):
        raise EntryError("id", f"has other than {_LONGEST_ID} lower-case letters, digits and hyphens")
    if entry["category"] not in set(SenderCategory):
        raise EntryError("category", f"is none of {', '.join(SenderCategory)}")
    _values("domain", [entry["domain"]])
    lists = {key: _values(key, values) for key, values in entry.items() if key in _LISTS}
    alignment = _alignment(entry["alignment"]) if "alignment" in entry else None
    return Sender(
        entry["id"],
        entry["name"],
        entry["domain"],
        SenderCategory(entry["category"]),
        **lists,
        alignment=alignment,
    )


def entry_of(sender: Sender) -> dict[str, Any]:
    """What ``sender_of`` makes the sender of; lists that hold nothing are left out."""
    entry: dict[str, Any] = {key: str(getattr(sender, key)) for key in _REQUIRED}
    entry |= {key: list(values) for key in sorted(_LISTS) if (values := getattr(sender, key))}
    if sender.alignment is not None:
        known = {key: str(getattr(sender.alignment, key)) for key in _ALIGNMENT}
        entry["alignment"] = known | ({"docs": sender.alignment.docs} if sender.alignment.docs else {})
    return entry


def _check_text(table: Mapping[str, Any], key: str, path: str) -> None:
    if not isinstance(table.get(key), str) or not table[key].strip():
        raise EntryError(path, "is missing or no text")


def _values(key: str, values: Any) -> tuple[Any, ...]:
    if not isinstance(values, list | tuple):
        raise EntryError(key, "is not a list")
    for value in values:
        if not _is_valid(key, value):
            raise EntryError(key, f"has a value that is not valid here: {value!r}")
    return tuple(values)


def _is_valid(key: str, value: Any) -> bool:
    if key == "networks":
        return type(value) is int and 0 < value < 2**32
    if not isinstance(value, str):
        return False
    if key == "network_names":
        return bool(value.strip())
    pattern = _SELECTOR if key == "selectors" else _NAME
    return pattern.fullmatch(value) is not None


def _alignment(table: Any) -> Alignment:
    if not isinstance(table, Mapping):
        raise EntryError("alignment", "is not a table")
    for key in _ALIGNMENT:
        _check_text(table, key, f"alignment.{key}")
    for key in sorted(table.keys() - {*_ALIGNMENT, "docs"}):
        raise EntryError(f"alignment.{key}", "is not a key of an alignment")
    if table["dkim"] not in set(DkimMeans):
        raise EntryError("alignment.dkim", f"is none of {', '.join(DkimMeans)}")
    if table["spf"] not in set(SpfMeans):
        raise EntryError("alignment.spf", f"is none of {', '.join(SpfMeans)}")
    if len(table["how"]) > _HOW:
        raise EntryError("alignment.how", f"is longer than {_HOW} characters")
    docs = table.get("docs")
    if docs is not None and not _is_page(docs):
        raise EntryError("alignment.docs", "is not an https address")
    return Alignment(DkimMeans(table["dkim"]), SpfMeans(table["spf"]), table["how"], docs)


def _is_page(docs: Any) -> bool:
    if not isinstance(docs, str) or not docs.isascii() or len(docs) > 300 or not docs.isprintable():
        return False
    try:
        parts = urlsplit(docs)
    except ValueError:
        return False
    return (
        parts.scheme == "https" and parts.hostname is not None and _NAME.fullmatch(parts.hostname) is not None
    )
