"""Passwords: changed by who knows the old one, reset by who reads the mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.core import emails
from shared.core.callers import Caller
from shared.core.errors import Conflict, Forbidden, Invalid, Limited
from shared.core.ids import UserId
from shared.core.letters import Undeliverable, password_changed, password_reset
from shared.core.members import User
from shared.core.people.directory import LONGEST_PASSWORD, BadPassword
from shared.core.people.people import People, count_attempt, end_sessions, find_person
from shared.core.people.tickets import Purpose, redeemed, spent

GUESSES_AN_HOUR: Final = 5
"""At the old password or a one-time password of one user, whoever guesses."""

RESETS_AN_HOUR: Final = 3
"""Letters to one user, whoever asks for them."""

_HOUR: Final = 3_600


@dataclass(frozen=True, slots=True, repr=False)
class PasswordChange:
    old: str
    new: str
    confirmed: str


def change_password(
    people: People, caller: Caller, reference: str, change: PasswordChange, *, now: float
) -> None:
    """Change one's own password, and end every session. ``Invalid`` names the field at fault; ``Limited``
    after ``GUESSES_AN_HOUR`` tries, right or wrong."""
    user = find_person(people, caller, reference).user
    if user.id != caller.user:
        raise Forbidden("A password is changed in person; you may mail a reset", param="id")
    require_password(user)
    require_storable(change.new)
    if change.confirmed != change.new:
        raise Invalid("It is not the same as the password", param="password_confirm")
    if change.new == change.old:
        raise BadPassword("It is the old password")
    count_guess(people, user.id, now=now)
    if not people.directory.check_password(user.id, change.old):
        raise Invalid("It is not your password", param="password_old")
    people.directory.set_password(user.id, change.new)
    _settle(people, user, now)


def mail_reset(people: People, caller: Caller, reference: str, *, now: float) -> None:
    """Mail a member, or oneself, a link to set a new password. ``Conflict`` for who has none: pending, or
    signing in at an identity provider."""
    user = find_person(people, caller, reference).user
    if user.activated is None:
        raise Conflict("The invitation is still pending: send a reminder", param="id")
    require_password(user)
    _mail_reset(people, user, now)


def ask_reset(people: People, email: str, *, now: float) -> None:
    """Mail a reset to whoever has the address, if anybody does. Does not tell, but for ``Invalid`` when it
    is no address."""
    user = people.users.with_email(emails.normalise(email))
    if user is None or user.activated is None or user.provider is not None:
        return
    try:
        _mail_reset(people, user, now)
    except (Limited, Undeliverable):
        return


def confirm_reset(people: People, token: str, password: str, *, now: float) -> User:
    """Set a new password with what a letter brought, and end every session."""
    require_storable(password)
    with redeemed(people.tickets, token, Purpose.RESET, now) as ticket:
        user = people.users.get(ticket.user)
        if user is None or user.email != ticket.email or user.provider is not None:
            raise spent()
        people.directory.admit(user.id, user.email)
        people.directory.set_password(user.id, password)
    _settle(people, user, now)
    return user


def require_password(user: User) -> None:
    """``Conflict`` for who signs in without one."""
    if user.provider is not None:
        raise Conflict(f"This user signs in at {user.provider}, without a password of ours", param="id")


def require_storable(password: str) -> None:
    """What no policy allows; the pool's own says the rest."""
    if not 0 < len(password) <= LONGEST_PASSWORD or password != password.strip():
        raise BadPassword(f"A password has 1 to {LONGEST_PASSWORD} characters, and no spaces at its ends")


def count_guess(people: People, user: UserId, *, now: float) -> None:
    """``Limited`` after ``GUESSES_AN_HOUR``."""
    count_attempt(people, "guess", user, GUESSES_AN_HOUR, seconds=_HOUR, now=now)


def _mail_reset(people: People, user: User, now: float) -> None:
    count_attempt(people, "reset", user.id, RESETS_AN_HOUR, seconds=_HOUR, now=now)
    url, token = people.url_and_token(Purpose.RESET, user.id, user.email, now=now)
    people.letters.send(password_reset(user.email, url=url, token=token))


def _settle(people: People, user: User, now: float) -> None:
    """After the password became another: nothing from before is of use, and the person is told."""
    end_sessions(people, user, now=now)
    people.tickets.drop(Purpose.RESET, user.id)
    try:
        people.letters.send(password_changed(user.email))
    except Undeliverable:
        return
