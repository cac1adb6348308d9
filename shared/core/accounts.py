"""Accounts: who owns domains, what the plan allows, where the reports go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.core.errors import Invalid
from shared.core.ids import AccountId, DomainId, GroupId, mint
from shared.core.plans import Plan, plan_named


class Status(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Account:
    """``token`` is the local part of the account's reporting address; times are epoch seconds."""

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
    current_period_end: int | None = None
    name: str = ""
    default_group_hides_assigned: bool = False
    removed_groups: frozenset[GroupId] = frozenset()
    """That some domains and levels may still name: they give no right, and are swept away by a worker."""

    @property
    def allowed_domains(self) -> int:
        return self.plan.included_domains + self.extra_domains


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose mailbox a token is: an account's own, or that of one of its domains."""

    account: AccountId
    domain: DomainId | None = None


class Accounts(Protocol):
    def add(self, account: Account) -> None:
        """``Conflict`` when its id or token is taken."""

    def get(self, account: AccountId) -> Account | None:
        """Strongly consistent; the domain counters are exact."""

    def operator(self) -> AccountId | None:
        """The first operator account of the deployment; mail that is nobody's is filed with it."""

    def recipient(self, token: str) -> Recipient | None: ...

    def list_all(self) -> list[Account]:
        """Every account of the deployment, for the operator's commands."""


def open_account(
    accounts: Accounts,
    *,
    email: str,
    plan: str,
    operator: bool,
    now: float,
    new_token: Callable[[], str],
    random_bits: Callable[[int], int],
) -> Account:
    """Open an account. ``Invalid`` for an address without ``@`` or an unknown plan."""
    address = email.strip()
    local, at, host = address.rpartition("@")
    if not (local and at and "." in host) or len(address) > 254 or not address.isprintable():
        raise Invalid(f"{email[:300]!r} is not an e-mail address", param="email")
    account = Account(
        id=AccountId(mint(now, random_bits(12))),
        email=address,
        plan=plan_named(plan),
        token=new_token(),
        created=int(now),
        operator=operator,
    )
    accounts.add(account)
    return account
