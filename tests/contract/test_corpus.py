"""Real reports from public projects, where they lie beside the checkout; none of them is ours to ship."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from shared.mailauth.reports import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Parsed, Reading
from shared.mailauth.reports.values import AggregateReport, Row

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SNIPPET = re.compile(r"\.\d\d\.(?:xml|json)$")
"""Cut out of other projects' test code, hence often not whole."""

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")


def manifest() -> list[dict[str, Any]]:
    lines = (CORPUS / "manifest.jsonl").read_text().splitlines() if CORPUS.is_dir() else []
    return [json.loads(line) for line in lines]


def drop(row: Row) -> None:
    """Keeps nothing."""


def read(name: str) -> list[Reading]:
    meter = Meter(Limits(), time.thread_time)
    return list(read_delivery((CORPUS / name).read_bytes(), open_sink=lambda: drop, meter=meter, name=name))


@pytest.mark.parametrize("entry", manifest(), ids=lambda entry: entry["file"])
def test_every_file_is_read_or_refused_by_name(entry: dict[str, Any]) -> None:
    readings = read(entry["file"])
    assert readings
    reports = [reading.report for reading in readings if isinstance(reading, Parsed)]
    if entry["kind"] == "aggregate" and "messages" in entry:
        first = reports[0]
        assert isinstance(first, AggregateReport)
        assert (first.messages, first.dmarc_pass) == (entry["messages"], entry["dmarc_pass"])
        assert (first.rows, first.policy.domain) == (entry["rows"], entry["domain"])


def test_every_real_report_is_accepted() -> None:
    real = [
        entry["file"]
        for entry in manifest()
        if entry["kind"] in ("aggregate", "tlsrpt") and not SNIPPET.search(entry["file"])
    ]
    refused = [name for name in real if not any(isinstance(reading, Parsed) for reading in read(name))]
    assert (len(real) > 50, refused) == (True, [])
