"""The days that somebody asks about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from shared.core.callers import Caller, require_retained
from shared.core.clock import utc_day
from shared.core.errors import Malformed
from shared.core.statistics import Span

USUAL_DAYS: Final = 7
MOST_DAYS: Final = 60


def span_of(caller: Caller, begin: date | None, end: date | None, *, usual: int = USUAL_DAYS) -> Span:
    """Both included, days to come left out. ``Malformed`` in the wrong order, for more than 60 days, for days
    further back than is kept, and where all are to come; ``RetentionExceeded`` beyond the plan."""
    today = utc_day(caller.now)
    last = today if end is None else end
    first = min(last, today) - timedelta(days=usual - 1) if begin is None else begin
    if first > last:
        raise Malformed("begin is after end", param="begin")
    if first > today:
        raise Malformed("begin is yet to come", param="begin")
    if (last - first).days >= MOST_DAYS:
        raise Malformed(f"begin and end are at most {MOST_DAYS} days apart", param="begin")
    if begin is not None:
        require_retained(caller, begin, param="begin")
    if begin is not None and (today - begin).days >= MOST_DAYS:
        raise Malformed(f"begin is at most {MOST_DAYS} days back", param="begin")
    return Span(max(first, caller.retained_from, today - timedelta(days=MOST_DAYS - 1)), min(last, today))
