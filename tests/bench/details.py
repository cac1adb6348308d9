"""Detail reports through the local stack: what a question costs, and whether it is linear in the days asked.

The rows are stored directly, for to mail two million of them takes longer than all else; what is measured
begins with the question and ends when its progress is at 100.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from infra.local.credentials import client
from infra.local.stack_file import Stack
from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb.reports import DynamoReports
from shared.adapters.dynamodb.table import Table
from shared.core import ids
from shared.core.accounts import Account
from shared.core.clock import epoch_of
from shared.core.detail.results import ROW_ORDERINGS
from shared.core.domains import Domain
from shared.core.facts import Said
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Delivery, Door
from shared.core.plans import plan_named
from shared.core.reports import ReportNotes
from shared.core.segments import SegmentWriter
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Kind,
    PolicyPublished,
    Row,
    SpfAuth,
)
from tests.bench.local_stack import local_stack
from tests.bench.tables import Report
from tests.local.tenants import Tenant, open_account

DOMAINS: Final = 20
ROWS: Final = 3_334
"""Of one domain on one day: two million on 20 domains and 30 days."""

LONGEST: Final = 90
ASKED: Final = (7, 30, 90)
SECONDS: Final = 20.0
MEGABYTES: Final = 512
_PATIENCE: Final = 180.0
_VARIANTS: Final = 3
_POOL: Final = 5_000
_SENDERS: Final = ("sendgrid.net", "mailgun.org", "amazonses.com", "google.com", "nobody.example")
_FUNCTION: Final = b"AWS_LAMBDA_FUNCTION_NAME=postseal-local-run-detail-job"


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    worked: float
    """Seconds of processors that the workers took."""
    steps: int
    """Different figures that the progress was seen at."""
    token: str


def run(report: Report) -> None:
    with local_stack() as stack:
        tenant = open_account(stack)
        today = datetime.now(UTC).date()
        _fill(stack, tenant, today)
        with _Workers() as workers:
            runs = {days: _ask(tenant, workers, today, days) for days in ASKED}
        _table(report, runs, workers.peak)
        _pages(report, tenant, runs[30])


def _table(report: Report, runs: dict[int, Run], peak: float) -> None:
    dearer = runs[90].worked / runs[30].worked / 3
    rows = [
        (
            f"{days} days",
            days * DOMAINS * ROWS,
            run.seconds,
            run.worked,
            1e6 * run.worked / (days * DOMAINS * ROWS),
            run.steps,
        )
        for days, run in runs.items()
    ]
    report.table(
        f"A detail report over {DOMAINS} domains, from the question to its end",
        ("days", "rows", "seconds", "CPU seconds of workers", "µs/row of those", "progress seen"),
        rows,
    )
    held = [
        (f"30 days in {SECONDS:.0f} s", runs[30].seconds, runs[30].seconds < SECONDS),
        ("a row of 90 days is at most 1.3 times the work of one of 30", dearer, dearer < 1.3),
        ("the progress moves", runs[30].steps, runs[30].steps > 3),
        (f"a worker stays under {MEGABYTES} MB", peak, peak < MEGABYTES),
    ]
    shown = [(what, figure, report.holds(f"detail report: {what}", kept)) for what, figure, kept in held]
    report.table("What is promised of it", ("bound", "measured", "holds"), shown)


def _pages(report: Report, tenant: Tenant, done: Run) -> None:
    here = f"/detail-reports/{done.token}"
    rows = [("first read, which fetches the result", *_timed(tenant, f"{here}/sources"))]
    rows += [
        (f"rows by {ordering}", *_timed(tenant, f"{here}/domains", ordering=f"-{ordering}", limit="100"))
        for ordering in ROW_ORDERINGS
    ]
    report.table("Reading it", ("page", "ms", "of"), rows)


def _timed(tenant: Tenant, path: str, **query: str) -> tuple[float, int]:
    began = time.perf_counter()
    answer = tenant.ask("GET", path, params=query).raise_for_status().json()
    return 1_000 * (time.perf_counter() - began), answer["meta"].get("total_count", 0)


def _ask(tenant: Tenant, workers: _Workers, today: date, days: int) -> Run:
    asked = {"start_date": (today - timedelta(days=days - 1)).isoformat(), "end_date": today.isoformat()}
    began, worked = time.perf_counter(), workers.seconds()
    answer = tenant.ask("POST", "/detail-reports", json=asked)
    if answer.status_code != 202:
        raise SystemExit(f"bench: {answer.status_code} {answer.text}")
    token, seen = answer.json()["data"]["token"], set()
    while time.perf_counter() - began < _PATIENCE:
        value = tenant.data(f"/detail-reports/{token}/progress")["value"]
        seen.add(value)
        if value == 100:
            return Run(time.perf_counter() - began, workers.seconds() - worked, len(seen), token)
        time.sleep(0.5)
    raise SystemExit(f"bench: a detail report over {days} days is at {max(seen)} % after {_PATIENCE:.0f} s")


def _fill(stack: Stack, tenant: Tenant, today: date) -> None:
    dynamodb, s3 = client("dynamodb", stack.aws_endpoint), client("s3", stack.aws_endpoint)
    store = DynamoReports(Table(dynamodb, stack.table), Blobs(s3, stack.data_bucket), time.time)
    number = AccountId(ids.parse(ids.ACCOUNT, tenant.data("/account")["id"]))
    account = Account(number, "", plan_named("msp"), "", created=0)
    for place in range(DOMAINS):
        name = f"d{place}.{tenant.domain}"
        told = tenant.ask("POST", "/domains", json={"domain": name}).raise_for_status().json()["data"]
        home = Domain(DomainId(ids.parse(ids.DOMAIN, told["id"])), number, name, "", created=0, updated=0)
        segments = list(_segments(random.Random(place), place, name))
        for offset in range(LONGEST):
            day = today - timedelta(days=offset)
            said = _said(name, day, segments[offset % _VARIANTS])
            key = f"inbound/bench-{place}-{offset}"
            store.file(said.as_fact(home, account, Delivery(key, Door.MAIL, int(time.time()), ()), sole=True))


def _segments(chance: random.Random, place: int, name: str) -> Iterator[bytes]:
    """What days are made of: most of what sends on one sends on another, too."""
    pool = [_row(chance, place, spot, name) for spot in range(_POOL)]
    for _ in range(_VARIANTS):
        writer = SegmentWriter()
        for row in chance.sample(pool, ROWS):
            writer(row)
        yield writer.pack()


def _row(chance: random.Random, place: int, spot: int, name: str) -> Row:
    sender = chance.choice(_SENDERS)
    dkim, spf = chance.choice((("pass", "pass"), ("pass", "fail"), ("fail", "pass"), ("fail", "fail")))
    signed = DkimAuth(name if dkim == "pass" else sender, "s1", "pass")
    returned = SpfAuth(name if spf == "pass" else f"bounce.{sender}", "mfrom", "pass")
    return Row(
        f"{11 + place}.{spot // 250 + 1}.7.{spot % 250}",
        chance.randint(1, 500),
        Evaluated(chance.choice(("none", "quarantine")), dkim, spf),
        Identifiers(name, f"bounce.{sender}"),
        AuthResults((signed,), (returned,)),
    )


def _said(name: str, day: date, segment: bytes) -> Said:
    return Said(
        path="report.xml",
        kind=Kind.AGGREGATE,
        policy=PolicyPublished(name, p="none"),
        reporter="google.com",
        email="noreply@google.com",
        report_id=f"bench-{day}",
        begin=epoch_of(day),
        end=epoch_of(day) + 86_399,
        messages=ROWS,
        passed=ROWS,
        rows=ROWS,
        notes=ReportNotes(),
        segment=segment,
    )


class _Workers:
    """The processes of the worker, looked at while it works: the largest that one was, in MB, and the time
    that they took."""

    def __enter__(self) -> _Workers:
        self.peak = 0.0
        self._taken: dict[Path, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def seconds(self) -> float:
        self._look()
        return sum(self._taken.values())

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self._look()

    def _look(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if _FUNCTION in (process / "environ").read_bytes():
                    self.peak = max(self.peak, _high_water(process))
                    self._taken[process] = _processor_time(process)


def _high_water(process: Path) -> float:
    for line in (process / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1_024
    return 0.0


def _processor_time(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    run(Report())
