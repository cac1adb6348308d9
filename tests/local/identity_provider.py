"""An identity provider that vouches for whoever it is told to (OpenID Connect Core 1.0 section 3.1)."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt


class Issuer:
    """The one person who sits at its sign-in page is ``email``; another address is another person."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url = url
        self.client_id = client_id
        self.client_secret = client_secret
        self.email = ""
        self._vouched: dict[str, str] = {}

    def metadata(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
        }

    def authorize(self, asked: dict[str, list[str]]) -> str:
        """Where the browser goes on, with a code."""
        code = secrets.token_urlsafe(16)
        self._vouched[code] = self.email
        return f"{asked['redirect_uri'][0]}?{urlencode({'code': code, 'state': asked['state'][0]})}"

    def token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """``KeyError`` for a code that it did not give, or a second time."""
        if (form["client_id"], form["client_secret"]) != ([self.client_id], [self.client_secret]):
            raise KeyError("client")
        email, now = self._vouched.pop(form["code"][0]), int(time.time())
        claims = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 300}
        person = {"sub": f"p{email.encode().hex()}", "email": email, "email_verified": True}
        signed = jwt.encode(claims | person, self.client_secret, "HS256")
        return {"token_type": "Bearer", "access_token": secrets.token_urlsafe(16), "id_token": signed}


class _Pages(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.issuer.authorize(parse_qs(asked.query)))
            self.end_headers()
        else:
            self._answer(self.issuer.metadata())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(self.issuer.token(form))

    def _answer(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """What a test wants to know it asks."""


@contextmanager
def issuer(client_id: str) -> Iterator[Issuer]:
    """On a free port of this machine."""
    pages: type[_Pages] = type("Pages", (_Pages,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        made = Issuer(f"http://127.0.0.1:{server.server_port}", client_id, secrets.token_urlsafe(32))
        pages.issuer = made
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
