"""Which days a question about sources or reporters means."""

from __future__ import annotations

from datetime import date, timedelta

from functions.api.domains.schemas import Range
from shared.core.callers import Caller, require_retained
from shared.core.clock import utc_day
from shared.core.statistics import Span

_DAYS = {Range.TWO_DAYS: 2, Range.WEEK: 7, Range.MONTH: 30}


def span_of(caller: Caller, wanted: Range, day: date | None) -> Span:
    """The days of a range, today included, or the one day that overrides it.

    ``RetentionExceeded`` for a day that the plan does not keep."""
    if day is not None:
        require_retained(caller, day, param="date")
        return Span(day, day)
    today = utc_day(caller.now)
    return Span(max(today - timedelta(days=_DAYS[wanted]), caller.retained_from), today)
