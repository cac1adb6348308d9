"""Messages of a domain's last days by standing, as one small item: what lists of domains show and sort by.

``d<n>`` holds the day whose number is n modulo ``_SLOTS``: a day takes the place of one that is too old.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import Range, Step, Table, update
from shared.core.access import Readable
from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.counters import Standings
from shared.core.ids import DomainId, day_number
from shared.core.rollups import WEEK, DayRollup, DayTotals

_SLOTS: Final = WEEK + 2
"""Some reporters are a day ahead, and a day that ends stays a while: those who read look at their clock."""

_FEW: Final = 100


def week_step(rollup: DayRollup, was: DayTotals, now: int) -> Step | None:
    """Moves the day to what its rollup says; None when there is nothing to move."""
    today = utc_day(now)
    counts = rollup.totals.share().standings.counts
    if counts == was.share().standings.counts:
        return None
    if not today - timedelta(days=_SLOTS - 2) <= rollup.day <= today + timedelta(days=1):
        return None
    where, slot = keys.week(rollup.account, rollup.domain), f"d{day_number(rollup.day) % _SLOTS}"
    if not any(counts):
        return update(where, f"REMOVE #{slot}")
    said = json.dumps([day_number(rollup.day), *counts], separators=(",", ":"))
    values: dict[str, Plain] = {"counts": said, "expires": now + (_SLOTS + 2) * DAY_SECONDS}
    return update(where, f"SET #{slot} = :counts, #expires = :expires", values=values)


def read_weeks(
    table: Table, right: Readable, first: date, last: date, now: int
) -> Iterator[tuple[DomainId, Standings]]:
    """Of the domains that the right covers."""
    wanted = range(day_number(first), day_number(last) + 1)
    for item in _items(table, right):
        if item.get("expires", 0) <= now:
            continue
        days = (json.loads(value) for name, value in item.items() if name[0] == "d")
        counted = [Standings(tuple(counts)) for day, *counts in days if day in wanted]
        if counted:
            yield DomainId(int(item["sk"])), sum(counted, Standings())


def _items(table: Table, right: Readable) -> Iterator[Item]:
    """Few are read one by one, and many from the first to the last."""
    alone = right.within if right.domain is None else frozenset({right.domain.id})
    if alone is not None and len(alone) <= _FEW:
        yield from table.get_many(
            (keys.week(right.account, home) for home in sorted(alone)), consistent=False
        ).values()
        return
    partition = keys.week(right.account, DomainId(0)).pk
    between = (
        Range(partition)
        if alone is None
        else Range(partition, keys.padded(min(alone)), keys.padded(max(alone)))
    )
    for item in table.query(between):
        if right.covers(DomainId(int(item["sk"]))):
            yield item
