"""Install, start and find the emulator."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final

import httpx

from infra.local import layout, processes
from infra.local.credentials import REGION
from infra.local.ports import HOST
from infra.local.tools import run_quietly, uv

SERVICE: Final = processes.Service("emulator", layout.LOCAL)
STOP_SECONDS: Final = 60.0
"""It writes its state when it ends; a big table takes its time."""
START_SECONDS: Final = 60.0
WARM_SECONDS: Final = 120
"""Idle time after which a surplus worker of a function goes."""


def endpoint(port: int) -> str:
    return f"http://{HOST}:{port}"


def install() -> None:
    """Make the emulator's environment as its lock says, with this Python: its workers run our bundles."""
    interpreter = getattr(sys, "_base_executable", sys.executable)
    run_quietly(
        [
            uv(),
            "sync",
            "--frozen",
            "--quiet",
            "--python",
            interpreter,
            "--project",
            str(layout.EMULATOR_PROJECT),
        ],
        {**os.environ, "UV_PROJECT_ENVIRONMENT": str(layout.EMULATOR_ENVIRONMENT)},
        what="the emulator's environment",
    )


def start(port: int) -> processes.Running:
    """Start the emulator on a free port and wait until it answers."""
    # Left-overs of workers that were killed; nobody runs from here now.
    shutil.rmtree(layout.SCRATCH, ignore_errors=True)
    for folder in (layout.SCRATCH, layout.STATE, layout.OBJECTS):
        folder.mkdir(parents=True, exist_ok=True)
    python = layout.EMULATOR_ENVIRONMENT / "bin" / "python"
    command = [str(python), "-m", "ministack"]
    running = processes.start(SERVICE, command, _environment(port), cwd=layout.LOCAL, port=port)
    processes.wait_ready(SERVICE, running, lambda: is_ready(port), seconds=START_SECONDS)
    layout.STATE_PORT.write_text(str(port))
    return running


def stop() -> bool:
    """End the emulator, its state written and its workers with it; False if it did not run."""
    return processes.stop(SERVICE, seconds=STOP_SECONDS)


def is_ready(port: int) -> bool:
    """Whether the emulator answers on the port."""
    try:
        return httpx.get(f"{endpoint(port)}/_ministack/ready", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def was_killed() -> bool:
    """Whether the last run did not end by ``down``, told while the emulator is not running."""
    return SERVICE.pid_file.exists()


def found_state() -> str:
    """What an earlier run left to take up. The emulator writes its state when it ends, and not before."""
    killed = was_killed()
    if not any(layout.STATE.glob("*.json")):
        return "its last run was killed and left no state" if killed else "no state from before"
    if killed:
        return "its last run was killed: state of the run before, objects as they were"
    return "state of the last run restored"


def port_of_state() -> int | None:
    """The port that the state of an earlier run was made on: its queues are not found on another one."""
    try:
        return int(layout.STATE_PORT.read_text()) if any(layout.STATE.glob("*.json")) else None
    except (FileNotFoundError, ValueError):
        return None


def _environment(port: int) -> dict[str, str]:
    """The emulator's whole environment: the workers of functions inherit it, so it holds nothing of ours."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ},
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(layout.STATE),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(layout.OBJECTS),
        "TMPDIR": str(layout.SCRATCH),
        "LAMBDA_WARM_TTL_SECONDS": str(WARM_SECONDS),
        # Listeners of services that nothing here uses.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
