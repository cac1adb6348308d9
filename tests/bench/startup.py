"""What a function costs before its first line runs: import in a fresh process, size of its bundle."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from statistics import median

from infra.bundling import build_code, build_layer, unpacked
from infra.entries import ENTRIES
from infra.entry import Entry
from infra.stage import LAMBDA
from tests.bench.tables import Report

RUNS = 3
MOST_MB = 60
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "Postseal",
}


def run(report: Report) -> None:
    imports, sizes = [], []
    for entry in ENTRIES:
        runs = [_imports(entry) for _ in range(RUNS)]
        total = median(sum(each.values()) for each in runs) / 1000
        slowest = ", ".join(f"{name} {spent / 1000:.0f}" for name, spent in runs[0].most_common(3))
        imports.append((entry.name, total, slowest))
        layer = unpacked(build_layer(entry.layer, LAMBDA)) / 1e6
        code = unpacked(build_code(entry, LAMBDA)) / 1e6
        held = report.holds(f"bundle of {entry.name}: {MOST_MB} MB", layer + code <= MOST_MB)
        sizes.append((entry.name, code, layer, code + layer, MOST_MB, held))
    report.table(
        "Import of each function in a fresh process, ms (own time of each top-level package)",
        ("function", "together", "slowest three"),
        imports,
    )
    report.table(
        "Bundles for Lambda's arm64, MB unzipped",
        ("function", "code", "layer", "together", "promised", "holds"),
        sizes,
    )


def _imports(entry: Entry) -> Counter[str]:
    """Microseconds that each top-level package spent in its own modules."""
    module = f"functions.{entry.path.replace('/', '.')}.handler"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        env={**os.environ, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"bench: {module} cannot be imported: {done.stderr.strip().splitlines()[-1]}")
    spent: Counter[str] = Counter()
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if line.startswith("import time:") and parts[0].strip().isdigit():
            spent[parts[2].strip().partition(".")[0]] += int(parts[0])
    return spent


if __name__ == "__main__":
    run(Report())
