from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from shared.core.api_keys import Allowance
from shared.core.emails import identity
from shared.core.errors import Conflict, Invalid, NotFound, Outdated, Unauthenticated
from shared.core.ids import AccountId, UserId
from shared.core.letters import Letter, Undeliverable
from shared.core.members import User
from shared.core.people.directory import BadPassword
from shared.core.people.tickets import Purpose, Shown, Ticket


class FakeTickets:
    def __init__(self) -> None:
        self.stored: dict[tuple[UserId, Purpose, AccountId | None], Ticket] = {}

    def put(self, ticket: Ticket) -> None:
        self.stored[ticket.user, ticket.purpose, ticket.account] = ticket

    def take(self, shown: Shown, now: int) -> Ticket | None:
        where = shown.user, shown.purpose, shown.account
        ticket = self.stored.get(where)
        if ticket is None or ticket.hash != shown.hash or ticket.expires <= now:
            return None
        return self.stored.pop(where)

    def give_back(self, ticket: Ticket) -> None:
        self.stored.setdefault((ticket.user, ticket.purpose, ticket.account), ticket)

    def drop(self, purpose: Purpose, user: UserId, account: AccountId | None = None) -> None:
        self.stored.pop((user, purpose, account), None)


class FakeUsers:
    """Shares the tickets, which go with their user."""

    def __init__(self, tickets: FakeTickets) -> None:
        self.stored: dict[UserId, User] = {}
        self._tickets = tickets

    def add(self, user: User) -> None:
        if user.id in self.stored or self.with_email(user.email) is not None:
            raise Conflict("Another user has this address", param="email")
        self.stored[user.id] = user

    def get(self, user: UserId) -> User | None:
        return self.stored.get(user)

    def many(self, users: Collection[UserId]) -> dict[UserId, User]:
        return {user: self.stored[user] for user in users if user in self.stored}

    def with_email(self, email: str) -> User | None:
        wanted = identity(email)
        return next((user for user in self.stored.values() if identity(user.email) == wanted), None)

    def change(self, user: User) -> User:
        found = self.stored.get(user.id)
        if found is None:
            raise NotFound("The requested resource could not be found", param="id")
        if found.version != user.version:
            raise Outdated("The user was changed meanwhile")
        holder = self.with_email(user.email)
        if holder is not None and holder.id != user.id:
            raise Conflict("Another user has this address", param="email")
        self.stored[user.id] = replace(user, version=user.version + 1)
        return self.stored[user.id]

    def hold(self, user: UserId, account: AccountId) -> bool:
        found = self.stored.get(user)
        if found is None:
            return False
        self.stored[user] = replace(found, accounts=found.accounts | {account}, version=found.version + 1)
        return True

    def remove(self, user: User) -> bool:
        found = self.stored.get(user.id)
        if found is None or found.version != user.version:
            return False
        del self.stored[user.id]
        for where in [where for where in self._tickets.stored if where[0] == user.id]:
            del self._tickets.stored[where]
        return True


class FakeAttempts:
    def __init__(self) -> None:
        self._spent: Counter[tuple[str, int, int]] = Counter()

    def spend(self, what: str, limit: int, *, seconds: int, now: int) -> Allowance:
        stretch = now // seconds
        reset = (stretch + 1) * seconds
        if self._spent[what, seconds, stretch] >= limit:
            return Allowance(limit, 0, reset, exceeded=True)
        self._spent[what, seconds, stretch] += 1
        return Allowance(limit, limit - self._spent[what, seconds, stretch], reset)


@dataclass
class Known:
    """Whom the pool knows. ``sessions`` counts those that were not ended."""

    email: str
    password: str | None = None
    links: dict[str, str] = field(default_factory=dict)
    """Address by identity provider."""
    sessions: int = 0
    begun: str | None = None
    secret: str | None = None


class FakeDirectory:
    """Passwords have 12 characters at least. An access token is ``access.<user>``, and the one-time password
    that is right is 000000."""

    def __init__(self) -> None:
        self.known: dict[UserId, Known] = {}
        self.secrets = 0

    def admit(self, user: UserId, email: str) -> None:
        if user in self.known:
            return
        for other in self.known.values():
            if identity(other.email) == identity(email):
                other.email = ""
        self.known[user] = Known(email)

    def set_password(self, user: UserId, password: str) -> None:
        known = self._find(user)
        if len(password) < 12:
            raise BadPassword("Password not long enough")
        known.password = password

    def check_password(self, user: UserId, password: str) -> bool:
        known = self.known.get(user)
        return known is not None and known.password == password

    def set_email(self, user: UserId, email: str) -> None:
        known = self._find(user)
        holders = [who for who, other in self.known.items() if identity(other.email) == identity(email)]
        if holders not in ([], [user]):
            raise Conflict("Another user has this address", param="email")
        known.email = email

    def sign_out(self, user: UserId) -> None:
        if user in self.known:
            self.known[user].sessions = 0

    def remove(self, user: UserId) -> None:
        self.known.pop(user, None)

    def link(self, user: UserId, email: str, provider: str) -> None:
        known = self._find(user)
        for who, other in self.known.items():
            if who != user and other.links.get(provider) == email:
                raise Conflict("Somebody else is linked to this sign-in", param="id")
        known.links[provider] = email

    def begin_totp(self, access_token: str) -> str:
        known = self._whose(access_token)
        self.secrets += 1
        known.begun = f"SECRET{self.secrets}"
        return known.begun

    def confirm_totp(self, access_token: str, code: str) -> None:
        known = self._whose(access_token)
        if known.begun is None or code != "000000":
            raise Invalid("It is not the one-time password of the secret", param="code")
        known.secret, known.begun = known.begun, None

    def remove_totp(self, access_token: str) -> None:
        self._whose(access_token).secret = None

    def asks_totp(self, user: UserId) -> bool:
        return self._find(user).secret is not None

    def reset_totp(self, user: UserId) -> None:
        self._find(user).secret = None

    def _find(self, user: UserId) -> Known:
        if user not in self.known:
            raise NotFound("The requested resource could not be found", param="id")
        return self.known[user]

    def _whose(self, access_token: str) -> Known:
        number = access_token.removeprefix("access.")
        known = self.known.get(UserId(int(number))) if number.isdigit() else None
        if known is None:
            raise Unauthenticated("The access token is not valid any more")
        return known


class FakeLetters:
    """``refused`` are addresses that the mail service takes no letter to."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.refused: set[str] = set()

    def send(self, letter: Letter) -> None:
        if letter.to in self.refused:
            raise Undeliverable
        self.sent.append(letter)
