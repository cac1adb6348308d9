"""Credits of parked domains: how many messages of a month the plan has for reports of mail that ought not be.

A month is one of the calendar in UTC, and a message belongs to the day that its report is of. No report is
refused for want of credits: forged mail is what parked domains are watched for. What then stops is parking
further domains, until the month or the plan is another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.core.accounts import Account
from shared.core.clock import utc_day
from shared.core.errors import PlanLimit
from shared.core.rollups import Rollups


class ParkedStatus(StrEnum):
    ACTIVE = "active"
    CREDITS_USED_UP = "credits_used_up"


@dataclass(frozen=True, slots=True)
class ParkedCredits:
    """Of a whole account, in messages of the running month."""

    allowed: int
    used: int

    @property
    def left(self) -> int:
        return max(self.allowed - self.used, 0)

    @property
    def status(self) -> ParkedStatus:
        return ParkedStatus.ACTIVE if self.left else ParkedStatus.CREDITS_USED_UP

    def require(self) -> None:
        """``PlanLimit`` where none is left."""
        if not self.left:
            raise PlanLimit(
                f"The plan's {self.allowed} messages a month for parked domains are used up", param="parked"
            )


def parked_credits(rollups: Rollups, account: Account, now: float) -> ParkedCredits:
    """One request of a month's day counts."""
    today = utc_day(now)
    used = rollups.parked_messages(account.id, today.replace(day=1), today)
    return ParkedCredits(account.plan.parked_credits, used)


def require_credits(rollups: Rollups, account: Account, now: float) -> None:
    """``PlanLimit`` where the month's credits are used up."""
    parked_credits(rollups, account, now).require()
