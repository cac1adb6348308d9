"""The programs that the local stack runs, and one clear line when one is missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local import layout
from infra.local.stack_error import StackError


def uv() -> str:
    """Path of uv: the one that ``make setup`` installed, else the one on PATH."""
    own = layout.TOOLS / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise StackError("uv is missing: run `make setup`")
    return found


def cdk() -> list[str]:
    """Command line of the CDK CLI that package.json pins."""
    for program in ("node", "npx"):
        if shutil.which(program) is None:
            raise StackError(f"{program} is missing: install Node.js 20 or later")
    if not Path(layout.CHECKOUT, "node_modules", ".bin", "cdk").exists():
        raise StackError("the CDK command line is missing: run `make setup`")
    return ["npx", "--no-install", "cdk"]


def run_quietly(
    command: Sequence[str], environment: Mapping[str, str], *, what: str, log: Path | None = None
) -> None:
    """Run a program whose output matters only when it fails; then its last line is the refusal."""
    done = subprocess.run(
        list(command),
        cwd=layout.CHECKOUT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if log is not None:
        log.write_text(done.stdout)
    if done.returncode:
        lines = done.stdout.strip().splitlines() or [f"exit status {done.returncode}"]
        raise StackError(f"{what} failed: {lines[-1]}" + (f" (see {log})" if log is not None else ""))
