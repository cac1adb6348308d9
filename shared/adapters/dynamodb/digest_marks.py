from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.alerts.digests import REMEMBERED
from shared.core.ids import AccountId, UserId


class DynamoDigestMarks:
    """``DigestMarks``: an item for each digest, which goes by itself."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, account: AccountId, reader: UserId, period: str, now: int) -> bool:
        item = {**keys.digest(account, reader, period)._asdict(), "at": now, "expires": now + REMEMBERED}
        try:
            self._table.put(item, "attribute_not_exists(#pk)")
        except ConditionFailed:
            return False
        return True

    def release(self, account: AccountId, reader: UserId, period: str) -> None:
        self._table.delete(keys.digest(account, reader, period))

    def claimed(self, account: AccountId, reader: UserId, period: str) -> int | None:
        item = self._table.get(keys.digest(account, reader, period))
        return None if item is None else int(item["at"])
