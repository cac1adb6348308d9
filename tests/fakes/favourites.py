from __future__ import annotations

from shared.core.ids import AccountId, DomainId


class FakeFavourites:
    def __init__(self) -> None:
        self.stored: dict[tuple[AccountId, DomainId], frozenset[str]] = {}

    def of(self, account: AccountId, domain: DomainId) -> frozenset[str]:
        return self.stored.get((account, domain), frozenset())

    def add(self, account: AccountId, domain: DomainId, address: str, *, most: int) -> bool:
        known = self.of(account, domain)
        if address not in known and len(known) >= most:
            return False
        self.stored[account, domain] = known | {address}
        return True

    def remove(self, account: AccountId, domain: DomainId, address: str) -> bool:
        known = self.of(account, domain)
        self.stored[account, domain] = known - {address}
        return address in known

    def forget(self, account: AccountId, domain: DomainId) -> None:
        self.stored.pop((account, domain), None)
