"""The document with the user pool's keys, fetched from the address that the deployment names."""

from __future__ import annotations

from http.client import HTTPException
from threading import Thread
from typing import TYPE_CHECKING, Final

from shared.adapters.tokens import FetchFailed

if TYPE_CHECKING:
    from urllib.request import BaseHandler

LARGEST: Final = 65_536
"""Octets of the document."""

SECONDS: Final = 3.0
"""For all of it: the connection, every header and the document."""


class KeysByUrl:
    """Fetches from one URL: no redirects, no proxies, so much and so long at most."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    def __call__(self) -> bytes:
        """``FetchFailed``. A server that drips is given up by the thread that waits, and left to the one that
        asks, which ends with the connection's own timeouts."""
        found: list[bytes | FetchFailed] = []
        asking = Thread(target=lambda: found.append(self._ask()), daemon=True)
        asking.start()
        asking.join(self._seconds)
        document = found[0] if found else FetchFailed("timeout")
        if isinstance(document, FetchFailed):
            raise document
        return document

    def _ask(self) -> bytes | FetchFailed:
        from urllib.request import ProxyHandler, build_opener

        opener = build_opener(ProxyHandler({}), _no_redirects())
        try:
            with opener.open(self._url, timeout=self._seconds) as answer:
                document: bytes = answer.read(LARGEST + 1)
        except (OSError, HTTPException, ValueError) as trouble:
            return FetchFailed(f"{type(trouble).__name__}: {trouble}"[:200])
        return document if len(document) <= LARGEST else FetchFailed(f"more than {LARGEST} bytes")


def _no_redirects() -> BaseHandler:
    from urllib.request import HTTPRedirectHandler

    class Refusing(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            """Followed nowhere: the answer stays what it is, an error."""

    return Refusing()
