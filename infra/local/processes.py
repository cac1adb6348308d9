"""Background processes with a log and a pid file, and their orderly end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.stack_error import StackError

POLL_SECONDS: Final = 0.05

Test = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Service:
    """One background process of the stack, known by its name in ``folder``."""

    name: str
    folder: Path

    @property
    def pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    @property
    def log_file(self) -> Path:
        return self.folder / f"{self.name}.log"


@dataclass(frozen=True, slots=True)
class Running:
    """A background process that still is the one that ``start`` began."""

    pid: int
    port: int
    command: tuple[str, ...]


def start(
    service: Service, command: Sequence[str], environment: Mapping[str, str], *, cwd: Path, port: int
) -> Running:
    """Start the process in a session of its own, so that it outlives the terminal."""
    service.folder.mkdir(parents=True, exist_ok=True)
    with service.log_file.open("wb") as log:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = {"pid": process.pid, "started": started_at(process.pid), "port": port, "command": list(command)}
    service.pid_file.write_text(json.dumps(record))
    return Running(process.pid, port, tuple(command))


def find(service: Service) -> Running | None:
    """The service's process, if it runs."""
    try:
        record = json.loads(service.pid_file.read_text())
        running = Running(int(record["pid"]), int(record["port"]), tuple(record["command"]))
        started = str(record["started"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return running if started and started_at(running.pid) == started else None


def started_at(pid: int) -> str:
    """When the process began, as the system tells it: with the pid, its identity. Empty if it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if fields[0] == "Z" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def stop(service: Service, *, seconds: float) -> bool:
    """End the process and whatever it started, and remove the pid file; False if it did not run.

    It gets ``seconds`` to end by itself, for the emulator writes its state then.
    """
    running = find(service)
    if running is None:
        service.pid_file.unlink(missing_ok=True)
        return False
    pid = running.pid
    started = started_at(pid)
    _signal(os.kill, pid, signal.SIGTERM)
    ended = _wait_until(lambda: _reaped(pid) or started_at(pid) != started, seconds)
    # The process leads its group; members that it left behind (the workers of the emulator) go with it.
    _signal(os.killpg, pid, signal.SIGTERM if ended else signal.SIGKILL)
    _wait_until(lambda: _reaped(pid) or started_at(pid) != started, seconds)
    service.pid_file.unlink(missing_ok=True)
    return True


def wait_ready(service: Service, running: Running, is_ready: Test, *, seconds: float) -> None:
    """Wait until the process answers; refuses with the end of its log when it dies or takes too long."""
    pid = running.pid
    started = started_at(pid)
    if _wait_until(lambda: is_ready() or _reaped(pid) or started_at(pid) != started, seconds) and is_ready():
        return
    stop(service, seconds=1)
    lines = service.log_file.read_text(errors="replace").strip().splitlines() or ["its log is empty"]
    raise StackError(f"{service.name} did not start: {lines[-1]} (see {service.log_file})")


def _wait_until(holds: Test, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(POLL_SECONDS)
    return holds()


def _reaped(pid: int) -> bool:
    """Whether the process was a child of this one and has ended."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False


def _signal(send: Callable[[int, int], None], pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(pid, number)
