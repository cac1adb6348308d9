"""What the sources of an account of 1,000 domains cost: summing them up, and a page of them.

Each domain has 8 days of 20 senders. The days are stored as rollups are; a page is read as the API reads it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.rollup_items import packed_detail
from shared.adapters.dynamodb.snapshots import DynamoSnapshots
from shared.core.access import Readable
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.queues import SourceRefresh
from shared.core.rollups import DayDetail, ReporterLine, ShareDetail, SourceLine
from shared.core.senders.standing import Standing
from shared.core.sending.refreshing import DAYS, Refresher
from shared.core.sending.sources import SourceFilter, account_sources, source_domains
from tests.bench import emulator
from tests.bench.tables import Report
from tests.bench.units import LAST, NOW, Bench, Budget

SIZES: Final = (10, 1_000)
SENDERS: Final = 20
PAGE: Final = Budget(write=0, read=4)
"""Whatever the number of domains: the item that leads to the snapshot, and the account's own."""

T = TypeVar("T")


@dataclass(slots=True)
class _Timed:
    seconds: float = 0.0

    def __call__(self, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            return work()
        finally:
            self.seconds = time.perf_counter() - started


def run(report: Report) -> None:
    with emulator.running() as endpoint:
        bench = Bench(endpoint, report)
        snapshots = DynamoSnapshots(bench.table, bench.blobs)
        refresher = Refresher(bench.accounts, bench.domains, bench.rollups, snapshots, _together)
        times = []
        there = 1
        for size in SIZES:
            for number in range(there, size):
                _stored(bench, number)
            there = size
            times.append(_measured(bench, refresher, size))
        report.table(
            "the sources of an account (7 days and today, 20 senders of each domain)",
            ("work", "WRU", "RRU", "budget", "held", "calls"),
            bench.rows,
        )
        report.table(
            "the same on this machine's clock",
            ("domains", "bytes of the snapshot", "to sum up, s", "a page, ms", "of domains and sources, ms"),
            times,
        )


def _measured(bench: Bench, refresher: Refresher, size: int) -> tuple[object, ...]:
    whole = bench.right()
    summing, page, pairs = _Timed(), _Timed(), _Timed()
    order = SourceRefresh(bench.account.id, NOW)
    bench.cost(
        f"sum up {size:,} domains", Budget(write=4), lambda: summing(lambda: refresher.refresh(order, NOW))
    )

    def sources() -> int:
        found = refresher.snapshots.read(bench.account.id)
        return 0 if found is None else len(account_sources(found, whole, SourceFilter()))

    def domains() -> int:
        found = refresher.snapshots.read(bench.account.id)
        return 0 if found is None else len(source_domains(found, whole, SourceFilter()))

    bench.cost(f"a page of the sources of {size:,} domains", PAGE, lambda: page(sources))
    bench.cost(f"a page of {size:,} domains and their sources", PAGE, lambda: pairs(domains))
    place = bench.table.get(keys.snapshot(bench.account.id)) or {}
    packed = bench.blobs.get(place["place"]) or b""
    milliseconds = (f"{1_000 * timed.seconds:,.0f}" for timed in (page, pairs))
    return (f"{size:,}", f"{len(packed):,}", f"{summing.seconds:.1f}", *milliseconds)


def _stored(bench: Bench, number: int) -> None:
    name = f"d{number}.example"
    domain = Domain(DomainId(number), bench.account.id, name, f"token{number}", 0, 0)
    bench.domains.add(domain)
    for ago in range(DAYS + 1):
        day = LAST - timedelta(ago)
        where = keys.day_detail(bench.account.id, domain.id, day)
        packed = packed_detail(_detail(number, day))
        bench.table.put({**where._asdict(), "version": 1, "expires": NOW + 86_400, "detail": packed})


def _detail(number: int, day: date) -> DayDetail:
    lines = tuple(_line(number, sender, day) for sender in range(SENDERS))
    return DayDetail(day, (ShareDetail(Trust.AUTHENTICATED, lines, (ReporterLine("google.com", 1, 1),)),))


def _line(number: int, sender: int, day: date) -> SourceLine:
    """The first ten senders are those of every domain."""
    place = sender if sender < SENDERS // 2 else number * SENDERS + sender
    domain = f"sender{place}.example"
    cells = (0, 0, 0, 100 + number % 90, 0, sender, 0, 0, day.day, 0, 0, 0)
    return SourceLine(
        sender_domain=domain,
        sender_name=f"Sender {place}",
        category="marketing",
        evidence="dkim",
        ip=f"198.51.{place % 250}.{sender}",
        counters=Counters(cells),
        host=f"mail.{domain}",
        host_confirmed=True,
        country="DE",
        asn=64_500 + sender,
        network="Example Networks",
        dkim_domains=(domain,),
        spf_domains=(domain,),
        header_from=(f"d{number}.example",),
        standing=Standing.CAPABLE,
        evidence_value=domain,
    )


def _together(
    work: Callable[[Readable], list[DayDetail]], rights: Sequence[Readable]
) -> list[list[DayDetail]]:
    with ThreadPoolExecutor(8) as readers:
        return list(readers.map(work, rights))
