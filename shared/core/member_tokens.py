"""The one API token that a user can have in an account. It says whose it is, so that it is found without a
look-up, and may what the user may at the time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from shared.core.api_keys import hash_of
from shared.core.errors import Unauthenticated
from shared.core.ids import AccountId, UserId
from shared.core.members import Entered, Members

PREFIX: Final = "ps_user_"

_HIDDEN: Final = 39
"""Characters at the end that are never shown again."""

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_SECRET: Final = re.compile(r"ps_user_([1-9a-z][0-9a-z]{0,10})_([1-9a-z][0-9a-z]{0,10})_[\w-]{43}", re.ASCII)


def enter_with_secret(members: Members, secret: str, now: float) -> tuple[AccountId, Entered]:
    """``Unauthenticated`` for a token that is nobody's."""
    owner = owner_of(secret)
    entered = members.enter_with_token(*owner, hash_of(secret), now=int(now)) if owner else None
    if owner is None or entered is None:
        raise Unauthenticated("Invalid or missing API token")
    return owner[0], entered


def new_token(account: AccountId, user: UserId, new_secret: Callable[[], str]) -> str:
    """``new_secret``: 43 URL-safe characters."""
    return f"{PREFIX}{_base36(account)}_{_base36(user)}_{new_secret()}"


def shown(secret: str) -> str:
    """What is kept to tell tokens apart by: all but the last 39 characters."""
    return secret[:-_HIDDEN]


def owner_of(secret: str) -> tuple[AccountId, UserId] | None:
    """Whose token it would be; None for what is none."""
    found = _SECRET.fullmatch(secret)
    if found is None:
        return None
    account, user = (int(digits, 36) for digits in found.groups())
    if max(account, user) >= 2**53:
        return None
    return AccountId(account), UserId(user)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
