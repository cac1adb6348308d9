from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.core.ids import AccountId, QuarantineId
from shared.core.quarantine import Entry


class FakeQuarantine:
    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.stored: dict[tuple[AccountId, QuarantineId], Entry] = {}

    def add(self, entry: Entry) -> None:
        there = self.get((entry.account,), entry.id)
        kept = entry if there is None else replace(there, reason=entry.reason, detail=entry.detail)
        self.stored[entry.account, entry.id] = kept

    def page(self, owners: tuple[AccountId, ...], *, after: QuarantineId | None, limit: int) -> list[Entry]:
        live = [entry for entry in self._live(owners) if after is None or entry.id < after]
        return sorted(live, key=lambda entry: entry.id, reverse=True)[:limit]

    def count(self, owners: tuple[AccountId, ...]) -> int:
        return len(self._live(owners))

    def get(self, owners: tuple[AccountId, ...], entry: QuarantineId) -> Entry | None:
        return next((live for live in self._live(owners) if live.id == entry), None)

    def of_delivery(self, owners: tuple[AccountId, ...], mail: str) -> list[Entry]:
        return [entry for entry in self._live(owners) if entry.mail == mail]

    def mark_replayed(self, entry: Entry, now: int) -> None:
        there = self.get((entry.account,), entry.id)
        if there is not None:
            self.stored[entry.account, entry.id] = replace(there, replayed=now)

    def remove(self, entry: Entry) -> None:
        self.stored.pop((entry.account, entry.id), None)

    def _live(self, owners: tuple[AccountId, ...]) -> list[Entry]:
        return [
            entry for entry in self.stored.values() if entry.account in owners and entry.expires > self.now()
        ]
