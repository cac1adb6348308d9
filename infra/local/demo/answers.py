"""What the deployment answers over its HTTP API, as the check and the tables want it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import httpx

from infra.local.demo.cast import Watched
from infra.local.stack_error import StackError
from infra.local.stack_file import Stack
from infra.local.zone_files import publish_txt

_PAGE: Final = 100
_ATTEMPTS: Final = 6

Json = dict[str, Any]


class Answers:
    """The API of a running local stack, asked with the operator's key."""

    def __init__(self, stack: Stack) -> None:
        self._dns = stack.dns
        self._client = httpx.Client(
            base_url=f"{stack.api_url}/v1",
            headers={"Authorization": f"Bearer {stack.api_key}"},
            timeout=40.0,
        )

    def ask(self, method: str, path: str, *, body: Json | None = None, **params: Any) -> Json:
        """The whole answer; a refusal or a silent API is a ``StackError``."""
        wanted = {name: str(value) for name, value in params.items() if value is not None}
        for attempt in range(_ATTEMPTS):
            try:
                response = self._client.request(method, path, params=wanted, json=body)
            except httpx.TransportError as error:
                raise StackError(f"the API does not answer: {error}") from None
            if response.status_code not in (429, 502, 503):
                break
            time.sleep(float(response.headers.get("Retry-After", 0.2 * 2**attempt)))
        if not response.is_success:
            raise StackError(f"{method} {path} answers {response.status_code}: {response.text[:300]}")
        answer: Json = response.json()
        return answer

    def every(self, path: str, **params: Any) -> Iterator[Json]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.ask("GET", path, limit=_PAGE, cursor=cursor, **params)
            yield from page["data"]
            cursor = page["meta"]["next_cursor"]
            if cursor is None:
                return

    def remove(self, name: str) -> bool:
        """Delete a domain; whether it was there. Its reports follow by and by."""
        there = any(domain["domain"] == name for domain in self.every("/domains"))
        if there:
            self.ask("DELETE", f"/domains/{name}")
        return there

    def set_up(self, watched: Watched) -> Json:
        """Add, verify and activate the domain unless it is there, with the kinds of reports it wants."""
        known = {domain["domain"]: domain for domain in self.every("/domains")}
        domain = known.get(watched.name)
        if domain is None:
            domain = self.ask("POST", "/domains", body={"domain": watched.name})["data"]
        if not domain["is_verified"]:
            record = self.ask("GET", f"/domains/{domain['id']}/verify")["data"]["record"]
            publish_txt(record["name"], record["value"], self._dns)
        if not domain["active"]:
            self.ask("POST", f"/domains/{domain['id']}/activate", body={})
        kinds = {"report_kinds": {"failure": watched.failure_reports}}
        changed: Json = self.ask("PATCH", f"/domains/{domain['id']}", body=kinds)["data"]
        return changed
