from __future__ import annotations

from dataclasses import replace

from shared.core.accounts import Account, AccountPage, Counted, Recipient, Status, Terms
from shared.core.errors import Conflict, NotFound, PlanLimit
from shared.core.ids import AccountId


class FakeAccounts:
    """Holds the tokens of domains too, and their counts: ``FakeDomains`` shares it."""

    def __init__(self) -> None:
        self.stored: dict[AccountId, Account] = {}
        self.tokens: dict[str, Recipient] = {}
        self.before: dict[AccountId, Status] = {}

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

    def total(self) -> int:
        return len(self.stored)

    def page(self, *, after: AccountId | None, limit: int) -> AccountPage:
        later = [account for account in self.list_all() if after is None or account.id > after]
        return AccountPage(later[:limit], len(later) > limit)

    def describe(self, account: AccountId, *, name: str, email: str) -> Account:
        return self._store(replace(self._current(account), name=name, email=email))

    def agree(self, account: AccountId, terms: Terms) -> Account:
        current = self._current(account)
        if current.is_closing:
            raise Conflict(f"The account is {current.status}")
        return self._store(
            replace(
                current,
                plan=terms.plan,
                extra_domains=terms.extra_domains,
                status=terms.status,
                current_period_end=terms.current_period_end,
            )
        )

    def close(self, account: AccountId, *, closes: int) -> Account:
        current = self._current(account)
        if current.is_closing:
            return current
        self.before[account] = current.status
        return self._store(replace(current, status=Status.CLOSING, closes=closes))

    def reopen(self, account: AccountId) -> Account:
        current = self._current(account)
        if current.status is not Status.CLOSING:
            raise Conflict(f"The account is {current.status}")
        return self._store(replace(current, status=self.before.pop(account), closes=None))

    def begin_deletion(self, account: AccountId, now: int) -> Account | None:
        current = self.get(account)
        if current is None or current.status is Status.DELETING:
            return current
        if current.status is not Status.CLOSING or current.closes is None or current.closes > now:
            return None
        self.tokens.pop(current.token, None)
        return self._store(replace(current, status=Status.DELETING))

    def remove(self, account: AccountId) -> None:
        current = self.get(account)
        if current is not None and current.status is Status.DELETING:
            del self.stored[account]

    def count(self, account: AccountId, what: Counted, *, most: int) -> None:
        """One more of what is counted: for the fakes that hold such things."""
        current = self._current(account)
        if getattr(current, what) >= most:
            raise PlanLimit(f"The plan allows {most} {what}")
        self._store(replace(current, **{what.value: getattr(current, what) + 1}))

    def uncount(self, account: AccountId, what: Counted) -> None:
        current = self._current(account)
        self._store(replace(current, **{what.value: getattr(current, what) - 1}))

    def move(self, number: AccountId, *, domains: int = 0, active: int = 0, parked: int = 0) -> None:
        account = self._current(number)
        self._store(
            replace(
                account,
                domains=account.domains + domains,
                active_domains=account.active_domains + active,
                parked_domains=account.parked_domains + parked,
            )
        )

    def _current(self, number: AccountId) -> Account:
        account = self.get(number)
        if account is None:
            raise NotFound("The requested resource could not be found", param="id")
        return account

    def _store(self, account: Account) -> Account:
        self.stored[account.id] = account
        return account
