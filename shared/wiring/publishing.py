"""Publishing what hostings want in our zones."""

from __future__ import annotations

from functools import cache

from shared.adapters.route53 import Route53Zones
from shared.core.hosting.changes import Zones
from shared.core.hosting.publishing import Publisher
from shared.wiring import clients, queues, table


@cache
def zones() -> Zones:
    return Route53Zones(clients.route53())


@cache
def publisher() -> Publisher:
    return Publisher(table.hostings(), zones(), queues.hosting_checks())
