"""When hostings are looked at, whatever else happens."""

from __future__ import annotations

from typing import Final

from shared.core.hosting.hosting import SLOTS, Hostings
from shared.core.hosting.tending import SCHEDULED
from shared.core.queues import HostingCheck, HostingChecks

_QUARTER: Final = 900


def send_due(hostings: Hostings, checks: HostingChecks, now: float) -> int:
    """Ask for a look at every hosting whose quarter of the hour it is; how many. What drifted is found by
    these looks, and what was lost on its way to a queue."""
    due = hostings.of_slot(int(now) // _QUARTER % SLOTS)
    checks.send(HostingCheck(account, domain, SCHEDULED) for account, domain in due)
    return len(due)
