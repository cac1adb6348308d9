"""One-time passwords (TOTP, RFC 6238) as a second factor: begun, confirmed, given up, each in person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlencode

from shared.core.access import Caller
from shared.core.errors import Conflict, Forbidden, Invalid
from shared.core.members import User
from shared.core.people.passwords import count_guess
from shared.core.people.people import ME, People, amend_user, find_person

_ISSUER: Final = "Postseal"
_DIGITS: Final = 6


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


def _signed_in(people: People, caller: Caller, access_token: str | None) -> tuple[User, str]:
    """``Forbidden`` for who came with a key or an API token: those are for programs."""
    if caller.user is None or access_token is None:
        raise Forbidden("Sign in for this: it is not for API keys and API tokens")
    user = find_person(people, caller, ME).user
    if user.provider is not None:
        raise Conflict(f"The second factor is asked for by {user.provider}")
    return user, access_token
