"""Meadow's newsletter, before and since it signs as the domain: the reports of both times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from infra.local.demo.cast import MEADOW, Conduct, Watched
from infra.local.demo.reporters import REPORTERS
from infra.local.demo.traffic import Parameters, aggregates
from infra.local.demo.truth import Aggregate

DAYS_BEFORE: Final = 13
DAYS_SINCE: Final = 8
"""The planner judges a sender by the last seven days on which it sent; together with those before they are
within the thirty days that it looks at."""

DAYS_PUBLISHED: Final = 40
"""For so long p=none has been published when meadow comes to be watched: a month is wanted of it."""

_MENDED: Final = "meadow-newsletter"
_REPORTERS: Final = REPORTERS[:4]


@dataclass(frozen=True, slots=True)
class Mending:
    before: tuple[Aggregate, ...]
    since: tuple[Aggregate, ...]
    first_mended: date


def mending(last_day: date, watched: Watched = MEADOW) -> Mending:
    """What is reported up to ``last_day``, all of it of periods that lie within their own part."""
    first_mended = last_day - timedelta(days=DAYS_SINCE - 1)
    before = Parameters(
        first_mended - timedelta(days=1), DAYS_BEFORE, domains=(watched,), reporters=_REPORTERS
    )
    since = Parameters(last_day, DAYS_SINCE, domains=(_mended(watched),), reporters=_REPORTERS)
    return Mending(tuple(aggregates(before)), tuple(aggregates(since)), first_mended)


def _mended(watched: Watched) -> Watched:
    senders = (
        replace(sender, conduct=Conduct.DKIM_ONLY) if sender.key == _MENDED else sender
        for sender in watched.senders
    )
    return replace(watched, senders=tuple(senders))
