from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.api_keys import Allowance
from shared.core.ids import AccountId, UserId
from shared.core.people.tickets import Purpose, Shown, Ticket


class DynamoTickets:
    """``Tickets`` on the table: one item for each purpose of a user."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, ticket: Ticket) -> None:
        self._table.put(_item(ticket))

    def take(self, shown: Shown, now: int) -> Ticket | None:
        try:
            item = self._table.delete(
                keys.ticket(shown.purpose, shown.user, shown.account),
                "#hash = :hash AND #expires > :now",
                {"hash": shown.hash, "now": now},
            )
        except ConditionFailed:
            return None
        return None if item is None else _ticket(item)

    def give_back(self, ticket: Ticket) -> None:
        try:
            self._table.put(_item(ticket), "attribute_not_exists(#pk)")
        except ConditionFailed:
            return

    def drop(self, purpose: Purpose, user: UserId, account: AccountId | None = None) -> None:
        self._table.delete(keys.ticket(purpose, user, account))


class DynamoAttempts:
    """``Attempts`` on the table: one item for each stretch of time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def spend(self, what: str, limit: int, *, seconds: int, now: int) -> Allowance:
        window = now // seconds
        reset = (window + 1) * seconds
        try:
            item = self._table.update(
                keys.attempts(what, seconds, window),
                "SET #count = if_not_exists(#count, :none) + :one, #expires = :expires",
                "attribute_not_exists(#count) OR #count < :limit",
                {"none": 0, "one": 1, "expires": reset + seconds, "limit": limit},
            )
        except ConditionFailed:
            return Allowance(limit, 0, reset, exceeded=True)
        return Allowance(limit, limit - item["count"], reset)


def _item(ticket: Ticket) -> dict[str, Plain | None]:
    return {
        **keys.ticket(ticket.purpose, ticket.user, ticket.account)._asdict(),
        "purpose": ticket.purpose.value,
        "user": ticket.user,
        "hash": ticket.hash,
        "email": ticket.email,
        "expires": ticket.expires,
        "account": ticket.account,
    }


def _ticket(item: Item) -> Ticket:
    account = item.get("account")
    return Ticket(
        purpose=Purpose(item["purpose"]),
        user=UserId(item["user"]),
        hash=item["hash"],
        email=item["email"],
        expires=item["expires"],
        account=None if account is None else AccountId(account),
    )
