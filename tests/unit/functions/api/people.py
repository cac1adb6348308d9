"""People in the account of the API's tests, and requests of theirs."""

from __future__ import annotations

import json
from typing import Any

from shared.core.access_tokens import SignedIn
from shared.core.accounts import Account
from shared.core.ids import UserId
from shared.core.members import Member, User
from tests.letters import token_in
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Answer, Api

OWNER, ADMIN, MEMBER, PENDING, STRANGER = (UserId(number) for number in (11, 12, 13, 14, 21))
PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "another horse and another battery"


def email_of(user: UserId) -> str:
    return f"user{user}@orchard.example"


def join(api: Api, user: UserId, account: Account = ACCOUNT, **roles: Any) -> str:
    """Make somebody a member, active unless said otherwise. The access token of the user."""
    active = roles.setdefault("active", True)
    email = email_of(user)
    if user not in api.users.stored:
        api.users.add(User(user, email, int(NOW), int(NOW) if active else None))
    member = Member(account.id, user, email, int(NOW), 1_000, **roles)
    api.members.add(member, most=100)
    api.users.hold(user, account.id)
    if active and user not in api.directory.known:
        api.directory.admit(user, email)
        api.directory.set_password(user, PASSWORD)
    token = f"access.{user}"
    api.tokens.given[token] = SignedIn(user, int(NOW) - 60)
    return token


def settle(api: Api) -> None:
    """An owner, an admin, a member, somebody invited."""
    join(api, OWNER, owner=True, admin=True)
    join(api, ADMIN, admin=True)
    join(api, MEMBER)
    join(api, PENDING, active=False)


def as_user(api: Api, user: UserId, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    text = None if body is None else json.dumps(body)
    return api.call(method, path, body=text, key=f"access.{user}", **more)


def last_token(api: Api, user_email: str) -> str:
    """Of the last letter to the address."""
    return token_in([letter for letter in api.letters.sent if letter.to == user_email][-1].text)
