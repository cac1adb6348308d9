from __future__ import annotations

import io
from typing import BinaryIO

from shared.core.errors import NotFound


class FakeMailbox:
    """``apart`` names the deliveries that were moved away."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.apart: set[str] = set()

    def open(self, key: str) -> BinaryIO:
        if key not in self.objects:
            raise NotFound("The requested resource could not be found")
        return io.BytesIO(self.objects[key])

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def seclude(self, key: str) -> None:
        if key not in self.objects:
            raise NotFound("The requested resource could not be found")
        self.apart.add(key)

    def remove(self, key: str) -> None:
        self.objects.pop(key, None)
        self.apart.discard(key)

    def link(self, key: str, *, seconds: int, filename: str) -> str:
        if key not in self.objects:
            raise NotFound("The requested resource could not be found")
        return f"https://mailbox.test/{key}?for={seconds}&as={filename}"

    def upload_link(self, key: str, *, seconds: int) -> str:
        return f"https://mailbox.test/{key}?put=1&for={seconds}"
