"""Who calls, what their plan, scopes and groups allow them, and which domains are in sight for them.

Nothing here gives a right to any data: that is ``access``, which asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.core.accounts import Account, Status
from shared.core.clock import utc_day
from shared.core.domains import Domain
from shared.core.errors import Forbidden, RetentionExceeded, SubscriptionRequired
from shared.core.groups import Groups
from shared.core.ids import AccountId, ApiKeyId, DomainId, GroupId, UserId
from shared.core.rights import DEFAULT_GROUP, Level, Rights, Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who proved to act for an account, what they may do there, and the time at which they came.

    ``user`` is the person; ``key`` the API key, where one was sent. ``label`` is for people to read: the
    address of the user, the name of the key.
    """

    account: Account
    key: ApiKeyId | None
    now: float
    rights: Rights
    user: UserId | None = None
    label: str = ""

    @property
    def account_id(self) -> AccountId:
        return self.account.id

    @property
    def retained_from(self) -> date:
        """The first day whose data the plan still shows."""
        return utc_day(self.now) - timedelta(days=self.account.plan.retention_days)


def require_subscription(caller: Caller) -> None:
    """``SubscriptionRequired`` once the account's plan has run out."""
    account = caller.account
    ended = account.current_period_end is not None and account.current_period_end < caller.now
    if account.status is Status.EXPIRED or ended:
        raise SubscriptionRequired("The account has no active subscription")


def require_retained(caller: Caller, day: date, *, param: str) -> None:
    if day < caller.retained_from:
        raise RetentionExceeded(
            f"Data before {caller.retained_from} is outside the plan's retention of "
            f"{caller.account.plan.retention_days} days",
            param=param,
        )


def require_scope(caller: Caller, scope: Scope) -> None:
    """``Forbidden`` for a caller without it."""
    if scope not in caller.rights.scopes:
        raise Forbidden(f"This needs the {scope} right")


def sees_every_domain(caller: Caller) -> bool:
    return level_everywhere(caller) is not Level.NONE


def require_every_domain(caller: Caller) -> None:
    """``Forbidden`` for who sees the domains of some groups only: what is asked for is of no domain, or of
    all."""
    if not sees_every_domain(caller):
        raise Forbidden("This needs access to every domain of the account")


def level_in(caller: Caller, domain: Domain) -> Level:
    """What the caller may do with a domain of the account."""
    return caller.rights.level(shown_in(caller.account, domain))


def shown_in(account: Account, domain: Domain) -> frozenset[GroupId]:
    """The groups that show the domain, the default group among them unless it hides it. A group that was
    removed shows nothing from then on; the default one goes on hiding what was in it until it is swept."""
    live = domain.groups - account.removed_groups
    if domain.groups and account.default_group_hides_assigned:
        return live
    return live | {DEFAULT_GROUP}


def groups_seen(caller: Caller) -> frozenset[GroupId] | None:
    """The groups whose domains are all that the caller sees; None for who sees every domain."""
    levels = caller.rights.levels
    if caller.rights.highest is Level.NONE:
        return frozenset()
    if levels is None or sees_every_domain(caller):
        return None
    seen = {group for group, level in levels.items() if level is not Level.NONE}
    return frozenset(seen) - caller.account.removed_groups


def within(caller: Caller, groups: Groups) -> frozenset[DomainId] | None:
    """The domains that the caller sees; None for all."""
    seen = groups_seen(caller)
    if seen is None:
        return None
    return groups.all_domains_of(caller.account_id, seen) if seen else frozenset()


def level_everywhere(caller: Caller) -> Level:
    """The least that the caller may do with any domain of the account, whatever group it is in."""
    hides = caller.account.default_group_hides_assigned
    return caller.rights.level(() if hides else (DEFAULT_GROUP,))
