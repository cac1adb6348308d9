"""Which domains are watched: those whose reports are kept, from the moment on that they are."""

from __future__ import annotations

from shared.core.accounts import Account
from shared.core.domains import Domain
from shared.core.queues import DnsCheck, DnsChecks
from shared.core.watching.schedule import Turn, Turns


def begin_watching(turns: Turns, checks: DnsChecks, domain: Domain, owner: Account) -> None:
    """A first look now, and then one whenever it is the domain's turn."""
    turns.put(Turn(domain.account, domain.id, owner.plan.check_interval))
    look_now(checks, domain)


def look_now(checks: DnsChecks, domain: Domain) -> None:
    checks.send([DnsCheck(domain.account, domain.id)])
