"""What it costs to watch the DNS of 100,000 domains: measured looks, and what follows for a day.

A batch is looked at as the worker does it, over a table of the emulator and a DNS server that takes 20 ms to
answer. Waiting takes as long in Lambda; work takes longer there, as a function has the share of a core that
its memory pays for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.adapters.dns_servers import Server
from shared.adapters.dns_upstream import Upstream
from shared.adapters.dynamodb.dns_states import DynamoDnsStates
from shared.adapters.dynamodb.watching import DynamoApprovedSources, DynamoTurns
from shared.adapters.https import HttpsFetcher
from shared.adapters.resolver import ResolvedLookups
from shared.core.domains import Domain
from shared.core.ids import DomainId
from shared.core.queues import DnsCheck
from shared.core.watching.checking import Watcher
from shared.core.watching.schedule import QUARTER_SECONDS, Turn, send_due
from tests.bench import emulator
from tests.bench.bill import GB_SECOND, INVOCATION, LOG_GB, LOG_KB, QUEUE_REQUEST, RRU, WRU
from tests.bench.metering import Units
from tests.bench.name_server import running
from tests.bench.tables import Report
from tests.bench.units import NOW, Bench
from tests.bench.zones import domains
from tests.fakes.queues import FakeAlertEvents, FakeDnsChecks

DOMAINS: Final = 100_000
LOOKS: Final = (1, 4)
"""Of a domain in a day: of the smallest plan, and of the others."""
CHANGED: Final = 0.01
"""Assumed share of looks that find a change, which is looked at a second time."""

BATCH: Final = 10
MEMORY_GB: Final = 0.5
CORE_GB: Final = 1_769 / 1_024
"""Memory at which a function has a whole core."""

_BATCHES: Final = 3
_INTERVAL: Final = 96
_DELAY: Final = 0.020


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one look, or of one run of the scheduler; seconds of this machine."""

    write: float
    read: float
    waiting: float
    working: float

    @property
    def lambda_seconds(self) -> float:
        return self.waiting + self.working * max(CORE_GB / MEMORY_GB, 1)


class Watch:
    """Domains that are watched; ``checks`` is what would have been sent."""

    def __init__(self, endpoint: str) -> None:
        self.bench = Bench(endpoint, Report())
        self.turns = DynamoTurns(self.bench.table)
        self.checks = FakeDnsChecks()
        self.now = NOW
        names = domains(BATCH * _BATCHES)
        self._due = [DnsCheck(self.bench.account.id, self._add(n, name)) for n, name in enumerate(names)]

    def _add(self, number: int, name: str) -> DomainId:
        id_ = DomainId(number + 1)
        domain = Domain(id_, self.bench.account.id, name, f"t{number:019}", 0, 0, active=True, verified=1)
        self.bench.domains.add(domain)
        return id_

    def look(self, port: int) -> Cost:
        """One look at each domain, in batches; what one costs."""
        watcher = Watcher(
            accounts=self.bench.accounts,
            domains=self.bench.domains,
            states=DynamoDnsStates(self.bench.table, lambda: self.now),
            turns=self.turns,
            sources=DynamoApprovedSources(self.bench.table),
            lookups=ResolvedLookups(Upstream((Server("127.0.0.1", port),)), HttpsFetcher()),
            checks=self.checks,
            report_domain="reports.example.com",
            alerts=FakeAlertEvents(),
        )
        self.now += QUARTER_SECONDS

        def batches() -> None:
            for start in range(0, len(self._due), BATCH):
                due = self._due[start : start + BATCH]
                ready = [watched for check in due if (watched := watcher.watched(check, self.now))]
                for looked in watcher.look(ready, self.now):
                    watcher.put_away(looked, self.now)

        return self._measured(batches, len(self._due))

    def schedule(self) -> Cost:
        """One quarter of an hour of a day in which each of ``DOMAINS`` has one turn."""
        quarter = self.now // QUARTER_SECONDS
        for number in range(DOMAINS // _INTERVAL):
            domain = DomainId(_INTERVAL * (number + 1) + quarter % _INTERVAL)
            self.turns.put(Turn(self.bench.account.id, domain, _INTERVAL))
        return self._measured(lambda: send_due(self.turns, self.checks, self.now), 1)

    def _measured(self, work: Callable[[], object], times: int) -> Cost:
        began, worked = time.perf_counter(), time.process_time()
        with self.bench.meter.measure() as units:
            work()
        working = time.process_time() - worked
        waiting = max(time.perf_counter() - began - working, 0.0)
        return _each(units, waiting, working, times)


def _each(units: Units, waiting: float, working: float, times: int) -> Cost:
    return Cost(units.write / times, units.read / times, waiting / times, working / times)


def run(report: Report) -> None:
    with emulator.running() as endpoint:
        watch = Watch(endpoint)
        count = BATCH * _BATCHES
        with running(count, _DELAY) as port:
            first, same = watch.look(port), watch.look(port)
        with running(count, _DELAY, edition=2) as port:
            changed, confirmed = watch.look(port), watch.look(port)
        confirmations = len(watch.checks.sent)
        quarter = watch.schedule()
    report.holds("a change is looked at a second time", confirmations == count)
    looks = (
        ("the first ever", first),
        ("nothing changed", same),
        ("a record changed", changed),
        ("the same, confirmed", confirmed),
        (f"finding the {DOMAINS // _INTERVAL:,} domains of a quarter of an hour", quarter),
    )
    report.table(
        f"Looks at the DNS of a domain, in batches of {BATCH}; {_DELAY * 1_000:.0f} ms to an answer",
        ("one look", "WRU", "RRU", "ms waiting", "ms working", f"ms in {MEMORY_GB:g} GB"),
        [(what, *_figures(cost)) for what, cost in looks],
    )
    days = [_day(times, same, changed, confirmed, quarter) for times in LOOKS]
    report.table(
        f"Watching {DOMAINS:,} domains for a day, {CHANGED:.0%} of looks finding a change",
        ("what", *(f"{times} look{'s' * (times > 1)} each" for times in LOOKS)),
        [(row[0][0], *(value for _, value in row)) for row in zip(*days, strict=True)],
    )


def _figures(cost: Cost) -> Sequence[float]:
    return cost.write, cost.read, cost.waiting * 1_000, cost.working * 1_000, cost.lambda_seconds * 1_000


def _day(times: int, same: Cost, changed: Cost, confirmed: Cost, quarter: Cost) -> list[tuple[str, str]]:
    calm, news = DOMAINS * times * (1 - CHANGED), DOMAINS * times * CHANGED
    parts = ((calm, same), (news, changed), (news, confirmed), (96 * times, quarter))
    looks = calm + 2 * news
    seconds = sum(count * cost.lambda_seconds for count, cost in parts)
    written = sum(count * cost.write for count, cost in parts)
    read = sum(count * cost.read for count, cost in parts)
    invocations = looks / BATCH + 96
    # A batch of ten is sent, received and deleted by one request each.
    requests = looks / 10 + 2 * invocations
    dollars = (
        ("Lambda", seconds * MEMORY_GB * GB_SECOND + invocations * INVOCATION),
        ("DynamoDB", written * WRU + read * RRU),
        ("SQS", requests * QUEUE_REQUEST),
        ("CloudWatch, logs", invocations * LOG_KB / 2**20 * LOG_GB),
    )
    return [
        ("looks", f"{looks:,.0f}"),
        (f"Lambda seconds ({MEMORY_GB:g} GB)", f"{seconds:,.0f}"),
        ("write request units", f"{written:,.0f}"),
        ("read request units", f"{read:,.0f}"),
        *((f"{what}, $", f"{spent:.3f}") for what, spent in dollars),
        ("together, $", f"{sum(spent for _, spent in dollars):.3f}"),
    ]


if __name__ == "__main__":
    run(Report())
