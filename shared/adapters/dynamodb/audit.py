from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.core.audit import KEPT_DAYS, Actor, ActorKind, AuditEntry, AuditFilter, AuditPage, Deed
from shared.core.clock import utc_day
from shared.core.errors import Conflict
from shared.core.ids import AccountId, AuditId, first_minted, last_minted, minted_at
from shared.core.segments import pack_document, unpack_document

_LOOKED_AT: Final = 2_000
"""Entries that are read for one page at most: about a megabyte."""


class DynamoAudit:
    """``Audit`` on the table; ``now`` tells what has expired. A filter is applied to what was read: an index
    would cost every entry another write, and a log is mostly read by its dates."""

    def __init__(self, table: Table, now: Callable[[], float], *, looked_at: int = _LOOKED_AT) -> None:
        self._table = table
        self._now = now
        self._looked_at = looked_at

    def add(self, entry: AuditEntry) -> None:
        try:
            self._table.put(_item(entry), "attribute_not_exists(#pk)")
        except ConditionFailed:
            raise Conflict("The audit log has an entry with this id") from None

    def page(
        self, account: AccountId, wanted: AuditFilter, *, after: AuditId | None, limit: int
    ) -> AuditPage:
        items: list[AuditEntry] = []
        for seen, entry in enumerate(self._newest_first(account, wanted, after, limit), 1):
            if wanted.takes(entry):
                if len(items) == limit:
                    return AuditPage(items, items[-1].id)
                items.append(entry)
            if seen == self._looked_at:
                return AuditPage(items, entry.id)
        return AuditPage(items, None)

    def _newest_first(
        self, account: AccountId, wanted: AuditFilter, after: AuditId | None, limit: int
    ) -> Iterator[AuditEntry]:
        now = self._now()
        today = utc_day(now)
        oldest = max(filter(None, (wanted.first, today - timedelta(days=KEPT_DAYS))))
        newest = min(filter(None, (wanted.last, today)))
        first, last = first_minted(oldest), last_minted(newest)
        if after is not None and after <= last:
            last, newest = after - 1, utc_day(minted_at(after))
        if first > last:
            return
        for partition in _months(account, oldest, newest):
            part = Range(partition, keys.padded(first), keys.padded(last), newest_first=True)
            for item in self._table.query(part, consistent=True, batch=limit + 1):
                if item["expires"] > now:
                    yield _entry(item, account)


def _months(account: AccountId, oldest: date, newest: date) -> Iterator[str]:
    """The partitions of the months that lie in between, newest first."""
    day = newest
    while day >= oldest.replace(day=1):
        yield keys.audit_month(account, day)
        day = day.replace(day=1) - timedelta(days=1)


def _item(entry: AuditEntry) -> Item:
    actor, deed = entry.actor, entry.deed
    return {
        **keys.audited(entry.account, entry.id)._asdict(),
        "at": entry.at,
        "expires": entry.expires,
        "action": deed.action,
        "said": pack_document(
            [
                actor.kind.value,
                actor.id,
                actor.label,
                actor.address,
                actor.agent,
                deed.resource,
                deed.request_id,
                dict(deed.detail),
            ]
        ),
    }


def _entry(item: Item, account: AccountId) -> AuditEntry:
    kind, who, label, address, agent, resource, request_id, detail = unpack_document(item["said"])
    return AuditEntry(
        AuditId(int(item["sk"])),
        account,
        item["at"],
        Actor(ActorKind(kind), who, label, address, agent),
        Deed(item["action"], resource, detail, request_id),
    )
