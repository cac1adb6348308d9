"""Advice as it is thought over."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.core.advice.advising import Adviser, Eyes
from shared.core.advice.lists import Shelf
from shared.wiring import queues, table
from shared.wiring.catalogues import catalogues
from shared.wiring.environment import required


@cache
def eyes() -> Eyes:
    return Eyes(
        states=table.dns_states(),
        rollups=table.rollups(),
        hostings=table.hostings(),
        catalogue=catalogues().of,
        report_domain=required(settings.REPORT_DOMAIN),
    )


@cache
def adviser() -> Adviser:
    return Adviser(
        accounts=table.accounts(),
        domains=table.domains(),
        advices=table.advices(),
        eyes=eyes(),
        alerts=queues.alert_events(),
        checks=queues.dns_checks(),
        calls=queues.advice_calls(),
    )


@cache
def shelf() -> Shelf:
    return Shelf(table.advices(), table.domains(), table.groups())
