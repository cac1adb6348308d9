"""One-time passwords (TOTP, RFC 6238) as a second factor: begun, confirmed and given up in person, and taken
off who lost what makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlencode

from shared.core.access import administer
from shared.core.callers import Caller
from shared.core.errors import Conflict, Forbidden, Invalid, Limited, NotFound
from shared.core.ids import AccountId
from shared.core.letters import Undeliverable, second_factor_reset
from shared.core.members import User
from shared.core.people.passwords import count_guess
from shared.core.people.people import (
    ME,
    People,
    Person,
    amend_user,
    count_attempt,
    end_sessions,
    find_person,
    nobody,
    person,
    require_own_account,
)

_ISSUER: Final = "Postseal"
_DIGITS: Final = 6
_RESETS_A_DAY: Final = 3
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, repr=False)
class TotpSecret:
    """``uri`` is what an authenticator app reads from a QR code."""

    secret: str
    uri: str


def begin_totp(people: People, caller: Caller, access_token: str | None) -> TotpSecret:
    """A new secret; the one in use stays in use until the new one is confirmed."""
    user, token = _signed_in(people, caller, access_token)
    secret = people.directory.begin_totp(token)
    label = quote(f"{_ISSUER}:{user.email}")
    parameters = urlencode({"secret": secret, "issuer": _ISSUER})
    return TotpSecret(secret, f"otpauth://totp/{label}?{parameters}")


def confirm_totp(people: People, caller: Caller, access_token: str | None, code: str, *, now: float) -> User:
    """Ask for one-time passwords from now on. ``Invalid`` for a wrong one."""
    user, token = _signed_in(people, caller, access_token)
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        raise Invalid(f"A one-time password has {_DIGITS} digits", param="code")
    count_guess(people, user.id, now=now)
    people.directory.confirm_totp(token, code)
    return amend_user(people, user.id, lambda found: replace(found, totp=True))


def remove_totp(people: People, caller: Caller, access_token: str | None) -> User:
    """Ask for none any more."""
    user, token = _signed_in(people, caller, access_token)
    people.directory.remove_totp(token)
    return amend_user(people, user.id, lambda found: replace(found, totp=False))


def with_second_factor(people: People, who: Person) -> Person:
    """The person as the pool has it: with an access token the second factor can be set and given up there
    without us. As it was last known while the pool has no time to tell."""
    if who.user.activated is None or who.user.provider is not None:
        return who
    try:
        asked = people.directory.asks_totp(who.user.id)
    except (Limited, NotFound):
        return who
    if asked == who.user.totp:
        return who
    return replace(who, user=amend_user(people, who.user.id, lambda found: replace(found, totp=asked)))


def reset_totp(people: People, caller: Caller, reference: str, *, now: float) -> None:
    """Ask a member for no one-time password any more, who has lost what makes them. An administrator's to do.

    ``Forbidden`` for oneself, the owner, and who is in other accounts too; ``Conflict`` for who has none."""
    administer(caller)
    who = find_person(people, caller, reference)
    if who.user.id == caller.user:
        raise Forbidden("One's own second factor is given up in person", param="id")
    require_own_account(people, caller, who)
    _reset(people, who, "An administrator of your account", now)


def reset_owner_totp(people: People, account: AccountId, *, now: float) -> None:
    """For the operator, who knows that it is the owner who asks. ``NotFound``, ``Conflict``."""
    owner = people.members.owner_of(account)
    if owner is None:
        raise nobody()
    _reset(people, person(people, account, owner), "The operator of the deployment", now)


def _reset(people: People, who: Person, by: str, now: float) -> None:
    """Nothing from before is of use any more: who has found what makes the passwords may be signed in."""
    if who.user.provider is not None:
        raise Conflict(f"The second factor is asked for by {who.user.provider}", param="id")
    if not with_second_factor(people, who).user.totp:
        raise Conflict("No second factor is asked for", param="id")
    count_attempt(people, "totp", who.user.id, _RESETS_A_DAY, seconds=_DAY, now=now)
    people.directory.reset_totp(who.user.id)
    amend_user(people, who.user.id, lambda found: replace(found, totp=False))
    end_sessions(people, who.user, now=now)
    try:
        people.letters.send(second_factor_reset(who.user.email, by=by))
    except Undeliverable:
        return


def _signed_in(people: People, caller: Caller, access_token: str | None) -> tuple[User, str]:
    """``Forbidden`` for who came with a key or an API token: those are for programs."""
    if caller.user is None or access_token is None:
        raise Forbidden("Sign in for this: it is not for API keys and API tokens")
    user = find_person(people, caller, ME).user
    if user.provider is not None:
        raise Conflict(f"The second factor is asked for by {user.provider}")
    return user, access_token
