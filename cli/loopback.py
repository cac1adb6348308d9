"""Waits on this machine for the browser to come back from the sign-in (RFC 8252 section 7.3)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final
from urllib.parse import urlsplit

_PAGE: Final = (
    b"<!doctype html><meta charset=utf-8><title>Postseal</title>"
    b"<p>You can close this window and go on at the terminal.\n"
)


class Listener:
    """Listens at the first of the addresses that is free; ``OSError`` when none is."""

    def __init__(self, addresses: Sequence[str]) -> None:
        for address in addresses:
            place = urlsplit(address)
            if place.scheme != "http" or place.hostname != "127.0.0.1" or not place.port:
                continue
            try:
                self._server = _Server((place.hostname, place.port), _Handler)
            except OSError:
                continue
            self._server.path = place.path
            self.address = address
            return
        raise OSError("none of the addresses is free")

    def wait(self, seconds: float) -> str | None:
        """The address that the browser came back with; None when it does not in time."""
        deadline = time.monotonic() + seconds
        while self._server.found is None and (left := deadline - time.monotonic()) > 0:
            self._server.timeout = left
            self._server.handle_request()
        return self._server.found

    def close(self) -> None:
        self._server.server_close()


class _Server(HTTPServer):
    path: str = ""
    found: str | None = None
    allow_reuse_address = False
    """Who listens there already would go on doing so, and be told the code."""

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away half-way is none of ours to report."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5

    def do_GET(self) -> None:
        """Browsers ask for icons, too: only the path of the redirection counts, and only once."""
        if urlsplit(self.path).path != self.server.path or self.server.found is not None:
            self.send_error(404)
            return
        self.server.found = self.path
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the line would have the code in it."""
