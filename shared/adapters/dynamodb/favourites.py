from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.errors import Outdated
from shared.core.ids import AccountId, DomainId
from shared.core.segments import pack_document, unpack_document

_ATTEMPTS: Final = 8


class DynamoFavourites:
    """``Favourites`` on the table: one item a domain, replaced whole."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, account: AccountId, domain: DomainId) -> frozenset[str]:
        return self._read(account, domain)[0]

    def add(self, account: AccountId, domain: DomainId, address: str, *, most: int) -> bool:
        def added(known: frozenset[str]) -> frozenset[str]:
            return known | {address} if len(known) < most else known

        return address in self._change(account, domain, added)[1]

    def remove(self, account: AccountId, domain: DomainId, address: str) -> bool:
        before, _ = self._change(account, domain, lambda known: known - {address})
        return address in before

    def forget(self, account: AccountId, domain: DomainId) -> None:
        self._table.delete(keys.favourites(account, domain))

    def _change(
        self, account: AccountId, domain: DomainId, change: Callable[[frozenset[str]], frozenset[str]]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """What they were, and what they are."""
        where = keys.favourites(account, domain)._asdict()
        for _ in range(_ATTEMPTS):
            known, version = self._read(account, domain)
            changed = change(known)
            if changed == known:
                return known, known
            item = {**where, "version": version + 1, "addresses": pack_document(sorted(changed))}
            condition = "#version = :version" if version else "attribute_not_exists(#pk)"
            try:
                self._table.put(item, condition, {"version": version} if version else {})
            except ConditionFailed:
                continue
            return known, changed
        raise Outdated("The favourites are being changed by others; try again")

    def _read(self, account: AccountId, domain: DomainId) -> tuple[frozenset[str], int]:
        item = self._table.get(keys.favourites(account, domain))
        if item is None:
            return frozenset(), 0
        return frozenset(unpack_document(item["addresses"])), int(item["version"])
