"""Ending the digests by a link: signed, so that nobody can end those of others, and good for ever."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from typing import Final

from shared.core.alerts.rhythms import switched_off
from shared.core.errors import Invalid, NotFound
from shared.core.ids import AccountId, UserId
from shared.core.members import Member
from shared.core.people.people import People, amend_member

_TOKEN: Final = re.compile(r"dig_([1-9][0-9]{0,15})_([1-9][0-9]{0,15})_([0-9a-f]{40})", re.ASCII)


def unsubscribe_token(key: bytes, account: AccountId, user: UserId) -> str:
    return f"dig_{account}_{user}_{_proof(key, account, user)}"


def unsubscribe(people: People, key: bytes, token: str) -> Member:
    """No more digests for this member. Harmless when repeated. ``Invalid`` for what is no token of ours."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise _unknown()
    account, user = AccountId(int(match[1])), UserId(int(match[2]))
    if not hmac.compare_digest(match[3], _proof(key, account, user)):
        raise _unknown()
    try:
        return amend_member(
            people, account, user, None, lambda found: replace(found, settings=switched_off(found.settings))
        )
    except NotFound:
        raise _unknown() from None


def _proof(key: bytes, account: AccountId, user: UserId) -> str:
    return hmac.new(key, f"digest {account} {user}".encode(), hashlib.sha256).hexdigest()[:40]


def _unknown() -> Invalid:
    return Invalid("This link is none of ours, or who it was for has left", param="token")
