"""Who makes and takes away the API token of a user."""

from __future__ import annotations

from dataclasses import replace

from shared.core.api_keys import hash_of
from shared.core.callers import Caller
from shared.core.errors import Forbidden
from shared.core.member_tokens import new_token, shown
from shared.core.members import Member
from shared.core.people.people import People, amend_member, find_person


def renew_token(people: People, caller: Caller, reference: str) -> tuple[Member, str]:
    """A new token of the caller's own, which is never to be had again; the one before is gone. ``Forbidden``
    for another's: with it one would be that person."""
    who = find_person(people, caller, reference)
    if who.user.id != caller.user:
        raise Forbidden("A user's token is made by the user alone", param="id")
    secret = new_token(who.member.account, who.user.id, people.new_secret)
    changed = amend_member(
        people,
        who.member.account,
        who.user.id,
        None,
        lambda found: replace(found, token_hash=hash_of(secret), token_shown=shown(secret)),
    )
    return changed, secret


def revoke_token(people: People, caller: Caller, reference: str) -> Member:
    """Take the token away: one's own, or another's for who administers the account."""
    who = find_person(people, caller, reference)
    by = None if who.user.id == caller.user else caller.user
    return amend_member(
        people,
        who.member.account,
        who.user.id,
        by,
        lambda found: replace(found, token_hash=None, token_shown=None),
    )
