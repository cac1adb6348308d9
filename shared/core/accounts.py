"""Accounts: who owns domains, what the plan allows, where the reports go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.errors import Invalid, PlanLimit
from shared.core.ids import AccountId, DomainId, GroupId, mint
from shared.core.plans import DomainLimits, Plan, plan_named


class Status(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    """The subscription has run out: data waits for its renewal."""
    SUSPENDED = "suspended"
    """By the operator: nobody gets in."""
    CLOSING = "closing"
    """It is read only, and deleted after ``closes``. Until then it can be reopened."""
    DELETING = "deleting"
    """There is no way back."""


_AGREEABLE: Final = (Status.ACTIVE, Status.EXPIRED, Status.SUSPENDED)
_MOST_EXTRA: Final = 1_000_000
_LONGEST_NAME: Final = 200


class Counted(StrEnum):
    """What is counted on the account's item, in the transaction that adds or removes one of it."""

    MEMBERS = "members"
    GROUPS = "groups"
    TAGS = "tags"
    API_KEYS = "api_keys"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Account:
    """``token`` is the local part of the account's reporting address; times are epoch seconds.

    The counts are exact. ``domains`` counts all, ``parked_domains`` those that are parked, active or not, and
    ``active_domains`` those that are active and not parked: each kind has an allowance of its own."""

    id: AccountId
    email: str
    plan: Plan
    token: str
    created: int
    status: Status = Status.ACTIVE
    operator: bool = False
    extra_domains: int = 0
    domains: int = 0
    active_domains: int = 0
    parked_domains: int = 0
    members: int = 0
    groups: int = 0
    tags: int = 0
    api_keys: int = 0
    webhooks: int = 0
    current_period_end: int | None = None
    closes: int | None = None
    """When a closing account's data begins to be deleted."""
    name: str = ""
    default_group_hides_assigned: bool = False
    removed_groups: frozenset[GroupId] = frozenset()
    """That some domains and levels may still name: they give no right, and are swept away by a worker."""

    @property
    def allowed_domains(self) -> int:
        """Active ones that are not parked."""
        return self.plan.included_domains + self.extra_domains

    @property
    def title(self) -> str:
        """What people know it by."""
        return self.name or self.email

    @property
    def is_closing(self) -> bool:
        return self.status in (Status.CLOSING, Status.DELETING)

    @property
    def domain_limits(self) -> DomainLimits:
        return DomainLimits(
            self.plan.domains + self.extra_domains, self.allowed_domains, self.plan.parked_domains
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose mailbox a token is: an account's own, or that of one of its domains."""

    account: AccountId
    domain: DomainId | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator agreed with an account. ``status`` is ACTIVE, EXPIRED or SUSPENDED."""

    plan: Plan
    extra_domains: int
    status: Status
    current_period_end: int | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """In the order of their ids, which is that of their opening."""

    items: list[Account]
    more: bool


class Accounts(Protocol):
    """Reads are strongly consistent, and the counts in them exact. Changes of what is not there are
    ``NotFound``."""

    def add(self, account: Account) -> None:
        """``Conflict`` when its id or token is taken."""

    def get(self, account: AccountId) -> Account | None: ...

    def operator(self) -> AccountId | None:
        """The first operator account of the deployment; mail that is nobody's is filed with it."""

    def recipient(self, token: str) -> Recipient | None: ...

    def list_all(self) -> list[Account]:
        """Every account of the deployment, for what runs on the deployment itself; may lag by moments."""

    def total(self) -> int:
        """How many ``page`` lists in all."""

    def page(self, *, after: AccountId | None, limit: int) -> AccountPage:
        """As ``list_all``."""

    def describe(self, account: AccountId, *, name: str, email: str) -> Account: ...

    def agree(self, account: AccountId, terms: Terms) -> Account:
        """``Conflict`` for an account that is being closed."""

    def close(self, account: AccountId, *, closes: int) -> Account:
        """From now on it is closing; one that is already keeps the time that it has."""

    def reopen(self, account: AccountId) -> Account:
        """What it was before it was closing. ``Conflict`` for one that is not closing, or not any more: of
        this and ``begin_deletion`` one wins."""

    def begin_deletion(self, account: AccountId, now: int) -> Account | None:
        """The account, deleting, if its time has come: its reporting address is gone with it. None else."""

    def remove(self, account: AccountId) -> None:
        """The item of an account that is deleting; harmless for any other, and when it is gone."""


def open_account(
    accounts: Accounts,
    *,
    email: str,
    plan: str,
    operator: bool,
    name: str = "",
    now: float,
    new_token: Callable[[], str],
    random_bits: Callable[[int], int],
) -> Account:
    """Open an account. ``Invalid`` for an address without ``@``, a name too long or an unknown plan."""
    account = Account(
        id=AccountId(mint(now, random_bits(12))),
        email=_address(email),
        plan=plan_named(plan),
        token=new_token(),
        created=int(now),
        operator=operator,
        name=_name(name),
    )
    accounts.add(account)
    return account


def describe_account(
    accounts: Accounts, account: Account, *, name: str | None = None, email: str | None = None
) -> Account:
    """Rename it, or give it another address of contact. ``Invalid``."""
    return accounts.describe(
        account.id,
        name=account.name if name is None else _name(name),
        email=account.email if email is None else _address(email),
    )


def agree_terms(accounts: Accounts, account: Account, terms: Terms) -> Account:
    """``Invalid`` for terms that are none, ``Conflict`` for an account that is being closed.

    What an account has beyond a smaller plan stays; there is no more of it to be had."""
    if terms.status not in _AGREEABLE:
        raise Invalid(f"An account is made {', '.join(_AGREEABLE)}", param="status")
    if not 0 <= terms.extra_domains <= _MOST_EXTRA:
        raise Invalid(f"Extra domains are 0 to {_MOST_EXTRA:,}", param="extra_domains")
    return accounts.agree(account.id, terms)


def require_forensic(account: Account) -> None:
    """``PlanLimit`` where the plan keeps no failure reports."""
    if not account.plan.forensic:
        raise PlanLimit("The plan keeps no failure reports", param="report_kinds.failure")


def require_hosting(account: Account) -> None:
    """``PlanLimit`` where the plan hosts nothing. What is hosted already goes on."""
    if not account.plan.hosting:
        raise PlanLimit("The plan hosts no records")


def _name(text: str) -> str:
    name = text.strip()
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A name has at most {_LONGEST_NAME} printable characters", param="name")
    return name


def _address(text: str) -> str:
    address = text.strip()
    local, at, host = address.rpartition("@")
    if not (local and at and "." in host) or len(address) > 254 or not address.isprintable():
        raise Invalid(f"{text.strip()[:300]!r} is not an e-mail address", param="email")
    return address
