"""Days on which far more mail failed DMARC than is usual for the domain.

The rule, in the domain's own terms: ``failed`` is what failed DMARC on a day, counted from reports whose own
mail was not forged. It is compared with the days among the 28 before that have reports, at least seven of
them. A day is a spike when all of this holds:

- at least ``FLOOR`` messages failed;
- more failed than the median and ``DEVIATIONS`` robust standard deviations (1.4826 times the median absolute
  deviation) on top, and more than twice the median;
- a larger part of the mail failed than the median part and half of that on top: where there is simply more
  mail, the same part of it fails.

The median and its deviation do not mind a few days that were spikes themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from shared.core.mail import Trust
from shared.core.rollups import DayTotals

HISTORY_DAYS: Final = 28
LEAST_DAYS: Final = 7
FLOOR: Final = 50
DEVIATIONS: Final = 5
_NORMAL: Final = 1.4826
"""Median absolute deviations in a standard deviation, where values are spread normally."""

_PART_MORE: Final = 1.5
COUNTED: Final = tuple(trust for trust in Trust if trust is not Trust.FAILED)


@dataclass(frozen=True, slots=True)
class Failed:
    """What failed DMARC of a day's mail, and what was done to all of it."""

    day: date
    failed: int
    messages: int
    quarantined: int = 0
    rejected: int = 0

    @property
    def part(self) -> float:
        return self.failed / self.messages


@dataclass(frozen=True, slots=True)
class Spike:
    """``usual`` is the median of the days before."""

    day: date
    failed: int
    messages: int
    usual: int
    quarantined: int
    rejected: int


def failed_of(totals: DayTotals) -> Failed:
    counters = totals.share(COUNTED).counters
    failed = counters.messages - counters.dmarc_pass
    return Failed(totals.day, failed, counters.messages, counters.quarantined, counters.rejected)


def spike_on(day: date, days: Sequence[Failed]) -> Spike | None:
    """Whether ``day`` is one by the days before it; others than those may be there too."""
    today = next((each for each in days if each.day == day), None)
    first = day - timedelta(days=HISTORY_DAYS)
    before = [each for each in days if first <= each.day < day and each.messages]
    if today is None or today.failed < FLOOR or len(before) < LEAST_DAYS:
        return None
    usual = median(each.failed for each in before)
    spread = median(abs(each.failed - usual) for each in before)
    most = max(usual + DEVIATIONS * _NORMAL * spread, 2 * usual)
    if today.failed <= most or today.part <= _PART_MORE * median(each.part for each in before):
        return None
    return Spike(day, today.failed, today.messages, int(usual), today.quarantined, today.rejected)
