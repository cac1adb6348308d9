"""One page of a list, and the cursor that asks for the next."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.core.errors import Malformed

DEFAULT_LIMIT = 25
LARGEST_LIMIT = 100

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: after this id. ``total`` is the count that the first page found."""

    id: int
    total: int | None = None

    def encode(self) -> str:
        fields = {"id": self.id} if self.total is None else {"id": self.id, "n": self.total}
        return (
            base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode().rstrip("=")
        )

    @classmethod
    def decode(cls, text: str) -> Cursor:
        try:
            fields = json.loads(
                base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            )
            cursor = cls(fields["id"], fields.get("n"))
        except (
            binascii.Error,
            UnicodeError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
        ):
            raise Malformed("The cursor is not one of ours", param="cursor") from None
        if not all(type(value) is int and 0 <= value < 2**53 for value in (cursor.id, cursor.total or 0)):
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
