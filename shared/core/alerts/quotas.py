"""Limits of a plan that are nearly reached, or reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.core.accounts import Account, Accounts
from shared.core.alerts.events import AlertEvent, AlertEvents, AlertKind
from shared.core.clock import epoch_of, utc_day
from shared.core.parked_credits import ParkedCredits, parked_credits
from shared.core.rollups import Rollups

STEPS: Final = (100, 80)
"""Per cent, the largest first: only that is told of."""

LEAST_ALLOWED: Final = 5
"""Whoever may have fewer of something sees by themselves when they have all."""


@dataclass(frozen=True, slots=True)
class QuotaWatch:
    """Over all accounts, every hour: the counts are in the accounts' own items, and days are read only of
    those that have parked domains."""

    accounts: Accounts
    rollups: Rollups
    alerts: AlertEvents

    def watch(self, now: int) -> int:
        """How many limits are near. Done again, it sends the same events."""
        near = [event for account in self.accounts.list_all() for event in self._of(account, now)]
        self.alerts.send(near)
        return len(near)

    def _of(self, account: Account, now: int) -> Iterator[AlertEvent]:
        if account.is_closing:
            return
        none = ParkedCredits(account.plan.parked_credits, 0)
        parked = parked_credits(self.rollups, account, now) if account.parked_domains else none
        yield from quotas_near(account, parked, now)


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    used: int
    allowed: int
    period: str = ""


def quotas_near(account: Account, parked: ParkedCredits, now: int) -> Iterator[AlertEvent]:
    """Told once for each step and limit: of parked credits again in each month, of the others again when the
    plan allows another number."""
    month, plan = f"{utc_day(now):%Y-%m}", account.plan
    limits = (
        _Limit("domains", account.active_domains, account.allowed_domains),
        _Limit("parked_domains", account.parked_domains, plan.parked_domains),
        _Limit("parked_credits", parked.used, parked.allowed, month),
        _Limit("members", account.members, plan.members),
        _Limit("groups", account.groups, plan.groups),
        _Limit("tags", account.tags, plan.tags),
        _Limit("API_keys", account.api_keys, plan.api_keys),
    )
    day = epoch_of(utc_day(now))
    for limit in limits:
        step = _step(limit)
        if step is not None:
            key = f"{limit.name}:{step}:{limit.allowed}:{limit.period}"
            facts: dict[str, str | int] = {
                "limit": limit.name.replace("_", " "),
                "used": limit.used,
                "allowed": limit.allowed,
                "per_cent": step,
            }
            yield AlertEvent(account.id, None, AlertKind.QUOTA_NEAR, key, day, facts)


def _step(limit: _Limit) -> int | None:
    if limit.allowed < LEAST_ALLOWED:
        return None
    return next((step for step in STEPS if limit.used * 100 >= step * limit.allowed), None)
