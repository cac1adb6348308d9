"""``python -m tests.bench [SECTION...]``: measures speed, memory and cost, and prints them as tables.

Exits 1 when a promised bound does not hold.
"""

from __future__ import annotations

import sys
from importlib import import_module

from tests.bench.tables import Report

SECTIONS = (
    *("parsing", "checks", "units", "doors", "places", "watching", "advice", "sources"),
    *("startup", "inspections", "ingest", "details"),
)


def main(wanted: list[str]) -> int:
    unknown = sorted(set(wanted) - set(SECTIONS))
    if unknown:
        print(f"bench: no section {unknown[0]!r}; the sections are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    report = Report()
    for section in wanted or SECTIONS:
        import_module(f"tests.bench.{section}").run(report)
    for bound in report.bounds:
        print(f"bench: does not hold: {bound}", file=sys.stderr)
    return 1 if report.bounds else 0


sys.exit(main(sys.argv[1:]))
