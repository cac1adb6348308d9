"""People: users of the deployment, and what each of them is in an account."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from shared.core.api_keys import Allowance
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.rights import Level, Rights, Scope

NO_SETTINGS: Final = "{}"


@dataclass(frozen=True, slots=True)
class User:
    """A person, known by e-mail address (as ``emails`` spells it) in every account; times are epoch seconds.

    The user pool knows the person under the rendered id (``user_19``), so that an access token names the
    user without a look-up. ``provider`` is the identity provider of one who signs in there alone.
    ``accounts`` has every account that the user is in or invited to, and may have some that it has left.
    """

    id: UserId
    email: str
    created: int
    activated: int | None = None
    provider: str | None = None
    totp: bool = False
    accounts: frozenset[AccountId] = frozenset()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A user in an account. ``levels`` are the access list's entries; owner and admins see all without."""

    account: AccountId
    user: UserId
    email: str
    joined: int
    requests_per_minute: int
    owner: bool = False
    admin: bool = False
    forensic: bool = False
    billing: bool = False
    active: bool = False
    """False until the invitation is taken up."""
    levels: Mapping[GroupId, Level] = field(default_factory=dict)
    settings: str = NO_SETTINGS
    """Free-form JSON of the user's own."""
    token_hash: str | None = None
    """Of the one API token that a user can have; ``token_shown`` are its first characters."""
    token_shown: str | None = None
    last_login: int | None = None
    sessions_from: int | None = None
    """Sign-ins before that are over, also those whose access tokens are still good."""
    version: int = 1

    @property
    def rights(self) -> Rights:
        if self.owner:
            return Rights(frozenset(Scope), owner=True)
        flags = {Scope.ADMIN: self.admin, Scope.FORENSIC: self.forensic, Scope.BILLING: self.billing}
        held = frozenset({Scope.READ, Scope.WRITE, *(scope for scope, has in flags.items() if has)})
        return Rights(held, None if self.admin else self.levels)


@dataclass(frozen=True, slots=True)
class Entered:
    """An active member whose request was counted, or was not since ``allowance`` is exceeded. No ``Member``,
    lest somebody changes what was read without its settings."""

    user: UserId
    email: str
    rights: Rights
    allowance: Allowance


class Members(Protocol):
    """A membership is one item: it holds the roles, the access list and the count of the minute, so that a
    request costs one write and what was taken away is gone with the next request."""

    def add(self, member: Member, *, most: int) -> None:
        """``Conflict`` when the user is a member already, and for an owner where there is one or somebody
        invited to be it; ``PlanLimit`` when the account has ``most`` members, ``NotFound`` when it is
        gone."""

    def enter(self, account: AccountId, user: UserId, *, signed_in: int, now: int) -> Entered | None:
        """Count one request of somebody with an access token; None for who is no active member;
        ``InvalidToken`` for a sign-in that is over.

        ``signed_in`` is when the token's sign-in was: the latest is kept as the last login."""

    def enter_with_token(
        self, account: AccountId, user: UserId, token_hash: str, *, now: int
    ) -> Entered | None:
        """Count one request of somebody with the member's API token."""

    def get(self, account: AccountId, user: UserId) -> Member | None: ...

    def list_of(self, account: AccountId) -> list[Member]:
        """All members of an account, by address."""

    def owner_of(self, account: AccountId) -> UserId | None: ...

    def accounts_of(self, user: UserId) -> list[AccountId]:
        """The oldest account first."""

    def change(self, member: Member, *, by: UserId | None) -> Member:
        """Store address, roles, settings, token, rate and activity of the member as it was read: ``Outdated``
        when it was changed since, ``NotFound`` when it is gone. ``by``, where given, has to be an active
        admin or owner still (``Forbidden``), so that of two who remove each other one stays. What has an
        operation of its own is not stored: levels, the ownership, the last login."""

    def set_rate(self, member: Member, requests_per_minute: int) -> None:
        """Whatever else changes meanwhile. Harmless when the member is gone."""

    def grant(self, account: AccountId, user: UserId, group: GroupId, level: Level) -> Member:
        """Set one entry of the access list, whatever else changes meanwhile. ``NotFound``."""

    def forget(self, account: AccountId, group: GroupId) -> None:
        """Take a group that was removed out of everybody's levels."""

    def remove(self, member: Member, *, by: UserId | None) -> None:
        """As ``change``. ``Conflict`` for the owner who has taken that up. Harmless when the member is gone
        already."""

    def hand_over(self, account: AccountId, *, owner: UserId, to: UserId) -> None:
        """Make another active member the owner and the owner an admin, both or neither. ``Conflict``."""


class Users(Protocol):
    def add(self, user: User) -> None:
        """``Conflict`` when the id or the address is taken, in whatever case."""

    def get(self, user: UserId) -> User | None: ...

    def many(self, users: Collection[UserId]) -> dict[UserId, User]:
        """Those of them that exist."""

    def with_email(self, email: str) -> User | None:
        """In whatever case the address is written."""

    def change(self, user: User) -> User:
        """Store what the user became since it was read, the address too: ``Conflict`` when that is taken,
        ``Outdated`` when the user was changed since, ``NotFound`` when it is gone."""

    def hold(self, user: UserId, account: AccountId) -> bool:
        """Note that the user was just made a member there; False when it is gone. Whoever found the user to
        be without a membership before that does not get to remove it."""

    def remove(self, user: User) -> bool:
        """Remove the user as it was read, with all its tickets; False when it was changed or held since."""
