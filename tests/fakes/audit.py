from __future__ import annotations

from collections.abc import Callable

from shared.core.audit import AuditEntry, AuditFilter, AuditPage
from shared.core.errors import Conflict
from shared.core.ids import AccountId, AuditId


class FakeAudit:
    def __init__(self, now: Callable[[], float] = lambda: 0.0, *, looked_at: int = 2_000) -> None:
        self.now = now
        self.looked_at = looked_at
        self.entries: dict[tuple[AccountId, AuditId], AuditEntry] = {}

    def add(self, entry: AuditEntry) -> None:
        if (entry.account, entry.id) in self.entries:
            raise Conflict("The audit log has an entry with this id")
        self.entries[entry.account, entry.id] = entry

    def page(
        self, account: AccountId, wanted: AuditFilter, *, after: AuditId | None, limit: int
    ) -> AuditPage:
        dates = AuditFilter(wanted.first, wanted.last)
        there = [
            entry
            for entry in self.entries.values()
            if entry.account == account and entry.expires > self.now() and dates.takes(entry)
        ]
        left = sorted(
            (entry for entry in there if after is None or entry.id < after),
            key=lambda entry: entry.id,
            reverse=True,
        )
        items = []
        for entry in left[: self.looked_at]:
            if wanted.takes(entry):
                items.append(entry)
            if len(items) == limit:
                break
        looked_at = left[: left.index(items[-1]) + 1] if len(items) == limit else left[: self.looked_at]
        rest = any(wanted.takes(entry) for entry in left[len(looked_at) :])
        return AuditPage(items, looked_at[-1].id if looked_at and rest else None)
