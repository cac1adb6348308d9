"""Days and instants, always UTC. Reports count for the UTC day on which their period begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from shared.core.errors import Malformed

DAY_SECONDS = 86_400


def utc_day(epoch: float) -> date:
    return datetime.fromtimestamp(epoch, UTC).date()


def epoch_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def rfc3339(epoch: float) -> str:
    """Seconds precision, ``Z``."""
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def parse_rfc3339(text: str, *, param: str) -> int:
    """Epoch seconds of a moment with its offset; ``Malformed`` for anything else."""
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or len(text) < len("2026-11-20T06:12:09Z"):
        raise Malformed(f"{param}: a time is written like 2026-11-20T06:12:09Z", param=param)
    return int(moment.timestamp())
