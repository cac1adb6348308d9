from __future__ import annotations

import io
from typing import BinaryIO

from shared.core.errors import NotFound

_APART = "failures/"


class FakeMailbox:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.objects[self._place(key)])

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def is_secluded(self, key: str) -> bool:
        return self._place(key) != key

    def seclude(self, key: str) -> None:
        if not self.is_secluded(key):
            self.objects[_APART + key] = self.objects.pop(key)

    def remove(self, key: str) -> None:
        self.objects.pop(key, None)
        self.objects.pop(_APART + key, None)

    def link(self, key: str, *, seconds: int, filename: str) -> str:
        return f"https://mailbox.test/{self._place(key)}?for={seconds}&as={filename}"

    def upload_link(self, key: str, *, seconds: int) -> str:
        return f"https://mailbox.test/{key}?put=1&for={seconds}"

    def _place(self, key: str) -> str:
        for place in (key, _APART + key):
            if place in self.objects:
                return place
        raise NotFound("The requested resource could not be found")
