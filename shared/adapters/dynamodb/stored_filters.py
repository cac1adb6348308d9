from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Range, Table
from shared.core.ids import AccountId, DomainId, FilterId
from shared.core.segments import pack_document, unpack_document
from shared.core.stored_filters import Purpose, StoredFilter


class DynamoStoredFilters:
    """``StoredFilters`` on the table."""

    def __init__(self, table: Table, purpose: Purpose) -> None:
        self._table = table
        self.purpose = purpose

    def add(self, made: StoredFilter) -> None:
        where = keys.stored_filter(made.account, self.purpose, made.id)
        domains = pack_document(list(made.domains))
        self._table.put(
            {**where._asdict(), "id": made.id, "domains": domains, "created": made.created},
            "attribute_not_exists(#pk)",
        )

    def list_of(self, account: AccountId) -> list[StoredFilter]:
        partition = keys.stored_filter(account, self.purpose, FilterId(0)).pk
        return [_filter(account, item) for item in self._table.query(Range(partition), consistent=True)]

    def get(self, account: AccountId, number: FilterId) -> StoredFilter | None:
        item = self._table.get(keys.stored_filter(account, self.purpose, number))
        return None if item is None else _filter(account, item)

    def remove(self, made: StoredFilter) -> None:
        self._table.delete(keys.stored_filter(made.account, self.purpose, made.id))


def _filter(account: AccountId, item: Item) -> StoredFilter:
    domains = tuple(DomainId(number) for number in unpack_document(item["domains"]))
    return StoredFilter(FilterId(item["id"]), account, domains, item["created"])
