"""Parsing, measured against parsedmarc: the same bytes, in turn, each in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Literal

from tests.bench.samples import large_report, mails, small_reports
from tests.bench.tables import Report

_HERE = Path(__file__).parent
PEER = _HERE / "peer"
_UV = shutil.which("uv") or ".tools/bin/uv"
_MOST_GROWN_MB = 60


@dataclass(frozen=True, slots=True)
class Case:
    """``unit`` is what is counted; ``least`` the promised multiple of the peer's rate."""

    name: str
    fill: Callable[[Path], None]
    unit: Literal["reports", "rows"]
    least: float
    seconds: float
    runs: int


CASES = (
    Case("small reports (XML, 1 to 10 rows)", small_reports, "reports", 6, 2.0, 3),
    Case("whole mails (MIME, gzip, zip)", mails, "reports", 4, 2.0, 3),
    Case(
        "one report of 100,000 rows",
        lambda folder: large_report(folder / "a.xml", 100_000, varied=False),
        "rows",
        8,
        0.0,
        1,
    ),
    Case(
        "the same, hardly two rows alike",
        lambda folder: large_report(folder / "a.xml", 100_000, varied=True),
        "rows",
        6,
        0.0,
        1,
    ),
)


def run(report: Report) -> None:
    peer = peer_python()
    rows = []
    for case in CASES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            case.fill(folder)
            ours, theirs = _in_turn(case, folder, peer)
        ratio = ours[case.unit] / theirs[case.unit]
        held = report.holds(f"{case.name}: {case.least}x", ratio >= case.least)
        rows.append((case.name, ours[case.unit], theirs[case.unit], f"{ratio:.1f}x", f"{case.least}x", held))
    report.table(
        "Parsing, per second, against parsedmarc 11.1.0 (offline, enrichment off)",
        ("what", "ours", "parsedmarc", "ratio", "promised", "holds"),
        rows,
    )
    _memory(report, peer)


def _memory(report: Report, peer: str) -> None:
    rows = []
    for count in (10_000, 100_000):
        with tempfile.TemporaryDirectory() as name:
            large_report(Path(name) / "a.xml", count, varied=False)
            ours = _child([sys.executable, "-m", "tests.bench.child"], Path(name), 0)["grown_mb"]
            theirs = _child([peer, str(PEER / "child.py")], Path(name), 0)["grown_mb"]
        held = report.holds(f"memory at {count:,} rows", ours <= _MOST_GROWN_MB)
        rows.append((f"{count:,} rows", ours, theirs, _MOST_GROWN_MB, held))
    report.table(
        "Memory above the process's start, MB",
        ("one report of", "ours", "parsedmarc", "promised", "holds"),
        rows,
    )


def _in_turn(case: Case, folder: Path, peer: str) -> tuple[dict[str, float], dict[str, float]]:
    """The medians of both sides, run A B A B so that a machine that drifts drifts for both."""
    measure_ours = partial(_child, [sys.executable, "-m", "tests.bench.child"], folder, case.seconds)
    measure_theirs = partial(_child, [peer, str(PEER / "child.py")], folder, case.seconds)
    pairs = [(measure_ours(), measure_theirs()) for _ in range(case.runs)]
    return _medians([ours for ours, _ in pairs]), _medians([theirs for _, theirs in pairs])


def _medians(measured: list[dict[str, float]]) -> dict[str, float]:
    return {key: median(each[key] for each in measured) for key in measured[0]}


def _child(command: list[str], folder: Path, seconds: float) -> dict[str, float]:
    done = subprocess.run(
        [*command, str(folder), str(seconds)], capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"bench: {command[-1]} failed: {(done.stderr or done.stdout).strip()[-600:]}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def peer_python() -> str:
    """The peer's own environment, made from its lock file; ours could not hold its dependencies."""
    subprocess.run([_UV, "sync", "--frozen", "--quiet", "--project", str(PEER)], check=True, timeout=300)
    return str(PEER / ".venv" / "bin" / "python")


if __name__ == "__main__":
    run(Report())
