"""The whole way of a report through the local stack: from SMTP to the API, stage by stage.

Each stage is seen from outside, by polling: it holds what the emulator costs, too. Reading and packing in
this process stands beside it, as the part that is ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from infra.local.demo.posting import post
from infra.local.demo.script import Mail
from infra.local.stack_file import Stack
from shared.core.segments import SegmentWriter
from shared.mailauth.reports import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Parsed
from tests.bench.local_stack import local_stack
from tests.bench.tables import Report
from tests.fixtures.packaging import Attached, gzip, mail
from tests.fixtures.reports import Record, aggregate_xml
from tests.local.tenants import Tenant, open_tenant

MAILS = 200
AT_ONCE = 16
PATIENCE = 120.0
_POLL = 0.3


def run(report: Report) -> None:
    with local_stack() as stack:
        _measure(report, stack, open_tenant(stack))


def _measure(report: Report, stack: Stack, tenant: Tenant) -> None:
    address = tenant.data(f"/domains/{tenant.domain}")["reporting_address"]
    mails = [Mail(address, _mail(tenant.domain, number)) for number in range(MAILS)]
    began = time.perf_counter()
    post(stack, mails, at_once=AT_ONCE)
    accepted = time.perf_counter() - began
    stored = _until(began, lambda: _reports(tenant) == MAILS)
    counted = _until(began, lambda: _messages(tenant) == sum(range(1, MAILS + 1)))
    ours = _read_and_pack([each.data for each in mails])
    rows = [
        (name, spent, MAILS / spent)
        for name, spent in (
            ("accepted by SMTP", accepted),
            ("visible in /v1/reports", stored),
            ("counted in the statistics", counted),
            ("of that, reading and packing (measured here)", ours),
        )
    ]
    title = f"{MAILS} mails over {AT_ONCE} connections, from the first byte until all are"
    report.table(title, ("stage", "seconds", "reports/s"), rows)


def _mail(domain: str, number: int) -> bytes:
    yesterday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    begin = int((yesterday - timedelta(days=number % 20)).timestamp())
    record = Record(source_ip=f"203.0.113.{number % 250}", count=number + 1, header_from=domain)
    xml = aggregate_xml(
        records=[record], domain=domain, report_id=f"bench-{number}", begin=begin, end=begin + 86_399
    )
    return mail(Attached(gzip(xml), "application/gzip", f"r!{domain}!{number}.xml.gz"))


def _reports(tenant: Tenant) -> int:
    """Of the list itself: the total follows the rollups."""
    seen, cursor = 0, ""
    while True:
        answer = tenant.ask(
            "GET", "/reports", params={"limit": 100, **({"cursor": cursor} if cursor else {})}
        )
        body = answer.raise_for_status().json()
        seen += len(body["data"])
        cursor = body["meta"]["next_cursor"] or ""
        if not cursor:
            return seen


def _messages(tenant: Tenant) -> int:
    return int(tenant.data(f"/domains/{tenant.domain}/stats")["totals"]["total_messages"])


def _until(began: float, reached: Callable[[], bool]) -> float:
    while not reached():
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit(f"bench: not all of {MAILS} mails arrived in {PATIENCE:.0f} s")
        time.sleep(_POLL)
    return time.perf_counter() - began


def _read_and_pack(mails: list[bytes]) -> float:
    began = time.perf_counter()
    for data in mails:
        for reading in read_delivery(data, open_sink=SegmentWriter, meter=Meter(Limits(), time.thread_time)):
            if not isinstance(reading, Parsed) or not isinstance(reading.rows, SegmentWriter):
                raise SystemExit(f"bench: {reading}")
            reading.rows.pack()
    return time.perf_counter() - began


if __name__ == "__main__":
    run(Report())
