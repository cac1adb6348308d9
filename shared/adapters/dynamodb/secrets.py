"""Secrets that a deployment makes for itself, once."""

from __future__ import annotations

from collections.abc import Callable

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import ConditionFailed, Table


def kept_secret(table: Table, name: str, new_bytes: Callable[[], bytes]) -> bytes:
    """The secret of that name; ``new_bytes`` makes it when the deployment has none. Of several that make
    it at once, the first wins and all get the same."""
    where = keys.secret(name)
    item = table.get(where)
    if item is None:
        item = {**where._asdict(), "value": new_bytes()}
        try:
            table.put(item, "attribute_not_exists(#pk)")
        except ConditionFailed as failure:
            item = failure.item or item
    return bytes(item["value"])
