"""Somebody in an account, made beside the functions: with a sign-in and an access token only where that is
asked for, as the user pool takes its time."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.tickets import DynamoTickets
from shared.adapters.dynamodb.users import DynamoUsers
from shared.core import ids
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.members import Member, User
from shared.core.people.tickets import Purpose, issue
from shared.core.rights import Level
from tests.local.people import new_person
from tests.local.running import RunningStack

PASSWORD: Final = "four plain words here"
_MOST: Final = 10_000
"""Members of an account."""

_RATE: Final = 6_000


@dataclass(frozen=True, slots=True)
class Somebody:
    """``token`` is an access token, empty for who has no sign-in."""

    user: User
    member: Member
    token: str

    @property
    def id(self) -> str:
        return ids.render(ids.USER, self.user.id)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Persons:
    """Makes people."""

    def __init__(self, stack: RunningStack, table: Table) -> None:
        self._stack = stack
        self._users = DynamoUsers(table)
        self._members = DynamoMembers(table)
        self._tickets = DynamoTickets(table)

    def member(
        self,
        account: AccountId,
        *,
        signs_in: bool = False,
        owner: bool = False,
        active: bool = True,
        levels: Mapping[GroupId, Level] | None = None,
    ) -> Somebody:
        """Who is not active has not taken up the invitation yet."""
        now, number = int(time.time()), UserId(ids.mint(time.time(), random.getrandbits(12)))
        email, token = f"{uuid4().hex[:12]}@people.example", ""
        if signs_in:
            email, token = new_person(self._stack, ids.render(ids.USER, number), PASSWORD)
        user = User(number, email, now, now if active else None, accounts=frozenset({account}))
        member = Member(account, number, email, now, _RATE, owner=owner, active=active, levels=levels or {})
        self._users.add(user)
        self._members.add(member, most=_MOST)
        return Somebody(user, member, token)

    def with_second_factor(self, account: AccountId, *, owner: bool = False) -> Somebody:
        """Who is asked for one-time passwords, as far as the pool is concerned."""
        somebody = self.member(account, signs_in=True, owner=owner)
        self._stack.aws("cognito-idp").admin_set_user_mfa_preference(
            UserPoolId=self._stack.user_pool,
            Username=somebody.id,
            SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
        )
        return somebody

    def letter(self, somebody: Somebody, purpose: Purpose, email: str = "") -> str:
        """The token of a letter that is not sent, to the user's address or to another."""
        return issue(
            self._tickets,
            purpose,
            somebody.user.id,
            email or somebody.user.email,
            account=somebody.member.account if purpose is Purpose.INVITATION else None,
            now=time.time(),
            new_secret=lambda: uuid4().hex + uuid4().hex[:11],
        )
