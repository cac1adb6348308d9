"""Reads what lies in a folder with our parser, in a process of its own; prints one JSON object."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from shared.mailauth.reports import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Parsed, Refused
from shared.mailauth.reports.values import AggregateReport, Row, RowSink
from tests.bench.memory import peak_mb, resident_mb


def _drop(row: Row) -> None:
    """Takes a row and keeps nothing."""


def _sink() -> RowSink:
    return _drop


def _read(path: Path, *, streamed: bool) -> tuple[int, int]:
    """Reports and rows in one file."""
    meter = Meter(Limits(cpu=600), time.thread_time)
    with path.open("rb") as file:
        readings = list(read_delivery(file if streamed else file.read(), open_sink=_sink, meter=meter))
    refused = [reading for reading in readings if isinstance(reading, Refused)]
    if refused:
        raise SystemExit(f"{path.name}: {refused[0]}")
    reports = [reading.report for reading in readings if isinstance(reading, Parsed)]
    return len(reports), sum(report.rows for report in reports if isinstance(report, AggregateReport))


def main() -> None:
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    paths = sorted(folder.iterdir())
    large = paths[0].stat().st_size > 2**20
    if not large:
        _read(paths[0], streamed=False)
    before = resident_mb()
    reports = rows = 0
    started = time.perf_counter()
    while True:
        for path in paths:
            more_reports, more_rows = _read(path, streamed=large)
            reports, rows = reports + more_reports, rows + more_rows
        spent = time.perf_counter() - started
        if spent >= seconds:
            break
    print(json.dumps({"reports": reports / spent, "rows": rows / spent, "grown_mb": peak_mb() - before}))


main()
