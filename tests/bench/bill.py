"""``python -m tests.bench.bill``: what a month costs, from the units that ``make bench`` measures.

Prices are the on-demand ones of us-east-1 as known in November 2026; check them before you rely on them. Free
tiers are left out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from infra.entries import API, ENTRIES
from infra.entry import Consumes
from tests.bench.tables import Report

DAYS: Final = 30

# Measured: `make bench`, sections units and ingest.
STORE_WRU: Final = 5 + 1
"""The report, and which mail came for whom."""
ROLLUP_WRU, ROLLUP_RRU = 6 + 2, 20.5
"""Written: the day, and the messages of the last days by standing."""
REQUEST_WRU, REQUEST_RRU = 1, 4
# The same, section watching: of one look at a domain's DNS.
LOOK_WRU, LOOK_RRU = 1.15, 3
LOOK_GB_SECONDS: Final = 0.06

# The same, section advice: of one domain thought over, after reports and once a day.
ADVICE_WRU, ADVICE_RRU = 1, 8.4
ADVICE_GB_SECONDS: Final = 0.1

# Assumed of a domain and day.
ADVICES: Final = 2
MAILS: Final = 6
MAIL_KB: Final = 20
ROLLUPS: Final = 4
"""Fewer than mails: equal days of one batch are recomputed once."""
REQUESTS: Final = 2
LOOKS: Final = 4
LOOKS_AT_ONCE: Final = 10
"""Domains of one invocation."""
INGEST_GB_SECONDS: Final = 0.25
ROLLUP_GB_SECONDS: Final = 0.15
REQUEST_GB_SECONDS: Final = 0.05
LOG_KB: Final = 2
"""Of one invocation."""
RETAINED_DAYS: Final = 400
REPORT_KB: Final = 2

# Fixed: alarms, a customer's key, the report zone and two hosting zones, polls; and the API's snapshots.
QUEUES: Final = sum(isinstance(entry.trigger, Consumes) for entry in ENTRIES)
ALARMS: Final = 2 * len(ENTRIES) + 2 * QUEUES + 4
"""Errors and throttles of a function, age and dead letters of a queue, and four of the whole."""
ZONES: Final = 3
POLLS: Final = 15
"""Of an idle queue in a minute: Lambda keeps five requests open, each for twenty seconds."""
SNAPSHOT_GB: Final = sum(entry.memory for entry in API) / 1_024

# US dollars.
SES_MAIL: Final = 0.10e-3
"""Mails under 256 kB; larger ones cost by the chunk as well."""
WRU, RRU, TABLE_GB = 0.625e-6, 0.125e-6, 0.25 + 0.20
S3_PUT, S3_GET, S3_GB = 5e-6, 0.4e-6, 0.023
QUEUE_REQUEST: Final = 0.40e-6
INVOCATION, GB_SECOND = 0.20e-6, 13.3334e-6
API_REQUEST: Final = 1e-6
LOG_GB: Final = 0.50
SNAPSHOT_GB_SECOND: Final = 1.5046e-6


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    dollars: float


def bill(domains: int) -> list[Line]:
    mails, rollups, requests = (domains * each * DAYS for each in (MAILS, ROLLUPS, REQUESTS))
    looks = domains * LOOKS * DAYS
    advices = domains * ADVICES * DAYS
    invocations = mails + rollups + requests + (looks + advices) / LOOKS_AT_ONCE
    written = mails * STORE_WRU + rollups * ROLLUP_WRU + requests * REQUEST_WRU
    read = rollups * ROLLUP_RRU + requests * REQUEST_RRU
    thinking = advices * (ADVICE_WRU * WRU + ADVICE_RRU * RRU + ADVICE_GB_SECONDS * GB_SECOND)
    seconds = mails * INGEST_GB_SECONDS + rollups * ROLLUP_GB_SECONDS + requests * REQUEST_GB_SECONDS
    watching = looks * (LOOK_WRU * WRU + LOOK_RRU * RRU + LOOK_GB_SECONDS * GB_SECOND)
    kept_gb = domains * MAILS * RETAINED_DAYS / 2**20
    return [
        Line("SES, receiving", mails * SES_MAIL),
        Line("DynamoDB, requests", written * WRU + read * RRU),
        Line("DynamoDB, storage and recovery, once full", kept_gb * REPORT_KB * TABLE_GB),
        Line("S3, requests", mails * (S3_PUT + S3_GET)),
        Line("S3, mail, once full", kept_gb * MAIL_KB * S3_GB),
        Line("Looks at the DNS: table and Lambda", watching),
        Line("Advice: table and Lambda", thinking),
        Line("SQS", ((mails + rollups) * 3 + (looks + advices) * 3 / LOOKS_AT_ONCE) * QUEUE_REQUEST),
        Line("SQS, Lambda's polls", QUEUES * POLLS * 60 * 24 * DAYS * QUEUE_REQUEST),
        Line("Lambda", invocations * INVOCATION + seconds * GB_SECOND),
        Line("HTTP API", requests * API_REQUEST),
        Line("CloudWatch, logs", invocations * LOG_KB / 2**20 * LOG_GB),
        Line("CloudWatch, alarms", ALARMS * 0.10),
        Line("Route 53 zones and KMS key", ZONES * 0.50 + 1.00),
    ]


def run(report: Report) -> None:
    sizes = (10, 1_000, 100_000)
    bills = [bill(size) for size in sizes]
    rows = [
        (lines[0].what, *(f"{line.dollars:,.2f}" for line in lines)) for lines in zip(*bills, strict=True)
    ]
    sums = ("together", *(f"{sum(line.dollars for line in lines):,.2f}" for lines in bills))
    snapshots = f"{SNAPSHOT_GB * DAYS * 86_400 * SNAPSHOT_GB_SECOND:,.2f}"
    asked = ("the API from snapshots: more", *(snapshots for _ in sizes))
    columns = ("what", *(f"{size:,} domains" for size in sizes))
    report.table("A month, in US dollars", columns, [*rows, sums, asked])


if __name__ == "__main__":
    run(Report())
    sys.exit(0)
