from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from shared.adapters.blobs import Blobs, kept_until
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.clock import DAY_SECONDS
from shared.core.ids import AccountId, DomainId
from shared.core.segments import pack_document, unpack_document
from shared.core.senders.history import Seen, SenderHistory

_INLINE: Final = 4_000
"""Bytes that stay in the item: each day's first rollup writes them. More goes to the data bucket."""

_KEPT: Final = 400 * DAY_SECONDS
"""After the last change: a domain of which nothing is heard for so long has no sources."""


class DynamoSenderHistories:
    """``SenderHistories`` on the table and the data bucket: an item for each domain, whatever its size."""

    def __init__(self, table: Table, blobs: Blobs, now: Callable[[], float]) -> None:
        self._table = table
        self._blobs = blobs
        self._now = now

    def get(self, account: AccountId, domain: DomainId) -> SenderHistory:
        item = self._table.get(keys.sender_history(account, domain))
        if item is None:
            return SenderHistory()
        packed = item["history"] if "history" in item else self._blobs.get(item["blob"])
        if packed is None:
            if self._is_replaced(item):
                return self.get(account, domain)
            # Its bytes are lost: the history begins anew, in the place of the lost one.
            return SenderHistory(version=int(item["version"]))
        return history_of(bytes(packed), int(item["version"]))

    def replace(self, account: AccountId, domain: DomainId, history: SenderHistory) -> bool:
        packed = packed_history(history)
        where = keys.sender_history(account, domain)
        expires = int(self._now()) + _KEPT
        item: dict[str, Plain | None] = {
            **where._asdict(),
            "version": history.version + 1,
            "expires": expires,
        }
        blob = None
        if len(packed) > _INLINE:
            digest = hashlib.sha256(packed).hexdigest()[:16]
            kept = kept_until(expires, self._now())
            blob = f"{kept}/senders/{account}/{domain}/{history.version + 1}-{digest}"
            self._blobs.put(blob, packed)
        item |= {"blob": blob, "history": None if blob else packed}
        condition = "attribute_not_exists(#pk)" if history.version == 0 else "#version = :version"
        values: dict[str, Plain] = {} if history.version == 0 else {"version": history.version}
        try:
            before = self._table.put(item, condition, values)
        except ConditionFailed:
            # Another writer may have put the same bytes under the same key: the bucket's lifecycle ends them.
            return False
        if before and before.get("blob"):
            self._blobs.remove(before["blob"])
        return True

    def forget(self, account: AccountId, domain: DomainId) -> None:
        where = keys.sender_history(account, domain)
        item = self._table.get(where)
        if item is None:
            return
        if "blob" in item:
            self._blobs.remove(item["blob"])
        self._table.delete(where)

    def _is_replaced(self, item: Item) -> bool:
        current = self._table.get(keys.Key(item["pk"], item["sk"]))
        return current is None or current["version"] != item["version"]


def packed_history(history: SenderHistory) -> bytes:
    """Senders in order, each with its addresses; days as ordinals, for there are thousands."""
    addresses: dict[str, list[list[Any]]] = {}
    for (sender, address), seen in sorted(history.addresses.items()):
        addresses.setdefault(sender, []).append([address, seen.first.toordinal(), seen.last.toordinal()])
    return pack_document(
        [
            [
                sender,
                seen.first.toordinal(),
                seen.last.toordinal(),
                sender in history.told,
                addresses.get(sender, []),
            ]
            for sender, seen in sorted(history.senders.items())
        ]
    )


def history_of(packed: bytes, version: int) -> SenderHistory:
    senders: dict[str, Seen] = {}
    addresses: dict[tuple[str, str], Seen] = {}
    told: set[str] = set()
    for sender, first, last, was_told, known in unpack_document(packed):
        senders[sender] = Seen(date.fromordinal(first), date.fromordinal(last))
        if was_told:
            told.add(sender)
        for address, since, until in known:
            addresses[sender, address] = Seen(date.fromordinal(since), date.fromordinal(until))
    return SenderHistory(senders, addresses, frozenset(told), version)
