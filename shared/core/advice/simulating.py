"""A simulation over the stored reports of one domain, while somebody waits: so within limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from shared.core.access import Readable
from shared.core.advice.row_names import named_by
from shared.core.advice.simulation import Policy, Simulation, Simulator
from shared.core.errors import Invalid
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.reports import Fact, Reports
from shared.core.rollups import Rollups, SourceLine
from shared.core.segments import unpack
from shared.core.senders.catalogue import Catalogue
from shared.core.statistics import Span

MOST_DAYS: Final = 366
MOST_ROWS: Final = 200_000
"""What bounds the time: as many take some two seconds, whatever days they are of."""

_ELSEWHERE: Final = "ask for a detail report, which takes its time"


def simulate(
    reports: Reports,
    rollups: Rollups,
    catalogue: Catalogue,
    right: Readable,
    policy: Policy,
    span: Span,
    *,
    trusts: Collection[Trust],
    most_rows: int = MOST_ROWS,
) -> Simulation:
    """``Invalid`` for more than a year, and for more rows than can be gone through at once."""
    domain = right.domain
    if domain is None:
        raise ValueError("a simulation is of one domain")
    if not span.empty and (span.last - span.first).days >= MOST_DAYS:
        raise Invalid(f"A simulation takes {MOST_DAYS} days at most; {_ELSEWHERE}", param="end_date")
    facts = [] if span.empty else _facts(reports, right.account, domain.id, span, trusts, most_rows)
    named = named_by(_lines(rollups, right, span, trusts), catalogue)
    simulator = Simulator(domain.name, policy, named)
    for fact in facts:
        simulator.add(fact.summary.policy_domain, unpack(fact.segment))
    return simulator.result()


def _facts(
    reports: Reports,
    account: AccountId,
    domain: DomainId,
    span: Span,
    trusts: Collection[Trust],
    most_rows: int,
) -> list[Fact]:
    """As they are stored, which is small."""
    rows, found = 0, []
    for fact in reports.of_span(account, domain, span.first, span.last):
        if fact.summary.trust not in trusts:
            continue
        rows += fact.summary.rows
        if rows > most_rows:
            raise Invalid(
                f"There are more than {most_rows:,} rows in these days; choose fewer, or {_ELSEWHERE}",
                param="end_date",
            )
        found.append(fact)
    return found


def _lines(rollups: Rollups, right: Readable, span: Span, trusts: Collection[Trust]) -> Iterator[SourceLine]:
    if span.empty:
        return
    for detail in rollups.details(right, span.first, span.last):
        for share in detail.shares:
            if share.trust in trusts:
                yield from share.sources
