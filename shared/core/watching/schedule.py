"""When each domain is looked at: at its plan's interval, all of them spread evenly over it.

Time is cut into quarters of an hour, counted from 1970. A domain with an interval of n quarters has one of n
slots, and its turn in every quarter that leaves its slot when divided by n: no time of a last look has to be
remembered, and what is due is one question of the index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.accounts import Account, Accounts
from shared.core.domains import Domains, every_active
from shared.core.ids import AccountId, DomainId
from shared.core.plans import check_intervals
from shared.core.queues import DnsCheck, DnsChecks

QUARTER_SECONDS: Final = 900
MOST_MISSED: Final = 96
"""Quarters that are made up for after an outage: more would only repeat the same domains."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A domain's place in the schedule."""

    account: AccountId
    domain: DomainId
    interval: int

    @property
    def slot(self) -> int:
        return slot_of(self.domain, self.interval)


class Turns(Protocol):
    def put(self, turn: Turn) -> None:
        """Give the domain this turn, in place of any other."""

    def remove(self, account: AccountId, domain: DomainId) -> None: ...

    def of_slot(self, interval: int, slot: int) -> Iterator[Turn]:
        """May lag behind a change by moments."""

    def last_quarter(self) -> int | None:
        """The last one that was worked off; None before there was any."""

    def finish_quarter(self, quarter: int) -> None: ...


def slot_of(domain: DomainId, interval: int) -> int:
    return domain % interval


def quarter_of(now: float) -> int:
    return int(now // QUARTER_SECONDS)


def send_due(turns: Turns, checks: DnsChecks, now: float) -> int:
    """Ask for a look at every domain whose turn came since the last time; how many there were. A quarter that
    was broken off is done again: a look too many does no harm."""
    current = quarter_of(now)
    last = turns.last_quarter()
    first = current if last is None else max(last + 1, current - MOST_MISSED + 1)
    count = 0
    for quarter in range(first, current + 1):
        due = [
            DnsCheck(turn.account, turn.domain)
            for interval in check_intervals()
            for turn in turns.of_slot(interval, quarter % interval)
        ]
        checks.send(due)
        turns.finish_quarter(quarter)
        count += len(due)
    return count


def repair(accounts: Accounts, domains: Domains, turns: Turns, checks: DnsChecks) -> int:
    """See to it that every active domain has its turn at its plan's interval, and that those without any are
    looked at now; how many had to be given one."""
    known = {
        (turn.account, turn.domain): turn.interval
        for interval in check_intervals()
        for slot in range(interval)
        for turn in turns.of_slot(interval, slot)
    }
    owners: dict[AccountId, Account | None] = {}
    given = 0
    for domain in every_active(domains):
        if domain.account not in owners:
            owners[domain.account] = accounts.get(domain.account)
        owner = owners[domain.account]
        had = known.get((domain.account, domain.id))
        if owner is None or had == owner.plan.check_interval:
            continue
        turns.put(Turn(domain.account, domain.id, owner.plan.check_interval))
        given += 1
        if had is None:
            checks.send([DnsCheck(domain.account, domain.id)])
    return given
