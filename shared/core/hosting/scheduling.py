"""When hostings are looked at, whatever else happens."""

from __future__ import annotations

from shared.core.hosting.hosting import SLOTS, Hostings
from shared.core.hosting.tending import SCHEDULED
from shared.core.queues import HostingCheck, HostingChecks
from shared.core.watching.schedule import quarter_of


def send_due(hostings: Hostings, checks: HostingChecks, now: float) -> int:
    """Ask for a look at every hosting whose quarter of the hour came since the last time; how many. What
    drifted is found by these looks, and what was lost on its way to a queue. A quarter that was broken off
    is done again, and of those that were missed no slot twice."""
    current = quarter_of(now)
    last = hostings.last_quarter()
    first = current if last is None else max(last + 1, current - SLOTS + 1)
    count = 0
    for quarter in range(first, current + 1):
        due = hostings.of_slot(quarter % SLOTS)
        checks.send(HostingCheck(account, domain, SCHEDULED) for account, domain in due)
        hostings.finish_quarter(quarter)
        count += len(due)
    return count
