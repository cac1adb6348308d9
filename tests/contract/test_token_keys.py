from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from shared.adapters.token_keys import LARGEST, KeysByUrl
from shared.adapters.tokens import FetchFailed


@contextmanager
def answering(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """A server that gives one caller these bytes, with a pause after each part."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4_096)
                try:
                    for part in parts:
                        connection.sendall(part)
                        time.sleep(pause)
                except OSError:
                    return

        serving = Thread(target=answer, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/jwks.json"
        serving.join(5)


def with_body(body: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    length = str(len(body)).encode()
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: " + length + b"\r\n" + more + b"\r\n" + body


def test_the_document_is_fetched() -> None:
    with answering(with_body(b'{"keys": []}')) as url:
        assert KeysByUrl(url)() == b'{"keys": []}'


@pytest.mark.parametrize(
    "answer",
    [
        with_body(b"x" * (LARGEST + 1)),
        with_body(b"", b"404 Not Found"),
        with_body(b"", b"500 Internal Server Error"),
        with_body(b"", b"302 Found", b"Location: http://127.0.0.1:1/\r\n"),
        b"SSH-2.0-nothing\r\n",
        b"",
    ],
)
def test_other_answers_fail(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(FetchFailed):
        KeysByUrl(url)()


def test_a_server_that_drips_is_given_up() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"
    with answering(head, *[b"x"] * 40, pause=0.05) as url:
        began = time.monotonic()
        with pytest.raises(FetchFailed, match="timeout"):
            KeysByUrl(url, seconds=0.3)()
        assert time.monotonic() - began < 1.5


def test_nobody_there_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "nonsense", "ftp://127.0.0.1/"):
        with pytest.raises(FetchFailed):
            KeysByUrl(url)()
