from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Final

from shared import settings
from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Plain
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.ids import AccountId, DomainId
from shared.core.sending.snapshots import Snapshot, SnapshotState, pack, unpack

_LOOKS: Final = 3


class DynamoSnapshots:
    """``Snapshots``: an object in the data bucket for each, and an item that says which is the newest."""

    def __init__(self, table: Table, blobs: Blobs) -> None:
        self._table = table
        self._blobs = blobs

    def state(self, account: AccountId) -> SnapshotState:
        item = self._table.get(keys.snapshot(account)) or {}
        return SnapshotState(
            item.get("made"), item.get("asked"), item.get("place", ""), item.get("version", 0)
        )

    def read(self, account: AccountId) -> Snapshot | None:
        """The object that an item leads to is gone when a newer one was put meanwhile, or after some days."""
        seen = ""
        for _ in range(_LOOKS):
            place = self.state(account).place
            if place == seen:
                return None
            packed = self._blobs.get(place)
            if packed is not None:
                with suppress(ValueError):
                    return unpack(packed)
                return None
            seen = place
        return None

    def ask(self, account: AccountId, now: int, *, apart: int) -> bool:
        free = "attribute_not_exists(#asked) OR #asked <= :before"
        try:
            self._table.update(
                keys.snapshot(account), "SET #asked = :now", free, {"now": now, "before": now - apart}
            )
        except ConditionFailed:
            return False
        return True

    def put(self, account: AccountId, snapshot: Snapshot) -> bool:
        before = self.state(account)
        while before.made is None or before.made <= snapshot.made:
            if self._replaced(account, before, snapshot):
                return True
            before = self.state(account)
        return False

    def forget(self, account: AccountId, domain: DomainId) -> None:
        while True:
            before, found = self.state(account), self.read(account)
            after = None if found is None else found.without(domain)
            if after is None or after is found or self._replaced(account, before, after):
                return

    def _replaced(self, account: AccountId, before: SnapshotState, snapshot: Snapshot) -> bool:
        """Whether it was put in the place of what was there before; then that is removed."""
        packed = pack(snapshot)
        digest = hashlib.sha256(packed).hexdigest()[:16]
        place = f"{settings.SOURCES}{account}/{before.version + 1}-{snapshot.made}-{digest}"
        self._blobs.put(place, packed)
        if not self._leads(account, before.version, snapshot.made, place):
            # Unless another call put the very same there.
            if self.state(account).place != place:
                self._blobs.remove(place)
            return False
        if before.place:
            self._blobs.remove(before.place)
        return True

    def _leads(self, account: AccountId, version: int, made: int, place: str) -> bool:
        values: dict[str, Plain] = {"made": made, "place": place, "next": version + 1}
        same = "attribute_not_exists(#version)"
        if version:
            same, values = "#version = :version", {**values, "version": version}
        change = "SET #made = :made, #place = :place, #version = :next"
        try:
            self._table.update(keys.snapshot(account), change, same, values)
        except ConditionFailed:
            return False
        return True
