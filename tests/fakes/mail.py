from __future__ import annotations

import io
from typing import BinaryIO

from shared.core.errors import NotFound

_APART = "failures/"


class FakeMailbox:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def open(self, key: str) -> BinaryIO:
        if key not in self.objects:
            raise NotFound("The requested resource could not be found")
        return io.BytesIO(self.objects[key])

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def seclude(self, key: str) -> str:
        if key.startswith(_APART):
            return key
        apart = _APART + key
        if key in self.objects:
            self.objects[apart] = self.objects.pop(key)
        elif apart not in self.objects:
            raise NotFound("The requested resource could not be found")
        return apart

    def remove(self, key: str) -> None:
        self.objects.pop(key, None)

    def link(self, key: str, *, seconds: int, filename: str) -> str:
        return f"https://mailbox.test/{key}?for={seconds}&as={filename}"

    def upload_link(self, key: str, *, seconds: int) -> str:
        return f"https://mailbox.test/{key}?put=1&for={seconds}"
