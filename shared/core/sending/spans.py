"""The days that questions about addresses are of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from shared.core.callers import Caller
from shared.core.clock import utc_day
from shared.core.errors import Malformed
from shared.core.statistics import Span

MOST_DAYS: Final = 31
"""Of one question: all its days are read for every page."""


def bounded_span(caller: Caller, first: date | None, last: date | None) -> Span:
    """The asked days, the last 30 by default, as far as the plan keeps them and today has come.

    ``Malformed`` in the wrong order, and for more days than ``MOST_DAYS``."""
    today = utc_day(caller.now)
    asked_last = today if last is None else last
    window = timedelta(days=MOST_DAYS - 1)
    asked_first = min(asked_last, today) - window if first is None else first
    if asked_first > asked_last:
        raise Malformed("date_from is after date_to", param="date_from")
    if last is None and asked_first < today - window:
        asked_last = asked_first + window
    if asked_last - asked_first > window:
        raise Malformed(f"Ask for {MOST_DAYS} days at most", param="date_from")
    return Span(max(asked_first, caller.retained_from), min(asked_last, today))
