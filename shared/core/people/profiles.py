"""What a user says of themselves: address and settings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from shared.core import emails
from shared.core.access import Caller
from shared.core.errors import Conflict, TooLarge
from shared.core.letters import Undeliverable, address_changed, address_confirmation
from shared.core.members import Member, User
from shared.core.people.passwords import require_password
from shared.core.people.people import (
    People,
    amend_member,
    amend_user,
    count_attempt,
    find_person,
    require_own_account,
)
from shared.core.people.tickets import Purpose, redeemed, spent

LARGEST_SETTINGS: Final = 16_384
"""Octets of JSON."""

_LETTERS_AN_HOUR: Final = 3
_HOUR: Final = 3_600


def change_settings(people: People, caller: Caller, reference: str, settings: Any) -> Member:
    """Replace the settings by another JSON value. ``TooLarge``."""
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_SETTINGS:
        raise TooLarge(f"Settings may have {LARGEST_SETTINGS} bytes of JSON", param="settings")
    who = find_person(people, caller, reference)
    own = who.user.id == caller.user
    return amend_member(
        people,
        caller.account_id,
        who.user.id,
        None if own else caller.user,
        lambda found: replace(found, settings=text),
    )


def ask_address(people: People, caller: Caller, reference: str, email: str, *, now: float) -> bool:
    """Ask the reader of a new address to confirm it; the old one holds until then. False when it is the
    user's address already.

    ``Conflict`` for an address that somebody has, for a pending invitation, for who signs in at an identity
    provider; ``Forbidden`` to change another's who is in other accounts too."""
    address = emails.normalise(email)
    who = find_person(people, caller, reference)
    if who.user.email == address:
        return False
    require_own_account(people, caller, who)
    if who.user.activated is None:
        raise Conflict("The invitation is pending: remove it, and invite the other address", param="email")
    require_password(who.user)
    _require_free(people, who.user, address)
    count_attempt(people, "address", who.user.id, _LETTERS_AN_HOUR, seconds=_HOUR, now=now)
    url, token = people.url_and_token(Purpose.ADDRESS, who.user.id, address, now=now)
    people.letters.send(address_confirmation(address, url=url, token=token))
    return True


def confirm_address(people: People, token: str, *, now: float) -> User:
    """Make the address that the letter went to the user's."""
    with redeemed(people.tickets, token, Purpose.ADDRESS, now) as ticket:
        before = people.users.get(ticket.user)
        if before is None or before.provider is not None:
            raise spent()
        _require_free(people, before, ticket.email)
        user = _move(people, before, ticket.email)
    for account in people.members.accounts_of(user.id):
        amend_member(people, account, user.id, None, lambda found: replace(found, email=user.email))
    # A link that went to the old address must not open the sign-in any more.
    people.tickets.drop(Purpose.RESET, user.id)
    try:
        people.letters.send(address_changed(before.email, new=user.email))
    except Undeliverable:
        return user
    return user


def _move(people: People, user: User, address: str) -> User:
    """The pool first: its refusal then changes nothing."""
    people.directory.set_email(user.id, address)
    try:
        return amend_user(people, user.id, lambda found: replace(found, email=address))
    except Conflict:
        people.directory.set_email(user.id, user.email)
        raise


def _require_free(people: People, user: User, address: str) -> None:
    holder = people.users.with_email(address)
    if holder is not None and holder.id != user.id:
        raise Conflict("Another user has this address", param="email")


def read_settings(member: Member) -> Any:
    """The JSON value that was stored."""
    return json.loads(member.settings)
