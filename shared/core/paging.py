"""One page of a list, and the cursor that asks for the next."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.core.errors import Malformed

DEFAULT_LIMIT = 25
LARGEST_LIMIT = 100

T = TypeVar("T")
U = TypeVar("U")


def encode_opaque(value: Any) -> str:
    """What JSON can say, as a text that goes into a URL and invites nobody to make one of their own."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_opaque(text: str) -> Any:
    """``ValueError`` for what was not encoded so. Anybody may have made what comes out."""
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: after this id. ``total`` is the count that the first page found; ``mark`` tells
    apart what has one id."""

    id: int
    total: int | None = None
    mark: int | None = None

    def encode(self) -> str:
        said = {"id": self.id, "n": self.total, "m": self.mark}
        return encode_opaque({name: value for name, value in said.items() if value is not None})

    @classmethod
    def decode(cls, text: str) -> Cursor:
        try:
            fields = decode_opaque(text)
            cursor = cls(fields["id"], fields.get("n"), fields.get("m"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Malformed("The cursor is not one of ours", param="cursor") from None
        said = (cursor.id, cursor.total or 0, cursor.mark or 0)
        if not all(type(value) is int and 0 <= value < 2**53 for value in said):
            raise Malformed("The cursor is not one of ours", param="cursor")
        return cursor


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``next`` is ``None`` on the last page; ``total`` counts the whole list."""

    items: Sequence[T]
    next: Cursor | None
    total: int

    def map(self, change: Callable[[T], U]) -> Page[U]:
        return Page([change(item) for item in self.items], self.next, self.total)


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int = DEFAULT_LIMIT
    cursor: Cursor | None = None


def ranked_page(
    items: Sequence[T], page: PageRequest, *, weight: Callable[[T], int], name: Callable[[T], str]
) -> Page[T]:
    """A page of a list, heaviest first, that is made anew for every page.

    It goes on after what the last page ended with; where that is gone by now, with what is lighter."""
    start = 0 if page.cursor is None else _resumed(items, page.cursor, weight, name)
    shown = items[start : start + page.limit]
    more = start + page.limit < len(items)
    following = Cursor(weight(shown[-1]), mark=_mark(name(shown[-1]))) if more else None
    return Page(shown, following, len(items))


def _resumed(items: Sequence[T], cursor: Cursor, weight: Callable[[T], int], name: Callable[[T], str]) -> int:
    for place, item in enumerate(items):
        if weight(item) == cursor.id and _mark(name(item)) == cursor.mark:
            return place + 1
    return next((place for place, item in enumerate(items) if weight(item) < cursor.id), len(items))


def _mark(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:6], "big")
