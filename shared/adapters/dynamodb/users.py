from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Step, Table, delete, put
from shared.core.emails import identity
from shared.core.errors import Conflict, NotFound, Outdated
from shared.core.ids import AccountId, UserId
from shared.core.members import User

_NEW = "attribute_not_exists(#pk)"
_AS_READ = "#version = :version"


class DynamoUsers:
    """``Users`` on the table: an item for the user, and one that holds the address for it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, user: User) -> None:
        try:
            self._table.transact(put(_item(user), _NEW), _holds(user))
        except Cancelled:
            raise _taken() from None

    def get(self, user: UserId) -> User | None:
        item = self._table.get(keys.user(user))
        return None if item is None else _user(item)

    def many(self, users: Collection[UserId]) -> dict[UserId, User]:
        found = map(_user, self._table.get_many(keys.user(each) for each in users).values())
        return {user.id: user for user in found}

    def with_email(self, email: str) -> User | None:
        held = self._table.get(keys.user_email(identity(email)))
        return None if held is None else self.get(UserId(held["user"]))

    def change(self, user: User) -> User:
        before = self.get(user.id)
        if before is None:
            raise _missing()
        changed = replace(user, version=user.version + 1)
        steps = [put(_item(changed), _AS_READ, {"version": user.version})]
        if identity(before.email) != identity(user.email):
            steps += [_holds(user), _lets_go(before)]
        try:
            self._table.transact(*steps)
        except Cancelled as cancelled:
            if 0 not in cancelled.failed and 1 in cancelled.failed:
                raise _taken() from None
            raise Outdated("The user was changed meanwhile") from None
        return changed

    def hold(self, user: UserId, account: AccountId) -> bool:
        try:
            self._table.update(
                keys.user(user),
                "ADD #version :one, #accounts :account",
                "attribute_exists(#pk)",
                {"one": 1, "account": frozenset({account})},
            )
        except ConditionFailed:
            return False
        return True

    def remove(self, user: User) -> bool:
        try:
            self._table.transact(
                delete(keys.user(user.id), _AS_READ, {"version": user.version}), _lets_go(user)
            )
        except Cancelled:
            return False
        tickets = keys.tickets_of(user.id)
        for item in self._table.query(Range(tickets.pk, tickets.sk, tickets.sk + keys.AFTER_ALL)):
            self._table.delete(keys.Key(item["pk"], item["sk"]))
        return True


def _holds(user: User) -> Step:
    return put({**keys.user_email(identity(user.email))._asdict(), "user": user.id}, _NEW)


def _lets_go(user: User) -> Step:
    return delete(keys.user_email(identity(user.email)), "#user = :user", {"user": user.id})


def _item(user: User) -> dict[str, Plain | None]:
    return {
        **keys.user(user.id)._asdict(),
        "id": user.id,
        "email": user.email,
        "created": user.created,
        "activated": user.activated,
        "provider": user.provider,
        "totp": user.totp,
        "accounts": frozenset(user.accounts),
        "version": user.version,
    }


def _user(item: Item) -> User:
    return User(
        id=UserId(item["id"]),
        email=item["email"],
        created=item["created"],
        activated=item.get("activated"),
        provider=item.get("provider"),
        totp=item["totp"],
        accounts=frozenset(map(AccountId, item.get("accounts", ()))),
        version=item["version"],
    )


def _taken() -> Conflict:
    return Conflict("Another user has this address", param="email")


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")
