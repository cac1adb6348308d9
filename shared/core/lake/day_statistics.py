"""Day statistics of the lake: a line for each domain that had reports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any, Final

from shared.core.domains import Domain
from shared.core.rollups import DayTotals
from shared.core.senders.standing import Standing
from shared.core.spreadsheets import safe_cell

NAMES: Final = (
    "domain",
    "domain_id",
    "reports",
    "messages",
    "dmarc_pass",
    "spf_pass",
    "dkim_pass",
    "accepted",
    "quarantined",
    "rejected",
    "forwarded",
    *(standing.value for standing in Standing),
    "tls_reports",
    "tls_successful",
    "tls_failed",
    "failure_reports",
    "failure_incidents",
    "failure_complaints",
)

Line = dict[str, Any]


def line_of(domain: Domain, totals: DayTotals) -> Line:
    """``domain`` is a name; every other value a number. Of failure reports there are numbers only."""
    share = totals.share()
    counters = share.counters
    numbers = (
        share.reports,
        counters.messages,
        counters.dmarc_pass,
        counters.spf_pass,
        counters.dkim_pass,
        counters.accepted,
        counters.quarantined,
        counters.rejected,
        counters.forwarded,
        *share.standings.counts,
        totals.tls.reports,
        totals.tls.successful,
        totals.tls.failed,
        totals.failure.reports,
        totals.failure.incidents,
        totals.failure.complaints,
    )
    return dict(zip(NAMES, (domain.name, domain.id, *numbers), strict=True))


def as_json_lines(lines: Iterable[Line]) -> str:
    return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)


def from_json_lines(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


def as_csv(lines: Iterable[Line]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(NAMES)
    for line in lines:
        writer.writerow([safe_cell(line["domain"]), *(line[name] for name in NAMES[1:])])
    return text.getvalue()
