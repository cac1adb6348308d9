"""One stack for all workers of a test run: the first that needs it brings it up, the end of the run takes it
down. What is here is imported by every run, also by those that need no stack."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from infra.local import layout

_WORKER: Final = "PYTEST_XDIST_WORKER"
LOCK: Final = layout.LOCAL / "tests.lock"


def note() -> Path:
    """Is there once this test run has asked for the stack, and says whether it was brought up for it. A run
    is known by the process that began it, which is the parent of its workers."""
    run = os.getppid() if _WORKER in os.environ else os.getpid()
    return layout.LOCAL / f"tests-{run}"


def end() -> None:
    """Once no worker is left."""
    told = note()
    if _WORKER in os.environ or not told.exists():
        return
    if told.read_text():
        subprocess.run([sys.executable, "-m", "infra.local.down"], cwd=layout.CHECKOUT, check=True)
    told.unlink()
