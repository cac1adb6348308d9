"""Looking at the DNS of watched domains. Apart from what only asks for it: it brings the resolver along."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.core.watching.checking import Watcher
from shared.wiring import lookups, queues, table
from shared.wiring.environment import required


@cache
def watcher() -> Watcher:
    """Its lookups keep no answers from one batch to the next: what an owner just changed is seen at once."""
    return Watcher(
        accounts=table.accounts(),
        domains=table.domains(),
        states=table.dns_states(),
        turns=table.turns(),
        sources=table.approved_sources(),
        lookups=lookups.fresh_lookups(),
        checks=queues.dns_checks(),
        report_domain=required(settings.REPORT_DOMAIN),
        alerts=queues.alert_events(),
    )
