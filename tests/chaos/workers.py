"""Killing the emulator's Lambda workers while they work."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Collection
from pathlib import Path
from random import Random
from types import TracebackType


class Killer:
    """Every few seconds, until it is left, kills one child process of the emulator: a worker of these
    functions, or of any."""

    def __init__(self, emulator: int, *, seconds: float, most: int, of: Collection[str] = ()) -> None:
        self.killed = 0
        self._of = of
        self._emulator = emulator
        self._seconds = seconds
        self._most = most
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        random = Random(7)
        while self.killed < self._most and not self._over.wait(self._seconds):
            if found := [pid for pid in children(self._emulator) if not self._of or _runs_any(pid, self._of)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(random.choice(found), signal.SIGKILL)
                    self.killed += 1


def children(parent: int) -> list[int]:
    """The processes that the parent started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, started_by = stat.read_text().rpartition(")")[2].split()[:2]
            if int(started_by) == parent and state != "Z":
                found.append(int(stat.parent.name))
    return sorted(found)


def _runs_any(pid: int, functions: Collection[str]) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        return any(f"-postseal-local-{function}-" in command for function in functions)
    return False
