"""The last quarter of an hour that a schedule has worked off, on the table."""

from __future__ import annotations

from contextlib import suppress

from shared.adapters.dynamodb.keys import Key
from shared.adapters.dynamodb.table import ConditionFailed, Table


def last_quarter(table: Table, schedule: Key) -> int | None:
    item = table.get(schedule)
    return None if item is None else int(item["quarter"])


def finish_quarter(table: Table, schedule: Key, quarter: int) -> None:
    """Never goes back: of two that run at once the one behind changes nothing."""
    with suppress(ConditionFailed):
        table.put(
            {**schedule._asdict(), "quarter": quarter},
            "attribute_not_exists(#pk) OR #quarter < :quarter",
            {"quarter": quarter},
        )
