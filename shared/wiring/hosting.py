"""What customers switch of hosted services. Apart from what carries it out: that takes more libraries."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.core.hosting.names import parse_zones
from shared.core.hosting.switches import Switches
from shared.wiring import entropy, queues, table
from shared.wiring.environment import required


@cache
def switches() -> Switches:
    return Switches(
        table.hostings(),
        queues.hosting_changes(),
        queues.hosting_checks(),
        parse_zones(required(settings.HOSTING_ZONES)),
        required(settings.POLICY_ROUTING_ENDPOINT),
        required(settings.REPORT_DOMAIN),
        entropy.new_token,
    )
