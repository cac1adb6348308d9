"""Checks of whole domains against one server that takes 20 ms to answer, measured against checkdmarc.

The server has a process of its own, and so has each side. Both ask for the same names; nothing is fetched
over HTTPS. checkdmarc checks one domain after another, as it does, without the questions that only it asks
(DNSSEC, TLSA); ours are checked side by side, with the DKIM keys that only we ask for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.bench.name_server import running
from tests.bench.parsing import PEER, peer_python
from tests.bench.tables import Report
from tests.bench.zones import domains

DOMAINS = 1_000
_DELAY = 0.020
_PEER_DOMAINS = 24
"""The first of them: all would take the peer a quarter of an hour, and its rate does not change with more."""
_RUNS = 3
_LEAST = 30
_ROUND_TRIPS = 6


def run(report: Report) -> None:
    with running(DOMAINS, _DELAY) as port:
        command = [peer_python(), str(PEER / "checks_child.py"), str(port)]
        theirs = _figures([*command, *domains(_PEER_DOMAINS)])
    runs = []
    for _ in range(_RUNS):
        with running(DOMAINS, _DELAY) as port:
            runs.append(_figures([sys.executable, "-m", "tests.bench.checks_child", str(port), str(DOMAINS)]))
    ours = {name: median(run[name] for run in runs) for name in runs[0]}
    _speed(report, ours, theirs)
    _nested(report, ours)


def _speed(report: Report, ours: dict[str, float], theirs: dict[str, float]) -> None:
    found = ours["found"] == DOMAINS and theirs["found"] == _PEER_DOMAINS
    ratio = ours["rate"] / theirs["rate"]
    rows = [
        ("domains per second", ours["rate"], theirs["rate"], f"{ratio:.0f}x", f"{_LEAST}x",
         report.holds(f"checks of domains: {_LEAST}x", ratio >= _LEAST)),
        ("questions per domain", ours["questions"], theirs["questions"], "", "", ""),
        ("domains (the peer's are the first of ours)", DOMAINS, _PEER_DOMAINS, "", "", ""),
        ("found valid", int(ours["found"]), int(theirs["found"]), "", "all",
         report.holds("checks of domains find what is there", found)),
    ]  # fmt: skip
    report.table(
        f"Whole checks of domains, {_DELAY * 1_000:.0f} ms to an answer, against checkdmarc 6.0.4",
        ("what", "ours", "checkdmarc", "ratio", "promised", "holds"),
        rows,
    )


def _nested(report: Report, ours: dict[str, float]) -> None:
    counted, spent = int(ours["round_trips"]), ours["nested_ms"] / 1_000 / _DELAY
    held = report.holds(
        "round trips of a nested SPF record",
        max(counted, spent) < _ROUND_TRIPS and ours["nested_lookups"] == 10,
    )
    report.table(
        "One SPF record of ten includes, three deep, nothing cached",
        ("look-ups", "trips (server)", "ms", "trips (time)", "promised", "holds"),
        [(int(ours["nested_lookups"]), counted, ours["nested_ms"], spent, f"< {_ROUND_TRIPS} trips", held)],
    )


def _figures(command: Sequence[str]) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise SystemExit(
            f"bench: {Path(command[1]).name} failed: {(done.stderr or done.stdout).strip()[-600:]}"
        )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    run(Report())
