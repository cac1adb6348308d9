"""What is changed of a person: roles, settings, address."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from shared.core import emails
from shared.core.access import administer
from shared.core.alerts.rhythms import require_rhythm
from shared.core.callers import Caller
from shared.core.errors import Conflict, TooLarge
from shared.core.letters import Undeliverable, address_changed, address_confirmation
from shared.core.members import Member, User
from shared.core.people.passwords import require_password
from shared.core.people.people import (
    People,
    Person,
    accounts_of,
    amend_member,
    amend_user,
    count_attempt,
    find_person,
    require_own_account,
)
from shared.core.people.roles import Roles, require_changeable
from shared.core.people.tickets import Purpose, redeemed, spent

LARGEST_SETTINGS: Final = 16_384
"""Octets of JSON."""

_LETTERS_AN_HOUR: Final = 3
_HOUR: Final = 3_600
_NO_ROLES: Final = Roles()


@dataclass(frozen=True, slots=True)
class Changes:
    """None leaves things as they are. ``settings`` is JSON as ``written`` makes it."""

    email: str | None = None
    roles: Roles = _NO_ROLES
    settings: str | None = None


def written(settings: Any) -> str:
    """Settings as they are stored. ``TooLarge``, and ``Invalid`` for a digest that there is not."""
    require_rhythm(settings)
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > LARGEST_SETTINGS:
        raise TooLarge(f"Settings may have {LARGEST_SETTINGS} bytes of JSON", param="settings")
    return text


def update_person(people: People, caller: Caller, reference: str, changes: Changes, *, now: float) -> Person:
    """Change oneself, or as administrator another; roles are an administrator's to change. Where anything is
    refused, nothing is changed.

    A new address holds once its reader has confirmed it. ``Conflict`` for one that somebody has, for a
    pending invitation, and for who signs in at an identity provider; ``Forbidden`` to change that of another
    who is in other accounts too, and as ``require_changeable`` says."""
    who = find_person(people, caller, reference)
    if changes.roles != _NO_ROLES:
        administer(caller)
    address = None if changes.email is None else _new_address(people, caller, who, changes.email)

    def change(found: Member) -> Member:
        require_changeable(caller, found, changes.roles)
        settings = found.settings if changes.settings is None else changes.settings
        return replace(changes.roles.given_to(found), settings=settings)

    by = caller.user if changes.roles != _NO_ROLES or who.user.id != caller.user else None
    member = amend_member(people, caller.account_id, who.user.id, by, change)
    if address is not None:
        _ask(people, who.user, address, now)
    return Person(member, who.user)


def confirm_address(people: People, token: str, *, now: float) -> User:
    """Make the address that the letter went to the user's."""
    with redeemed(people.tickets, token, Purpose.ADDRESS, now) as ticket:
        before = people.users.get(ticket.user)
        if before is None or before.provider is not None:
            raise spent()
        _require_free(people, before, ticket.email)
        user = _move(people, before, ticket.email)
    for account in accounts_of(people, user):
        amend_member(people, account, user.id, None, lambda found: replace(found, email=user.email))
    # A link that went to the old address must not open the sign-in any more.
    people.tickets.drop(Purpose.RESET, user.id)
    try:
        people.letters.send(address_changed(before.email, new=user.email))
    except Undeliverable:
        return user
    return user


def _new_address(people: People, caller: Caller, who: Person, email: str) -> str | None:
    """None for the address that the user has already."""
    address = emails.normalise(email)
    if who.user.email == address:
        return None
    require_own_account(people, caller, who)
    if who.user.activated is None:
        raise Conflict("The invitation is pending: remove it, and invite the other address", param="email")
    require_password(who.user)
    _require_free(people, who.user, address)
    return address


def _ask(people: People, user: User, address: str, now: float) -> None:
    count_attempt(people, "address", user.id, _LETTERS_AN_HOUR, seconds=_HOUR, now=now)
    url, token = people.url_and_token(Purpose.ADDRESS, user.id, address, now=now)
    people.letters.send(address_confirmation(address, url=url, token=token))


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
