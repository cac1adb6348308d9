"""A receiver of alerts on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

_CLOCKS_APART: Final = 60


class Receiver:
    """Answers 204 and remembers what it was sent, except while it is stopped."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.refused = 0
        self.down = False
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.down:
                    receiver.refused += 1
                    self.send_response(503)
                else:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    headers["arrived"] = str(time.time())
                    receiver.messages.append((headers, body))
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"

    @contextmanager
    def listening(self) -> Iterator[None]:
        thread = Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join()

    def verified(self, secret: str) -> list[tuple[str, Any]]:
        """The id and the body of each message, each signature verified."""
        return [(headers["webhook-id"], _verified(secret, headers, body)) for headers, body in self.messages]


def _verified(secret: str, headers: dict[str, str], body: bytes) -> Any:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert abs(float(headers["arrived"]) - int(headers["webhook-timestamp"])) < _CLOCKS_APART
    return json.loads(body)
