from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Range, Table
from shared.core.advice.policy_filters import PolicyFilter
from shared.core.ids import AccountId, DomainId, PolicyFilterId
from shared.core.segments import pack_document, unpack_document


class DynamoPolicyFilters:
    """``PolicyFilters`` on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, made: PolicyFilter) -> None:
        where = keys.policy_filter(made.account, made.id)
        domains = pack_document(list(made.domains))
        self._table.put(
            {**where._asdict(), "id": made.id, "domains": domains, "created": made.created},
            "attribute_not_exists(#pk)",
        )

    def list_of(self, account: AccountId) -> list[PolicyFilter]:
        partition = keys.policy_filter(account, PolicyFilterId(0)).pk
        return [_filter(account, item) for item in self._table.query(Range(partition), consistent=True)]

    def get(self, account: AccountId, number: PolicyFilterId) -> PolicyFilter | None:
        item = self._table.get(keys.policy_filter(account, number))
        return None if item is None else _filter(account, item)


def _filter(account: AccountId, item: Item) -> PolicyFilter:
    domains = tuple(DomainId(number) for number in unpack_document(item["domains"]))
    return PolicyFilter(PolicyFilterId(item["id"]), account, domains, item["created"])
