"""What a page of an account's domains costs by group, by tag and by access: in an account of 10,000."""

from __future__ import annotations

from typing import Final

from shared.core.callers import Caller
from shared.core.domain_lists import list_domains
from shared.core.paging import Cursor, PageRequest
from tests.bench.metering import Meter
from tests.bench.tables import Report
from tests.contract import given
from tests.contract.crowds import crowd
from tests.contract.stores import on_aws
from tests.contract.test_domain_places import PAGES

DOMAINS: Final = 10_000
LIMIT: Final = 100
MOST: Final = LIMIT + 10
"""Read units of a page: each domain is read by its id, and ids are looked at that are not shown."""


def run(report: Report) -> None:
    rows = []
    with on_aws() as stores:
        here = crowd(stores, given.account(stores, plan="operator"), DOMAINS)
        meter = Meter()
        meter.watch(stores.table.client)
        for what, (rights, wanted) in PAGES.items():
            caller = Caller(here.owner, None, 1_000.0, rights)
            spent = []
            for cursor in (None, Cursor(here.middle // 2, 9), Cursor(here.middle, 9)):
                with meter.measure() as units:
                    list_domains(here.shelves, caller, wanted, PageRequest(LIMIT, cursor))
                spent.append(units.read)
            held = report.holds(f"a page of domains, {what}: {MOST} RRU", max(spent[1:]) <= MOST)
            rows.append((what, *spent, f"{MOST} RRU", held))
    report.table(
        f"A page of {LIMIT} out of {DOMAINS:,} domains, read units",
        ("domains", "first page, counted", "a quarter in", "half in", "promised", "holds"),
        rows,
    )
