from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from shared.core.advice.advices import Advice, Listed, PlanRow, Sorting
from shared.core.advice.ledger import Kind
from shared.core.ids import AccountId, DomainId, MatterId

_Home = tuple[AccountId, DomainId]


class FakeAdvices:
    """``exists`` tells whether a domain is there."""

    def __init__(
        self, exists: Callable[[AccountId, DomainId], bool] = lambda _account, _domain: True
    ) -> None:
        self.stored: dict[_Home, Advice] = {}
        self._exists = exists

    def get(self, account: AccountId, domain: DomainId) -> Advice | None:
        return self.stored.get((account, domain))

    def get_many(self, account: AccountId, domains: Collection[DomainId]) -> list[Advice]:
        there = (self.stored.get((account, each)) for each in sorted(domains))
        return [replace(advice, row=None) for advice in there if advice is not None]

    def replace(self, before: Advice | None, after: Advice) -> bool:
        home = (after.account, after.domain)
        now = self.stored.get(home)
        version = now.version if now is not None else 0
        expected = before.version if before is not None else 0
        if version != expected or not self._exists(*home):
            return False
        alike = now is not None and replace(now, row=None) == replace(after, row=None, version=version)
        self.stored[home] = replace(after, version=version + (not alike))
        return True

    def find(self, account: AccountId, kind: Kind, matter: MatterId) -> Listed | None:
        found = (each for each in self._all(account) if each.matter.kind is kind and each.matter.id == matter)
        return next(found, None)

    def listed(
        self,
        account: AccountId,
        kind: Kind,
        sorting: Sorting,
        *,
        solved: bool,
        ignored: bool,
        after: tuple[str, int] | None,
        batch: int,
    ) -> Iterator[Listed]:
        found = [
            each
            for each in self._all(account)
            if (each.matter.kind, each.matter.is_open, each.matter.ignored) == (kind, not solved, ignored)
        ]
        for each in sorted(found, key=sorting.place, reverse=sorting.descending):
            place = sorting.place(each)
            if after is None or (place < after if sorting.descending else place > after):
                yield each

    def rows(self, account: AccountId, *, after: DomainId | None, batch: int) -> Iterator[PlanRow]:
        domains = sorted(domain for owner, domain in self.stored if owner == account)
        return iter(self.rows_of(account, [each for each in domains if after is None or each > after]))

    def rows_of(self, account: AccountId, domains: Collection[DomainId]) -> list[PlanRow]:
        there = (self.stored.get((account, each)) for each in sorted(domains))
        return [advice.row for advice in there if advice is not None and advice.row is not None]

    def forget(self, account: AccountId, domain: DomainId) -> None:
        self.stored.pop((account, domain), None)

    def _all(self, account: AccountId) -> Iterator[Listed]:
        for (owner, domain), advice in sorted(self.stored.items()):
            if owner == account:
                yield from (Listed(domain, advice.name, each) for each in advice.matters)
