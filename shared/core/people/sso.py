"""Single sign-on: from a password of ours to an identity provider of the user pool."""

from __future__ import annotations

from dataclasses import replace

from shared.core.access import administer
from shared.core.callers import Caller
from shared.core.errors import Conflict, Invalid
from shared.core.people.people import (
    People,
    Person,
    amend_user,
    end_sessions,
    find_person,
    person,
    require_own_account,
)
from shared.core.people.tickets import Purpose

_OF_EVERY_KIND = "aA1!"
"""What policies ask for: the rest of the password is random."""


def convert_to_sso(people: People, caller: Caller, reference: str, provider: str | None = None) -> Person:
    """Have a user sign in at an identity provider, where the user's address is the same, and nowhere else.
    Harmless when that is so. An administrator's to do.

    ``provider`` may be left out where the pool has one. ``Invalid`` where it has none, or not that one."""
    administer(caller)
    who = find_person(people, caller, reference)
    chosen = _chosen(people, provider)
    if who.user.provider == chosen:
        return who
    require_own_account(people, caller, who)
    user = who.user
    if user.activated is None:
        raise Conflict("The invitation is pending: nobody has taken it up yet", param="id")
    people.directory.link(user.id, user.email, chosen)
    people.directory.set_password(user.id, people.new_secret() + _OF_EVERY_KIND)
    converted = amend_user(people, user.id, lambda found: replace(found, provider=chosen, totp=False))
    end_sessions(people, user, now=caller.now)
    for purpose in (Purpose.RESET, Purpose.ADDRESS):
        people.tickets.drop(purpose, user.id)
    return person(people, caller.account_id, converted.id)


def _chosen(people: People, provider: str | None) -> str:
    if not people.providers:
        raise Invalid("This deployment has no identity provider", param="provider")
    if provider is None:
        if len(people.providers) > 1:
            raise Invalid(f"Choose one of {', '.join(people.providers)}", param="provider")
        return people.providers[0]
    if provider not in people.providers:
        raise Invalid(f"The identity providers are {', '.join(people.providers)}", param="provider")
    return provider
