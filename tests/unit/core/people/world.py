"""Two accounts with people in them, on stores in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from shared.core.accounts import Account
from shared.core.api_keys import ApiKey
from shared.core.callers import Caller
from shared.core.ids import AccountId, ApiKeyId, UserId
from shared.core.letters import Letter
from shared.core.members import Member, User
from shared.core.people.people import People
from shared.core.plans import plan_named
from shared.core.rights import Scope
from tests import fakes
from tests.letters import token_in
from tests.unit.core.world import ACCOUNT, NOW

OTHER = replace(ACCOUNT, id=AccountId(8), email="postmaster@vineyard.example", token="other")
OWNER, ADMIN, MEMBER, PENDING, STRANGER = (UserId(number) for number in (11, 12, 13, 14, 21))
PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "another horse and another battery"
EMAILS = {
    OWNER: "owner@orchard.example",
    ADMIN: "admin@orchard.example",
    MEMBER: "member@orchard.example",
    PENDING: "pending@orchard.example",
    STRANGER: "stranger@vineyard.example",
}


@dataclass
class PeopleWorld:
    """``OWNER``, ``ADMIN``, ``MEMBER`` and ``PENDING`` are in ``ACCOUNT``; ``STRANGER`` owns ``OTHER``."""

    now: float = NOW
    providers: tuple[str, ...] = ("Corp",)
    tickets: fakes.FakeTickets = field(default_factory=fakes.FakeTickets)
    members: fakes.FakeMembers = field(default_factory=fakes.FakeMembers)
    attempts: fakes.FakeAttempts = field(default_factory=fakes.FakeAttempts)
    directory: fakes.FakeDirectory = field(default_factory=fakes.FakeDirectory)
    letters: fakes.FakeLetters = field(default_factory=fakes.FakeLetters)

    def __post_init__(self) -> None:
        self.users = fakes.FakeUsers(self.tickets)
        self.secrets = count(1)
        self.numbers = count(1)
        self.join(OWNER, owner=True, admin=True)
        self.join(ADMIN, admin=True)
        self.join(MEMBER)
        self.join(PENDING, active=False)
        self.join(STRANGER, OTHER, owner=True, admin=True)

    @property
    def people(self) -> People:
        return People(
            users=self.users,
            members=self.members,
            directory=self.directory,
            letters=self.letters,
            tickets=self.tickets,
            attempts=self.attempts,
            pages="https://postseal.example/v1",
            providers=self.providers,
            new_secret=lambda: f"{next(self.secrets):043d}",
            random_bits=lambda bits: next(self.numbers),
        )

    def join(
        self,
        user: UserId,
        account: Account = ACCOUNT,
        *,
        owner: bool = False,
        admin: bool = False,
        active: bool = True,
    ) -> None:
        """Into an account, and with a sign-in if that is active."""
        if user not in self.users.stored:
            self.users.add(User(user, EMAILS[user], NOW, NOW if active else None))
        self.members.add(
            Member(
                account.id,
                user,
                EMAILS[user],
                NOW,
                30,
                owner=owner,
                admin=admin,
                active=active,
            ),
            most=plan_named("operator").members,
        )
        self.users.hold(user, account.id)
        if active and user not in self.directory.known:
            self.directory.admit(user, EMAILS[user])
            self.directory.set_password(user, PASSWORD)
            self.directory.known[user].sessions = 1

    def user(self, number: UserId) -> User:
        return self.users.stored[number]

    def member(self, number: UserId, account: Account = ACCOUNT) -> Member:
        return self.members.stored[account.id, number]

    def caller(self, number: UserId, account: Account = ACCOUNT) -> Caller:
        rights = self.member(number, account).rights
        return Caller(account, None, self.now, rights, number, EMAILS.get(number, ""))

    def password(self, number: UserId) -> str | None:
        return self.directory.known[number].password

    def letters_to(self, address: str) -> list[Letter]:
        return [letter for letter in self.letters.sent if letter.to == address]

    def token(self, address: str) -> str:
        """Of the last letter to the address."""
        return token_in(self.letters_to(address)[-1].text)


def with_key(*scopes: Scope, account: Account = ACCOUNT) -> Caller:
    """Who comes with an API key."""
    key = ApiKey(ApiKeyId(5), account.id, "key", "ps_live_abcd", "hash", 30, NOW, scopes=frozenset(scopes))
    return Caller(account, key.id, NOW, key.rights)
