"""Digests as they are mailed."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.core.alerts.digests import Digester
from shared.wiring import table
from shared.wiring.environment import required
from shared.wiring.people import letters


@cache
def digester() -> Digester:
    return Digester(
        accounts=table.accounts(),
        members=table.members(),
        domains=table.domains(),
        groups=table.groups(),
        rollups=table.rollups(),
        alerts=table.alerts(),
        advices=table.advices(),
        marks=table.digest_marks(),
        letters=letters(),
        pages=required(settings.PAGES_URL),
        key=table.unsubscribe_key(),
    )
