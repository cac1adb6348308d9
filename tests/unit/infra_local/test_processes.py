"""Background processes are known by pid and start time, and end with all they started."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from infra.local.processes import Service, find, start, started_at, stop, wait_ready
from infra.local.stack_error import StackError

SLEEP = "import time; time.sleep(60)"


def begin(tmp_path: Path, code: str) -> Service:
    service = Service("probe", tmp_path)
    start(service, [sys.executable, "-c", code], os.environ, cwd=tmp_path, port=1)
    return service


def test_process_is_found_and_ended(tmp_path: Path) -> None:
    service = begin(tmp_path, SLEEP)
    running = find(service)
    assert running is not None
    assert stop(service, seconds=5)
    assert (find(service), started_at(running.pid), service.pid_file.exists()) == (None, "", False)


def test_stopping_twice_does_nothing(tmp_path: Path) -> None:
    service = begin(tmp_path, SLEEP)
    assert [stop(service, seconds=5), stop(service, seconds=5)] == [True, False]


def test_pid_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    service = begin(tmp_path, SLEEP)
    running = find(service)
    assert running is not None
    record = json.loads(service.pid_file.read_text())
    service.pid_file.write_text(json.dumps(record | {"started": "1"}))
    try:
        assert not stop(service, seconds=1)
        assert started_at(running.pid)
        assert not service.pid_file.exists()
    finally:
        os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    code = (
        "import pathlib, subprocess, sys, time; "
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); "
        "pathlib.Path('child').write_text(str(child.pid)); time.sleep(60)"
    )
    service = begin(tmp_path, code)
    child = tmp_path / "child"
    deadline = time.monotonic() + 10
    while not (child.exists() and child.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    pid = int(child.read_text())
    stop(service, seconds=5)
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not started_at(pid)


def test_process_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('ready', 'w'); {SLEEP}"
    service = begin(tmp_path, code)
    deadline = time.monotonic() + 10
    while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert stop(service, seconds=0.2)
    assert find(service) is None


def test_process_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    service = begin(tmp_path, "raise SystemExit('no such thing')")
    running = find(service)
    if running is None:
        pytest.skip("it was gone before it could be looked at")
    with pytest.raises(StackError, match="probe did not start: no such thing"):
        wait_ready(service, running, lambda: False, seconds=10)
