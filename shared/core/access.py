"""Who may see and change what: the only place where a right to an account's data is made.

The stores of reports, sources and statistics take a ``Readable``, and what changes domains, people or keys
takes a ``Writable`` or an ``Administration``: values that nothing else makes, so that no route can reach data
without having asked here first. What a caller must not see is not there (``NotFound``); what it sees and must
not change is ``Forbidden``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.core.accounts import Account, Status
from shared.core.clock import utc_day
from shared.core.domains import Domain, Domains
from shared.core.errors import Forbidden, NotFound, RetentionExceeded, SubscriptionRequired
from shared.core.groups import Groups
from shared.core.ids import AccountId, ApiKeyId, DomainId, GroupId, UserId
from shared.core.rights import DEFAULT_GROUP, Level, Rights, Scope

_MINT: Final = object()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who proved to act for an account, what they may do there, and the time at which they came.

    ``user`` is the person; ``key`` the API key, where one was sent.
    """

    account: Account
    key: ApiKeyId | None
    now: float
    rights: Rights
    user: UserId | None = None

    @property
    def account_id(self) -> AccountId:
        return self.account.id

    @property
    def retained_from(self) -> date:
        """The first day whose data the plan still shows."""
        return utc_day(self.now) - timedelta(days=self.account.plan.retention_days)


@dataclass(frozen=True, slots=True, init=False)
class Readable:
    """The right to read data of one account: of one domain, or (``domain`` is None) of all that are
    ``within``, which is None for every domain. ``forensic`` opens failure reports too."""

    account: AccountId
    domain: Domain | None
    within: frozenset[DomainId] | None
    forensic: bool

    def __init__(
        self,
        mint: object,
        account: AccountId,
        domain: Domain | None,
        *,
        within: frozenset[DomainId] | None = None,
        forensic: bool = False,
    ) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "domain", domain)
        object.__setattr__(self, "within", within)
        object.__setattr__(self, "forensic", forensic)

    def covers(self, domain: DomainId) -> bool:
        if self.domain is not None:
            return self.domain.id == domain
        return self.within is None or domain in self.within


@dataclass(frozen=True, slots=True, init=False)
class Writable:
    """The right to change one domain."""

    account: AccountId
    domain: Domain

    def __init__(self, mint: object, domain: Domain) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", domain.account)
        object.__setattr__(self, "domain", domain)


@dataclass(frozen=True, slots=True, init=False)
class Administration:
    """The right to change what an account is: its people, groups, access, keys, tags. ``by`` is the person,
    None for a key."""

    account: Account
    by: UserId | None

    def __init__(self, mint: object, account: Account, by: UserId | None) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "by", by)


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


def require_every_domain(caller: Caller) -> None:
    """``Forbidden`` for who sees the domains of some groups only: what is asked for is of no domain, or of
    all."""
    if not caller.rights.sees_all:
        raise Forbidden("This needs access to every domain of the account")


def administer(caller: Caller) -> Administration:
    require_scope(caller, Scope.ADMIN)
    return Administration(_MINT, caller.account, caller.user)


def level_in(caller: Caller, domain: Domain) -> Level:
    """What the caller may do with a domain of the account."""
    return caller.rights.level(shown_in(caller.account, domain))


def shown_in(account: Account, domain: Domain) -> frozenset[GroupId]:
    """The groups that show the domain, the default group among them unless it hides it."""
    if domain.groups and account.default_group_hides_assigned:
        return domain.groups
    return domain.groups | {DEFAULT_GROUP}


def within(caller: Caller, groups: Groups) -> frozenset[DomainId] | None:
    """The domains that the caller sees; None for all."""
    levels = caller.rights.levels
    if levels is None:
        return None
    seen = {group for group, level in levels.items() if level is not Level.NONE}
    if DEFAULT_GROUP in seen and not caller.account.default_group_hides_assigned:
        return None
    return groups.all_domains_of(caller.account_id, seen)


def read_account(caller: Caller, groups: Groups | None = None) -> Readable:
    """The right to read the data of every domain that the caller sees. Without ``groups``, ``Forbidden`` for
    who does not see all."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    if groups is None:
        require_every_domain(caller)
    seen = within(caller, groups) if groups is not None else None
    return Readable(_MINT, caller.account_id, None, within=seen, forensic=_reads_failures(caller))


def read_domain(caller: Caller, reference: str, domains: Domains) -> Readable:
    """The right to read one domain, named by id, number or name. One that is out of sight is ``NotFound``."""
    require_subscription(caller)
    domain = find_domain(caller, reference, domains)
    return Readable(_MINT, caller.account_id, domain, forensic=_reads_failures(caller))


def write_domain(caller: Caller, reference: str, domains: Domains) -> Writable:
    """The right to change one domain: ``Forbidden`` for who only sees it."""
    require_subscription(caller)
    domain = find_domain(caller, reference, domains)
    if level_in(caller, domain) is not Level.WRITE:
        raise Forbidden("You may read this domain and not change it", param="id")
    return Writable(_MINT, domain)


def find_domain(caller: Caller, reference: str, domains: Domains) -> Domain:
    """A domain that the caller sees; ``NotFound``."""
    domain = domains.resolve(caller.account_id, reference)
    if domain is None or level_in(caller, domain) is Level.NONE:
        raise NotFound("The requested resource could not be found", param="id")
    return domain


def _reads_failures(caller: Caller) -> bool:
    return Scope.FORENSIC in caller.rights.scopes


def _require_mint(mint: object) -> None:
    if mint is not _MINT:
        raise TypeError("rights are made by shared.core.access alone")
