from __future__ import annotations

from shared.core.ids import AccountId, FilterId
from shared.core.stored_filters import Purpose, StoredFilter


class FakeStoredFilters:
    def __init__(self, purpose: Purpose = Purpose.POLICIES) -> None:
        self.purpose = purpose
        self.stored: dict[tuple[AccountId, FilterId], StoredFilter] = {}

    def add(self, made: StoredFilter) -> None:
        self.stored[made.account, made.id] = made

    def list_of(self, account: AccountId) -> list[StoredFilter]:
        return [made for (owner, _), made in sorted(self.stored.items()) if owner == account]

    def get(self, account: AccountId, number: FilterId) -> StoredFilter | None:
        return self.stored.get((account, number))

    def remove(self, made: StoredFilter) -> None:
        self.stored.pop((made.account, made.id), None)
