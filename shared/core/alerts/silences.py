"""Receivers that always reported, and have stopped.

Reports of a day come up to two days later, so that ``SILENT_DAYS`` days without one are waited for. Who
reported on ``REGULAR_DAYS`` of the 28 days before those is a receiver that always reports. Where all of them
stop at once it is not them: that is one silence, of everybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.alerts.spikes import COUNTED, HISTORY_DAYS
from shared.core.rollups import DayDetail

SILENT_DAYS: Final = 4
REGULAR_DAYS: Final = 15
EVERYBODY: Final = "All that reported on most days"


@dataclass(frozen=True, slots=True)
class Silence:
    reporter: str
    last: date
    """The last day that it reported on."""
    usual: int
    """On how many of the 28 days before the silence it reported."""


def silences(today: date, details: Sequence[DayDetail]) -> list[Silence]:
    """As it looks on ``today``, which does not count: its reports are yet to come."""
    silent_from = today - timedelta(days=SILENT_DAYS)
    regular_from = silent_from - timedelta(days=HISTORY_DAYS)
    seen: dict[str, set[date]] = defaultdict(set)
    for detail in details:
        if regular_from <= detail.day < today:
            for reporter in _reporters(detail):
                seen[reporter].add(detail.day)
    regular = {
        reporter: days
        for reporter, days in seen.items()
        if sum(day < silent_from for day in days) >= REGULAR_DAYS
    }
    silent = {reporter: days for reporter, days in regular.items() if max(days) < silent_from}
    if len(silent) == len(regular) > 1:
        last = max(max(days) for days in silent.values())
        return [Silence(EVERYBODY, last, max(map(len, silent.values())))]
    return [Silence(reporter, max(days), len(days)) for reporter, days in sorted(silent.items())]


def _reporters(detail: DayDetail) -> set[str]:
    shares = (share for share in detail.shares if share.trust in COUNTED)
    return {line.reporter for share in shares for line in share.reporters}
