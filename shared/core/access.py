"""Who may see what: the only place where a right to read a domain's data is made.

The stores of reports, sources and statistics take a ``Readable`` and nothing else, so that no route can
reach data without having asked here first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.accounts import Account, Status
from shared.core.clock import utc_day
from shared.core.domains import Domain, Domains
from shared.core.errors import NotFound, RetentionExceeded, SubscriptionRequired
from shared.core.ids import AccountId, ApiKeyId

_MINT: Final = object()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who proved to act for an account, and the time at which they did."""

    account: Account
    key: ApiKeyId | None
    now: float

    @property
    def account_id(self) -> AccountId:
        return self.account.id

    @property
    def retained_from(self) -> date:
        """The first day whose data the plan still shows."""
        return utc_day(self.now) - timedelta(days=self.account.plan.retention_days)


@dataclass(frozen=True, slots=True, init=False)
class Readable:
    """The right to read data of one account: of one domain, or (``domain`` is None) of all."""

    account: AccountId
    domain: Domain | None

    def __init__(self, mint: object, account: AccountId, domain: Domain | None) -> None:
        if mint is not _MINT:
            raise TypeError("Readable values are made by shared.core.access alone")
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "domain", domain)


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


def read_account(caller: Caller) -> Readable:
    """The right to read the data of every domain of the caller's account."""
    require_subscription(caller)
    return Readable(_MINT, caller.account_id, None)


def read_domain(caller: Caller, reference: str, domains: Domains) -> Readable:
    """The right to read one domain, named by id, number or name. A stranger's is ``NotFound``."""
    require_subscription(caller)
    return Readable(_MINT, caller.account_id, find_domain(caller, reference, domains))


def find_domain(caller: Caller, reference: str, domains: Domains) -> Domain:
    domain = domains.resolve(caller.account_id, reference)
    if domain is None:
        raise NotFound("The requested resource could not be found", param="id")
    return domain
