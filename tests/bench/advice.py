"""What it costs to think over the advice about 10,000 domains: measured passes, and what follows for a day.

A pass is made as the worker makes it, over a table of the emulator, about a domain with thirty days of
reports of four sources. Work takes longer in Lambda, as a function has the share of a core that its memory
pays for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shared.adapters.dynamodb.advices import DynamoAdvices
from shared.adapters.dynamodb.dns_states import DynamoDnsStates
from shared.adapters.dynamodb.hostings import DynamoHostings
from shared.core.advice.advising import Adviser, Eyes, call_for_all
from shared.core.clock import utc_day
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.queues import AdviceDue
from shared.core.rollups import DayDetail, DayRollup, DayTotals, ReporterLine, Share, ShareDetail, SourceLine
from shared.core.senders.catalogue import builtin
from shared.core.senders.standing import Standing
from shared.core.watching.looking import advance
from shared.mailauth.evaluate.whole import assembled, parts_of
from tests.bench import emulator
from tests.bench.bill import GB_SECOND, INVOCATION, QUEUE_REQUEST, RRU, WRU
from tests.bench.tables import Report
from tests.bench.units import NOW, Bench
from tests.fakes.dns import FakeDns, FakeLookups
from tests.fakes.queues import FakeAdviceCalls, FakeAlertEvents, FakeDnsChecks

DOMAINS: Final = 10_000
MEASURED: Final = 20
BATCH: Final = 50
MEMORY_GB: Final = 1.0
CORE_GB: Final = 1_769 / 1_024
ANSWER: Final = 0.006
"""Assumed seconds of a request to DynamoDB from Lambda: the emulator's are nobody's."""

_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one pass over one domain; ``working`` in seconds of this machine."""

    write: float
    read: float
    requests: float
    working: float

    @property
    def lambda_seconds(self) -> float:
        return self.requests * ANSWER + self.working * max(CORE_GB / MEMORY_GB, 1)


class Passes:
    def __init__(self, endpoint: str) -> None:
        self.bench = Bench(endpoint, Report())
        self.now = NOW
        self.states = DynamoDnsStates(self.bench.table, lambda: self.now)
        eyes = Eyes(
            states=self.states,
            rollups=self.bench.rollups,
            hostings=DynamoHostings(self.bench.table),
            catalogue=lambda _: builtin(),
            report_domain="reports.example.com",
        )
        self.adviser = Adviser(
            accounts=self.bench.accounts,
            domains=self.bench.domains,
            advices=DynamoAdvices(self.bench.table),
            eyes=eyes,
            alerts=FakeAlertEvents(),
            checks=FakeDnsChecks(),
            calls=FakeAdviceCalls(),
        )
        self.homes = [self._domain(number) for number in range(1, MEASURED + 1)]

    def measured(self) -> Cost:
        """One pass over each domain."""
        return self._each(self._pass, MEASURED)

    def called(self) -> Cost:
        """Asking for all of them, for each."""
        return self._each(lambda: call_for_all(self.bench.domains, FakeAdviceCalls()), MEASURED)

    def another_day(self) -> None:
        """The reports of a day come in."""
        self.now += 86_400
        for home in self.homes:
            self._report(home, 0)

    def _pass(self) -> None:
        for home in self.homes:
            self.adviser.advise(AdviceDue(home.account, home.id), self.now)

    def _each(self, work: Callable[[], object], times: int) -> Cost:
        worked = time.process_time()
        with self.bench.meter.measure() as units:
            work()
        working = time.process_time() - worked
        asked = sum(units.calls.values())
        return Cost(units.write / times, units.read / times, asked / times, working / times)

    def _domain(self, number: int) -> Domain:
        name = f"d{number}.example"
        domain = Domain(
            DomainId(number), self.bench.account.id, name, f"t{number:019}", 0, 0, verified=1, dns_checked=NOW
        )
        self.bench.domains.add(domain)
        active = self.bench.domains.activate(domain, allowed=10_000, now=NOW)
        lookups = FakeLookups(FakeDns({(f"_dmarc.{name}", "TXT"): ["v=DMARC1; p=none; pct=50"]}))
        seen = assembled(name, lookups.run_all(parts_of(name, (), now=NOW)))
        state, _ = advance(None, seen, account=active.account, domain=active.id, now=NOW, last_checked=None)
        self.states.replace(replace(state, version=1), (), expires=2**40)
        for ago in range(1, _DAYS):
            self._report(active, ago)
        return active

    def _report(self, home: Domain, ago: int) -> None:
        """Four sources, of which one fails; today more than before."""
        day = utc_day(self.now) - timedelta(days=ago)
        passed, failed = Counters((0, 0, 0, 90 if ago else 99, *[0] * 8)), Counters((30, *[0] * 11))
        lines = tuple(
            SourceLine(
                f"s{place}.example",
                f"Sender {place}",
                "marketing",
                "dkim",
                f"192.0.2.{place}",
                failed if place == 3 else passed,
                dkim_domains=(home.name,),
                header_from=(home.name,),
                standing=Standing.CAPABLE,
            )
            for place in range(4)
        )
        total = sum((line.counters for line in lines), Counters())
        heard = tuple(ReporterLine(name, 1, total.messages // 2) for name in ("google.com", "yahoo.com"))
        totals = DayTotals(day, ((Trust.AUTHENTICATED, Share(2, total)),))
        detail = DayDetail(day, (ShareDetail(Trust.AUTHENTICATED, lines, heard),))
        rollup = DayRollup(home.account, home.id, totals, detail, expires=2**40)
        assert self.bench.rollups.replace(rollup, expected=0)


def run(report: Report) -> None:
    with emulator.running() as endpoint:
        passes = Passes(endpoint)
        first, same = passes.measured(), passes.measured()
        passes.another_day()
        day, called = passes.measured(), passes.called()
    report.holds("a pass without news writes nothing", same.write == 0)
    rows = (
        ("the first ever", first),
        ("nothing changed", same),
        ("a day's reports came", day),
        ("asked for", called),
    )
    report.table(
        f"A pass over the advice about a domain with {_DAYS} days of reports of four sources",
        ("one domain", "WRU", "RRU", "requests", "ms working", f"ms in {MEMORY_GB:g} GB"),
        [(what, *_figures(cost)) for what, cost in rows],
    )
    calm, busy = _pass(same, called), _pass(day, called)
    report.table(
        f"One scheduled pass over {DOMAINS:,} domains",
        ("what", "nothing changed", "every domain had reports"),
        [(what, quiet, loud) for (what, quiet), (_, loud) in zip(calm, busy, strict=True)],
    )


def _figures(cost: Cost) -> tuple[float, ...]:
    seconds = (cost.working, cost.lambda_seconds)
    return cost.write, cost.read, cost.requests, *(each * 1_000 for each in seconds)


def _pass(cost: Cost, called: Cost) -> list[tuple[str, str]]:
    seconds = DOMAINS * (cost.lambda_seconds + called.lambda_seconds)
    invocations = DOMAINS / BATCH + 1
    written, read = DOMAINS * cost.write, DOMAINS * (cost.read + called.read)
    # Ten messages are sent by one request; a batch is received and deleted by ten each.
    requests = DOMAINS / 10 * 3
    dollars = (
        seconds * MEMORY_GB * GB_SECOND
        + invocations * INVOCATION
        + written * WRU
        + read * RRU
        + requests * QUEUE_REQUEST
    )
    return [
        (f"Lambda seconds ({MEMORY_GB:g} GB)", f"{seconds:,.0f}"),
        ("write request units", f"{written:,.0f}"),
        ("read request units", f"{read:,.0f}"),
        ("together, $", f"{dollars:.3f}"),
    ]


if __name__ == "__main__":
    run(Report())
