"""What the rules about people work with, and how they find a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from shared.core import ids
from shared.core.access import administer
from shared.core.callers import Caller
from shared.core.errors import Forbidden, Limited, NotFound, Outdated
from shared.core.ids import AccountId, UserId
from shared.core.letters import Letters, link
from shared.core.members import Member, Members, User, Users
from shared.core.people.directory import Directory
from shared.core.people.tickets import Attempts, Purpose, Tickets, issue

ME: Final = "me"
_ROUNDS: Final = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class People:
    """``pages`` is what the links of letters begin with; ``providers`` are the identity providers that the
    user pool knows."""

    users: Users
    members: Members
    directory: Directory
    letters: Letters
    tickets: Tickets
    attempts: Attempts
    pages: str
    providers: tuple[str, ...]
    new_secret: Callable[[], str]
    random_bits: Callable[[int], int]

    def url_and_token(
        self, purpose: Purpose, user: UserId, email: str, *, now: float, account: AccountId | None = None
    ) -> tuple[str, str]:
        """Of a new ticket, for its letter."""
        token = issue(
            self.tickets, purpose, user, email, account=account, now=now, new_secret=self.new_secret
        )
        return link(self.pages, _PAGES[purpose], token), token


_PAGES: Final = {
    Purpose.INVITATION: "activate",
    Purpose.RESET: "reset-password",
    Purpose.ADDRESS: "confirm-address",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in an account: what they are there, and who they are everywhere."""

    member: Member
    user: User

    @property
    def last_login_sso(self) -> bool:
        """Whether the last sign-in was at the identity provider. Conversion ends what was signed in with a
        password, and there is no way back, so whatever is not over was."""
        login = self.member.last_login
        return (
            self.user.provider is not None and login is not None and login >= (self.member.sessions_from or 0)
        )


def find_person(people: People, caller: Caller, reference: str) -> Person:
    """Oneself (``me`` or the id) or, for who administers the account, another of its members. ``NotFound``,
    ``Forbidden``, which ``me`` is for an API key."""
    number = _number_of(caller, reference)
    if number != caller.user:
        administer(caller)
    return person(people, caller.account_id, number)


def person(people: People, account: AccountId, number: UserId) -> Person:
    member, user = people.members.get(account, number), people.users.get(number)
    if member is None or user is None:
        raise nobody()
    return Person(member, user)


def require_own_account(people: People, caller: Caller, who: Person) -> None:
    """``Forbidden`` to change, of another, what counts beyond this account: how somebody signs in is the
    business of every account that they are in."""
    if who.user.id == caller.user:
        return
    if who.member.owner:
        raise Forbidden("Only the owner may change how the owner signs in", param="id")
    if accounts_of(people, who.user) != [caller.account_id]:
        raise Forbidden("This user is in another account too, and has to do that in person", param="id")


def accounts_of(people: People, user: User) -> list[AccountId]:
    """Where the user is a member or invited, by what is certain at this moment: an index lags behind."""
    return [each for each in sorted(user.accounts) if people.members.get(each, user.id) is not None]


def amend_user(people: People, number: UserId, change: Callable[[User], User]) -> User:
    """Change a user, again where others do so at once. ``NotFound``, ``Conflict``."""

    def attempt() -> User:
        user = people.users.get(number)
        if user is None:
            raise nobody()
        changed = change(user)
        return user if changed == user else people.users.change(changed)

    return _until_current(attempt)


def amend_member(
    people: People, account: AccountId, number: UserId, by: UserId | None, change: Callable[[Member], Member]
) -> Member:
    """Change a member, again where others do so at once. As ``Members.change``."""

    def attempt() -> Member:
        member = people.members.get(account, number)
        if member is None:
            raise nobody()
        changed = change(member)
        return member if changed == member else people.members.change(changed, by=by)

    return _until_current(attempt)


def count_attempt(people: People, what: str, user: UserId, limit: int, *, seconds: int, now: float) -> None:
    """``Limited`` when the user has used up the attempts at something."""
    allowance = people.attempts.spend(f"{what}#{user}", limit, seconds=seconds, now=int(now))
    if allowance.exceeded:
        wait = max(allowance.reset - int(now), 1)
        raise Limited(f"Too many attempts: {limit} are allowed in {seconds // 60} minutes", retry_after=wait)


def end_sessions(people: People, user: User, *, now: float) -> None:
    """Nobody gets in any more by an earlier sign-in, also not with an access token that is still good."""
    people.directory.sign_out(user.id)
    for account in accounts_of(people, user):
        try:
            amend_member(people, account, user.id, None, lambda found: replace(found, sessions_from=int(now)))
        except NotFound:
            continue


def nobody() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")


def _number_of(caller: Caller, reference: str) -> UserId:
    if reference != ME:
        return UserId(ids.parse(ids.USER, reference))
    if caller.user is None:
        raise Forbidden("An API key is nobody's: name the user by id", param="id")
    return caller.user


def _until_current(attempt: Callable[[], T]) -> T:
    for _ in range(_ROUNDS - 1):
        try:
            return attempt()
        except Outdated:
            continue
    return attempt()
