"""A door between deployed functions and the emulator, at which a call can be the last of the process that
makes it, or has to wait."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any, Final
from urllib.parse import urlsplit

from infra.local import processes
from infra.local.emulator import server
from tests.chaos.workers import children
from tests.local.running import RunningStack

_FROM_HOP_TO_HOP: Final = {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}
_LONGEST_STOP: Final = 30.0
_ALIAS: Final = "live"
_GRACE: Final = 1.0
"""Seconds for what is under way to get through."""


@dataclass(slots=True)
class Trap:
    """For a call to ``target`` (as ``X-Amz-Target`` has it, or the verb of HTTP) with all of these marks in
    its path or body: whoever makes it is killed, before it is done or right after."""

    target: str
    marks: tuple[str, ...]
    after: bool = False
    times: int = 1
    sprung: int = 0

    def fits(self, target: str, said: bytes) -> bool:
        return self.sprung < self.times and target == self.target and _all_in(self.marks, said)


@dataclass(slots=True)
class Stop:
    """For a call with all of these marks: it waits, once, until it may go on."""

    target: str
    marks: tuple[str, ...]
    reached: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def fits(self, target: str, said: bytes) -> bool:
        return not self.reached.is_set() and target == self.target and _all_in(self.marks, said)


def _all_in(marks: tuple[str, ...], said: bytes) -> bool:
    return all(mark.encode() in said for mark in marks)


class Door:
    """The proxy; what passes is in no way changed, so that signatures hold."""

    def __init__(self, endpoint: str, emulator: int) -> None:
        self.traps: list[Trap] = []
        self.stops: list[Stop] = []
        self._emulator = emulator
        self._passing = RLock()
        self.upstream = urlsplit(endpoint).netloc
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def open(self) -> Iterator[Door]:
        thread = Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Nobody gets through meanwhile."""
        with self._passing:
            yield

    def met(self, target: str, said: bytes) -> Trap | None:
        with self._passing:
            stop = next((each for each in self.stops if each.fits(target, said)), None)
            trap = next((each for each in self.traps if each.fits(target, said)), None)
            if stop is not None:
                stop.reached.set()
            if trap is not None:
                trap.sprung += 1
        if stop is not None:
            stop.opened.wait(_LONGEST_STOP)
        return trap

    def kill_whoever_is_at(self, port: int) -> None:
        """And wait until it is dead: what calls to follow it had in mind are not made."""
        pid = _process_at(port, children(self._emulator))
        os.kill(pid, signal.SIGKILL)
        while pid in children(self._emulator):
            time.sleep(0.01)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, door: Door, *arguments: Any) -> None:
        self._door = door
        super().__init__(*arguments)

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", self.command).rpartition(".")[2]
        trap = self._door.met(target, self.path.encode() + b"\n" + body)
        if trap is None or trap.after:
            answer, content = self._asked(body)
        if trap is None:
            self._tell(answer, content)
        else:
            self.close_connection = True
            self._door.kill_whoever_is_at(self.client_address[1])

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815

    def _asked(self, body: bytes) -> tuple[HTTPResponse, bytes]:
        with contextlib.closing(HTTPConnection(self._door.upstream, timeout=60)) as upstream:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _FROM_HOP_TO_HOP:
                    upstream.putheader(name, value)
            upstream.putheader("Content-Length", str(len(body)))
            upstream.endheaders(body)
            answer = upstream.getresponse()
            return answer, answer.read()

    def _tell(self, answer: HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _FROM_HOP_TO_HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def door_for(stack: RunningStack, *functions: str) -> Iterator[Door]:
    """What these functions do leads through it until the end."""
    emulator = processes.find(server.SERVICE)
    assert emulator is not None
    with Door(stack.aws_endpoint, emulator.pid).open() as door, ExitStack() as restored:
        for function in functions:
            restored.enter_context(_led(stack, f"postseal-local-{function}", door.endpoint))
        yield door


@contextmanager
def _led(stack: RunningStack, function: str, endpoint: str) -> Iterator[None]:
    """By a version of its own, so that what others have it do goes on undisturbed."""
    deployed = stack.aws("lambda")
    own = deployed.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    before = deployed.get_alias(FunctionName=function, Name=_ALIAS)["FunctionVersion"]
    led = {**own, "AWS_ENDPOINT_URL": endpoint}
    deployed.update_function_configuration(FunctionName=function, Environment={"Variables": led})
    made = deployed.publish_version(FunctionName=function)["Version"]
    deployed.update_function_configuration(FunctionName=function, Environment={"Variables": own})
    deployed.update_alias(FunctionName=function, Name=_ALIAS, FunctionVersion=made)
    try:
        yield
    finally:
        deployed.update_alias(FunctionName=function, Name=_ALIAS, FunctionVersion=before)
        time.sleep(_GRACE)
        deployed.delete_function(FunctionName=function, Qualifier=made)


def _process_at(port: int, among: list[int]) -> int:
    """The one that has the loopback connection from that port."""
    table = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    sockets = {f"socket:[{row[9]}]" for row in table if row[1].endswith(f":{port:04X}")}
    for pid in among:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for held in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if str(held.readlink()) in sockets:
                        return pid
    raise LookupError(f"nobody is at port {port}")
