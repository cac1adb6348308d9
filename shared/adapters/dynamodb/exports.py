from __future__ import annotations

from contextlib import suppress

from shared import settings
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.clock import DAY_SECONDS
from shared.core.exports import PATIENCE, Export
from shared.core.ids import AccountId


class DynamoExports:
    """``Exports`` on the table: an item an account, which goes when the archives do."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: AccountId) -> Export | None:
        item = self._table.get(keys.export(account))
        return None if item is None else _export(item)

    def begin(self, export: Export) -> Export:
        item = {
            **keys.export(export.account)._asdict(),
            "account": export.account,
            "id": export.id,
            "started": export.started,
            "expires": export.started + settings.EXPORT_DAYS * DAY_SECONDS,
        }
        free = "attribute_not_exists(#pk) OR attribute_exists(#finished) OR #started < :given_up"
        try:
            self._table.put(item, free, {"given_up": export.started - PATIENCE})
        except ConditionFailed as failed:
            return self.begin(export) if failed.item is None else _export(failed.item)
        return export

    def finish(self, export: Export, now: int) -> None:
        mine = "attribute_exists(#pk) AND #id = :id"
        with suppress(ConditionFailed):
            self._table.update(
                keys.export(export.account), "SET #finished = :now", mine, {"now": now, "id": export.id}
            )


def _export(item: Item) -> Export:
    return Export(AccountId(item["account"]), item["id"], item["started"], item.get("finished"))
