"""What a request is sent with: an API key as it is, or the access token of a sign-in, renewed at its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import httpx

from cli.connection import Connection
from cli.sessions import sessions
from cli.signing_in import EARLY, renewed


class Bearer(httpx.Auth):
    """Safe to be shared between threads."""

    def __init__(self, connection: Connection) -> None:
        self._key = connection.key
        self._session = connection.session
        self._account = connection.account
        self._lock = threading.Lock()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._account:
            request.headers["X-Postseal-Account"] = self._account
        token = self._token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401 and self._session is not None:
            request.headers["Authorization"] = f"Bearer {self._token(other_than=token)}"
            yield request

    def _token(self, other_than: str | None = None) -> str:
        """The token to send; another one than the deployment has just refused."""
        with self._lock:
            if self._session is None:
                return self._key
            if self._session.expires - EARLY < time.time() or self._session.access == other_than:
                self._session = renewed(self._session)
                sessions().renew(self._session)
            return self._session.access
