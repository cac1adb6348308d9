"""Alerts as they are raised and delivered."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.event_bus import EventBridgeBus
from shared.core.alerts.deliveries import WAITS
from shared.core.alerts.delivering import Deliverer
from shared.core.alerts.quotas import QuotaWatch
from shared.core.alerts.raising import Raiser
from shared.core.alerts.report_watch import ReportWatch
from shared.wiring import clients, entropy, lookups, queues, table
from shared.wiring.environment import optional, required
from shared.wiring.people import letters


@cache
def raiser() -> Raiser:
    return Raiser(
        accounts=table.accounts(),
        domains=table.domains(),
        alerts=table.alerts(),
        webhooks=table.webhooks(),
        deliveries=table.deliveries(),
        orders=queues.delivery_orders(),
        bus=EventBridgeBus(clients.events(), required(settings.ALERT_BUS)),
    )


@cache
def deliverer() -> Deliverer:
    """Its look-ups keep nothing: where a host leads is asked before each attempt."""
    return Deliverer(
        accounts=table.accounts(),
        alerts=table.alerts(),
        webhooks=table.webhooks(),
        deliveries=table.deliveries(),
        orders=queues.delivery_orders(),
        lookups=lookups.fresh_lookups(),
        letters=letters(),
        waits=_waits(),
        random_bits=entropy.random_bits,
    )


@cache
def report_watch() -> ReportWatch:
    return ReportWatch(
        accounts=table.accounts(),
        domains=table.domains(),
        rollups=table.rollups(),
        alerts=queues.alert_events(),
        orders=queues.watch_orders(),
        digests=queues.digest_orders(),
    )


@cache
def quota_watch() -> QuotaWatch:
    return QuotaWatch(table.accounts(), table.rollups(), queues.alert_events())


def _waits() -> tuple[int, ...]:
    said = optional(settings.WEBHOOK_WAITS)
    return tuple(map(int, said.split(","))) if said else WAITS
