from __future__ import annotations

from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.alerts.digests import REMEMBERED
from shared.core.ids import AccountId, UserId

_NEVER: Final = 0
"""When what was released was sent."""


class DynamoDigestMarks:
    """``DigestMarks``: an item for each digest, which goes by itself: nothing is deleted."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, account: AccountId, reader: UserId, period: str, now: int) -> bool:
        free = "attribute_not_exists(#pk) OR #at = :never"
        try:
            self._table.put(_item(account, reader, period, now, now), free, {"never": _NEVER})
        except ConditionFailed:
            return False
        return True

    def release(self, account: AccountId, reader: UserId, period: str, now: int) -> None:
        self._table.put(_item(account, reader, period, _NEVER, now))

    def claimed(self, account: AccountId, reader: UserId, period: str) -> int | None:
        item = self._table.get(keys.digest(account, reader, period))
        return int(item["at"]) or None if item is not None else None


def _item(account: AccountId, reader: UserId, period: str, at: int, now: int) -> Item:
    return {**keys.digest(account, reader, period)._asdict(), "at": at, "expires": now + REMEMBERED}
