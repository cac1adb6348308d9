"""Asking the API as a client does who does not give up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import httpx

from infra.local.stack_error import StackError
from infra.local.stack_file import Stack

_ATTEMPTS: Final = 8
_PAGE: Final = 100
_XML: Final = {"Content-Type": "application/xml"}


class Asker:
    """What a dead worker or a failing cloud answers is asked again."""

    def __init__(self, stack: Stack) -> None:
        self._client = httpx.Client(
            base_url=f"{stack.api_url}/v1",
            headers={"Authorization": f"Bearer {stack.api_key}"},
            timeout=40.0,
            trust_env=False,
        )

    def ask(self, method: str, path: str, body: Any = None, *, passing: tuple[int, ...] = ()) -> Any:
        """The answer's ``data``, empty for a refusal that passes."""
        return self._answer(method, path, passing, json=body)["data"]

    def every(self, path: str, **params: Any) -> Iterator[Any]:
        """Each item of a list, page by page."""
        wanted = {**params, "limit": _PAGE}
        while True:
            page = self._answer("GET", path, params=wanted)
            yield from page["data"]
            wanted["cursor"] = page["meta"]["next_cursor"]
            if wanted["cursor"] is None:
                return

    def upload(self, report: bytes) -> None:
        self._answer("POST", "/reports", content=report, headers=_XML)

    def _answer(self, method: str, path: str, passing: tuple[int, ...] = (), **options: Any) -> Any:
        said = "nothing"
        for attempt in range(_ATTEMPTS):
            try:
                answer = self._client.request(method, path, **options)
            except httpx.TransportError as error:
                said = str(error)
            else:
                if answer.is_success:
                    return answer.json()
                if answer.status_code in passing:
                    return {"data": {}}
                said = f"{answer.status_code}: {answer.text[:300]}"
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    break
            time.sleep(0.2 * 2**attempt)
        raise StackError(f"{method} {path} answers {said}")
