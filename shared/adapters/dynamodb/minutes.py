"""Requests of a minute, counted on an item that says more about who sends them: with one write.

The count of a minute stands in one of 61 slots of the item, chosen by the minute, and every write clears all
the others. The first request of a minute so finds its slot empty, without having to know which minute was
counted before. Only after a rest of a multiple of 61 minutes an old count stands in the slot; then, and where
a clock is behind, a second write is needed.

``window`` is the latest minute that was counted, and so also the time of the last use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.keys import Key
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.api_keys import WINDOW_SECONDS, Allowance

SLOTS: Final = 61
"""A prime, so that nothing that comes by the clock (hourly, daily, weekly) finds its own old count."""

EMPTY: Final[Mapping[str, int]] = {"window": 0}
"""What an item that nobody was counted on begins with."""


@dataclass(frozen=True, slots=True)
class Tally:
    """``item`` as it is now, None for none. Without an ``allowance`` the condition of who counts did not
    hold; where that is exceeded, it was not looked at."""

    item: Item | None
    allowance: Allowance | None = None


def count(
    table: Table,
    where: Key,
    now: int,
    *,
    condition: str,
    values: Mapping[str, Plain],
    change: str = "",
) -> Tally:
    """Count a request, up to the item's ``requests_per_minute``, if ``condition`` holds. ``change`` is set in
    the same write."""
    minute = now // WINDOW_SECONDS
    while True:
        try:
            item = table.update(
                where,
                _counting(minute, change),
                f"{condition} AND {_uncounted(minute)}",
                _values(minute, values),
            )
            return Tally(item, _allowance(item, minute))
        except ConditionFailed as failure:
            seen = failure.item
        if seen is None:
            return Tally(None)
        counted, used = seen["window"], seen.get(_slot(minute), 0)
        if counted > minute:
            # A clock that is behind counts in the minute that others have reached.
            minute = counted
        elif counted == minute and used >= seen["requests_per_minute"]:
            return Tally(seen, _allowance(seen, minute, exceeded=True))
        elif counted < minute and used:
            _clear(table, where, counted, minute)
        else:
            return Tally(seen)


def last_minute(item: Item) -> int | None:
    """When the minute began in which a request was counted last, in epoch seconds."""
    return item["window"] * WINDOW_SECONDS or None


def _counting(minute: int, change: str) -> str:
    slot = _slot(minute)
    others = ", ".join(f"#{name}" for name in _NAMES if name != slot)
    more = f", {change}" if change else ""
    return f"SET #window = :minute, #{slot} = if_not_exists(#{slot}, :none) + :one{more} REMOVE {others}"


def _uncounted(minute: int) -> str:
    slot = f"#{_slot(minute)}"
    room = f"#window = :minute AND {slot} < #requests_per_minute"
    return f"#window <= :minute AND (attribute_not_exists({slot}) OR ({room}))"


def _values(minute: int, values: Mapping[str, Plain]) -> Mapping[str, Plain]:
    return {**values, "minute": minute, "none": 0, "one": 1}


def _clear(table: Table, where: Key, counted: int, minute: int) -> None:
    """Take away what was counted in the slot long ago; harmless when somebody else did."""
    try:
        table.update(where, f"REMOVE #{_slot(minute)}", "#window = :counted", {"counted": counted})
    except ConditionFailed:
        return


def _allowance(item: Item, minute: int, *, exceeded: bool = False) -> Allowance:
    limit = item["requests_per_minute"]
    remaining = 0 if exceeded else max(limit - item[_slot(minute)], 0)
    return Allowance(limit, remaining, (minute + 1) * WINDOW_SECONDS, exceeded)


def _slot(minute: int) -> str:
    return _NAMES[minute % SLOTS]


_NAMES: Final = tuple(f"n{number}" for number in range(SLOTS))
