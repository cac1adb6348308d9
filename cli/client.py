"""The HTTP API from the command line: refusals as one line, patience with rate limits, whole lists."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx

from cli.bearer import Bearer
from cli.connection import Connection
from cli.stops import REFUSED, UNREACHABLE, Stop

_PATIENCE: Final = 8
"""How often a request is sent again that was limited, or that the deployment failed to answer."""
_LONGEST_WAIT: Final = 60.0
_TRANSIENT: Final = frozenset({429, 500, 502, 503, 504})
_PAGE: Final = 100


class Api:
    """One deployment, as one API key or person sees it. Safe to be shared between threads."""

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = connection.url
        self._client = httpx.Client(
            base_url=f"{connection.url}/v1",
            headers={"User-Agent": "postseal-cli"},
            auth=Bearer(connection),
            timeout=httpx.Timeout(35.0, connect=10.0),
            transport=transport,
        )
        self._transport = transport
        self._sleep = sleep

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The whole answer: ``data`` and ``meta``."""
        return self.request("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Sent with an idempotency key of its own: sending it again after a lost answer does it once."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self.request("POST", path, json=body if body is not None else {}, headers=headers)

    def every(self, path: str, limit: int | None = None, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page, or the first ``limit`` of them."""
        cursor: str | None = None
        left = limit
        while left is None or left > 0:
            page = self.get(path, limit=min(_PAGE, left or _PAGE), cursor=cursor, **params)
            items = page["data"]
            yield from items
            left = None if left is None else left - len(items)
            cursor = page["meta"].get("next_cursor")
            if cursor is None:
                return

    def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """One answer as JSON (nothing for 204). ``Stop`` when it is refused or does not come."""
        wanted = {name: value for name, value in (params or {}).items() if value not in (None, "")}
        response = self._answered(
            lambda: self._client.request(
                method, path, params=wanted, json=json, content=content, headers=headers
            )
        )
        if response.status_code == 204 or not response.content:
            return {}
        return self._read(response)

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        """The answer, provided that it has the form of ours: a captive portal says 200, too."""
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict | list):
            raise Stop(f"{self._url} does not answer like Postseal", UNREACHABLE)
        return answer

    def put(self, url: str, content: bytes) -> None:
        """One PUT to a presigned address, which must not see the API key."""

        def send() -> httpx.Response:
            with httpx.Client(timeout=httpx.Timeout(300.0, connect=10.0), transport=self._transport) as bare:
                return bare.put(url, content=content)

        self._answered(send)

    def _answered(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send until it is answered for good; a refusal is a ``Stop`` with what the API says."""
        for attempt in range(_PATIENCE):
            last = attempt == _PATIENCE - 1
            try:
                response = send()
            except httpx.TransportError as error:
                if last or isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol):
                    raise Stop(f"{self._url} cannot be reached: {error}", UNREACHABLE) from None
                self._sleep(min(2.0**attempt / 4, _LONGEST_WAIT))
                continue
            if response.status_code not in _TRANSIENT or last:
                break
            self._sleep(_wait(response, attempt))
        if response.is_success:
            return response
        raise _refusal(response)


def part(reference: str) -> str:
    """Something that a user named, as one part of a path, also where it is a dot or two."""
    quoted = quote(reference, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def _wait(response: httpx.Response, attempt: int) -> float:
    """Seconds to wait: what the answer asks for, or a little more each time."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked) if asked.isdigit() else 2.0**attempt / 4, _LONGEST_WAIT)


def _refusal(response: httpx.Response) -> Stop:
    code = UNREACHABLE if response.status_code >= 500 or response.status_code == 401 else REFUSED
    try:
        error = response.json()["error"]
        message = f"{error['message']} ({error['code']}" + (
            f", {error['param']})" if error.get("param") else ")"
        )
    except (ValueError, KeyError, TypeError):
        message = f"the deployment answers {response.status_code} {response.reason_phrase}"
    return Stop(message, code)
