"""Invitations: sent, sent again, taken up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.core import emails
from shared.core.access import administer
from shared.core.accounts import Account
from shared.core.callers import Caller
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.ids import AccountId, UserId, mint
from shared.core.letters import Letter, Undeliverable, invitation, reminder
from shared.core.members import Member, User
from shared.core.people.leaving import forget_membership
from shared.core.people.people import (
    People,
    Person,
    amend_member,
    amend_user,
    count_attempt,
    find_person,
)
from shared.core.people.roles import Roles, require_grantable
from shared.core.people.tickets import Purpose, redeemed, spent

_ROUNDS = 5
_LETTERS_A_DAY = 10
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class TakenUp:
    """``password_set`` is False for somebody who had one."""

    person: Person
    password_set: bool


def invite(people: People, caller: Caller, email: str, roles: Roles, *, now: float) -> Person:
    """Invite somebody into the caller's account, and mail the invitation.

    Somebody who has a sign-in already becomes a member by taking it up, like everybody else. ``Conflict`` for
    a member; ``Forbidden`` to give what the caller does not hold."""
    administer(caller)
    require_grantable(caller, Roles(), roles)
    account = caller.account
    return _invite(people, account, email, roles.given_to(_member(account, now)), now)


def invite_owner(people: People, account: Account, email: str, *, now: float) -> Person:
    """For the operator, who opened the account. ``Conflict`` when it has an owner; an invitation to be it
    that nobody has taken up is withdrawn."""
    for held in people.members.list_of(account.id):
        if held.owner and held.active:
            raise Conflict("The account has an owner")
        if held.owner:
            people.members.remove(held, by=None)
            forget_membership(people, account.id, held.user)
    return _invite(people, account, email, replace(_member(account, now), owner=True, admin=True), now)


def remind(people: People, caller: Caller, reference: str, *, now: float) -> None:
    """Mail a pending invitation again; the letter before is void then. ``Conflict`` when it was taken up."""
    administer(caller)
    who = find_person(people, caller, reference)
    if who.member.active:
        raise Conflict("The invitation has been taken up", param="id")
    count_attempt(people, "remind", who.user.id, _LETTERS_A_DAY, seconds=_DAY, now=now)
    people.letters.send(_letter(people, caller.account, who.user, now, again=True))


def take_up(people: People, token: str, password: str | None, *, now: float) -> TakenUp:
    """Make the reader of an invitation an active member.

    Who has no sign-in sets its password with that (``Invalid`` without one). Who has one must not: a letter
    is no way to change it. Refused passwords leave the invitation as it was."""
    with redeemed(people.tickets, token, Purpose.INVITATION, now) as ticket:
        user = people.users.get(ticket.user)
        if user is None or ticket.account is None:
            raise spent()
        first = user.activated is None
        _require_password(password, wanted=first)
        if first and password is not None:
            user = _open_sign_in(people, user, password, now)
        member = _activate(people, ticket.account, ticket.user)
    return TakenUp(Person(member, user), first)


def _require_password(password: str | None, *, wanted: bool) -> None:
    if wanted and password is None:
        raise Invalid("Choose a password", param="password")
    if not wanted and password is not None:
        raise Invalid("You have a sign-in already: leave the password out", param="password")


def _open_sign_in(people: People, user: User, password: str, now: float) -> User:
    people.directory.admit(user.id, user.email)
    people.directory.set_password(user.id, password)
    return amend_user(people, user.id, lambda found: replace(found, activated=found.activated or int(now)))


def _activate(people: People, account: AccountId, user: UserId) -> Member:
    try:
        return amend_member(people, account, user, None, lambda found: replace(found, active=True))
    except NotFound:
        raise spent() from None


def _invite(people: People, account: Account, email: str, member: Member, now: float) -> Person:
    address = emails.normalise(email)
    for _ in range(_ROUNDS):
        user = _user_at(people, address, now)
        joining = replace(member, user=user.id, email=user.email)
        people.members.add(joining, most=account.plan.members)
        if people.users.hold(user.id, account.id):
            return _mailed(people, account, Person(joining, user), now)
        # The user left its last account just now, and is gone: a new one takes its place.
        people.members.remove(joining, by=None)
    raise Conflict("The user is being removed; try again", param="email")


def _mailed(people: People, account: Account, who: Person, now: float) -> Person:
    try:
        people.letters.send(_letter(people, account, who.user, now))
    except Undeliverable:
        people.members.remove(_current(people, who), by=None)
        forget_membership(people, account.id, who.user.id)
        raise
    return who


def _current(people: People, who: Person) -> Member:
    return people.members.get(who.member.account, who.user.id) or who.member


def _user_at(people: People, email: str, now: float) -> User:
    """Who has the address, or a new user of whom nothing else is known."""
    found = people.users.with_email(email)
    if found is not None:
        return found
    user = User(UserId(mint(now, people.random_bits(12))), email, int(now))
    try:
        people.users.add(user)
    except Conflict:
        found = people.users.with_email(email)
        if found is None:
            raise
        return found
    return user


def _letter(people: People, account: Account, user: User, now: float, *, again: bool = False) -> Letter:
    url, token = people.url_and_token(Purpose.INVITATION, user.id, user.email, now=now, account=account.id)
    write = reminder if again else invitation
    return write(user.email, account=account.name or account.email, url=url, token=token)


def _member(account: Account, now: float) -> Member:
    """Of nobody yet."""
    return Member(
        account=account.id,
        user=UserId(0),
        email="",
        joined=int(now),
        requests_per_minute=account.plan.requests_per_minute,
    )
