"""Tickets: what a letter lets its reader do, once.

A ticket is kept under whose it is and what it is for, and only as a hash: so a second letter replaces the
first, and taking one up is a single conditional delete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.api_keys import Allowance, hash_of
from shared.core.errors import Invalid
from shared.core.ids import AccountId, UserId

_TOKEN: Final = re.compile(r"(inv|pwd|eml)_(0|[1-9][0-9]{0,15})_([1-9][0-9]{0,15})_[\w-]{43}", re.ASCII)


class Purpose(StrEnum):
    INVITATION = "inv"
    RESET = "pwd"
    """Of a forgotten password."""
    ADDRESS = "eml"
    """To show that a new address is read."""

    @property
    def lifetime(self) -> int:
        """Seconds."""
        return _LIFETIMES[self]


_LIFETIMES: Final = {Purpose.INVITATION: 7 * 86_400, Purpose.RESET: 3_600, Purpose.ADDRESS: 86_400}


@dataclass(frozen=True, slots=True)
class Ticket:
    """``account`` is of invitations alone, ``email`` the address that the letter went to."""

    purpose: Purpose
    user: UserId
    hash: str
    email: str
    expires: int
    account: AccountId | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a token says of itself: nothing of it is proved yet."""

    purpose: Purpose
    user: UserId
    hash: str
    account: AccountId | None = None


class Tickets(Protocol):
    def put(self, ticket: Ticket) -> None:
        """In place of an earlier one for the same purpose."""

    def take(self, shown: Shown, now: int) -> Ticket | None:
        """The ticket, which is gone with that; None for one that never was, was taken, or ran out."""

    def give_back(self, ticket: Ticket) -> None:
        """Put it where it was, unless there is a newer one."""

    def drop(self, purpose: Purpose, user: UserId, account: AccountId | None = None) -> None:
        """Harmless when there is none."""


class Attempts(Protocol):
    def spend(self, what: str, limit: int, *, seconds: int, now: int) -> Allowance:
        """Count one attempt at something that may be tried so often in so many seconds, exactly and under
        any concurrency."""


def issue(
    tickets: Tickets,
    purpose: Purpose,
    user: UserId,
    email: str,
    *,
    account: AccountId | None = None,
    now: float,
    new_secret: Callable[[], str],
) -> str:
    """The token of a new ticket: for the letter alone. ``new_secret``: 43 URL-safe characters."""
    token = f"{purpose}_{account or 0}_{user}_{new_secret()}"
    expires = int(now) + purpose.lifetime
    tickets.put(Ticket(purpose, user, hash_of(token), email, expires, account))
    return token


@contextmanager
def redeemed(tickets: Tickets, token: str, purpose: Purpose, now: float) -> Iterator[Ticket]:
    """The ticket of a token, used up unless the work fails. ``Invalid`` says of no token what is the matter
    with it."""
    shown = _read(token)
    ticket = tickets.take(shown, int(now)) if shown is not None and shown.purpose is purpose else None
    if ticket is None:
        raise spent()
    used = False
    try:
        yield ticket
        used = True
    finally:
        if not used:
            tickets.give_back(ticket)


def spent() -> Invalid:
    return Invalid("This link has been used, replaced by a newer one, or has run out", param="token")


def _read(token: str) -> Shown | None:
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    purpose, account, user = match.groups()
    return Shown(
        Purpose(purpose),
        UserId(int(user)),
        hash_of(token),
        AccountId(int(account)) if account != "0" else None,
    )
