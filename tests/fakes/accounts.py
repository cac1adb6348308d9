from __future__ import annotations

from dataclasses import replace

from shared.core.accounts import Account, Recipient
from shared.core.errors import Conflict, NotFound
from shared.core.ids import AccountId


class FakeAccounts:
    """Holds the tokens of domains too, and their counts: ``FakeDomains`` shares it."""

    def __init__(self) -> None:
        self.stored: dict[AccountId, Account] = {}
        self.tokens: dict[str, Recipient] = {}

    def add(self, account: Account) -> None:
        if account.id in self.stored or account.token in self.tokens:
            raise Conflict("The account exists already")
        self.stored[account.id] = account
        self.tokens[account.token] = Recipient(account.id)

    def get(self, account: AccountId) -> Account | None:
        return self.stored.get(account)

    def operator(self) -> AccountId | None:
        return next((account.id for account in self.stored.values() if account.operator), None)

    def recipient(self, token: str) -> Recipient | None:
        return self.tokens.get(token)

    def list_all(self) -> list[Account]:
        return [self.stored[number] for number in sorted(self.stored)]

    def move(self, number: AccountId, *, domains: int = 0, active: int = 0) -> None:
        account = self.stored.get(number)
        if account is None:
            raise NotFound("The requested resource could not be found")
        self.stored[number] = replace(
            account, domains=account.domains + domains, active_domains=account.active_domains + active
        )
