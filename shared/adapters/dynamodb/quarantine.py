from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain, in_index
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.core.ids import AccountId, QuarantineId
from shared.core.mail import Door, Trust
from shared.core.quarantine import Entry

_LIVE: Final = "#expires > :now"
_IS_NEW: Final = "attribute_not_exists(#pk) OR #expires <= :now"
_LAST: Final = QuarantineId(2**53 - 1)


class DynamoQuarantine:
    """``Quarantine`` on the table; ``now`` tells what has expired. Counting reads every live entry."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def add(self, entry: Entry) -> None:
        try:
            self._table.put(_item(entry), _IS_NEW, self._values())
        except ConditionFailed:
            said: dict[str, Plain] = {"reason": entry.reason, "detail": entry.detail}
            self._change(entry, "SET #reason = :reason, #detail = :detail", said)

    def page(self, owners: tuple[AccountId, ...], *, after: QuarantineId | None, limit: int) -> list[Entry]:
        last = _LAST if after is None else QuarantineId(after - 1)
        entries: list[Entry] = []
        for owner in owners:
            end = keys.quarantined(owner, last)
            wanted = Range(end.pk, last=end.sk, newest_first=True)
            found = self._table.query(
                wanted, condition=_LIVE, values=self._values(), consistent=True, batch=limit
            )
            entries.extend(_entry(item) for item, _ in zip(found, range(limit), strict=False))
        return sorted(entries, key=lambda entry: entry.id, reverse=True)[:limit]

    def count(self, owners: tuple[AccountId, ...]) -> int:
        everything = (Range(keys.quarantined(owner, _LAST).pk) for owner in owners)
        return sum(self._table.count(wanted, condition=_LIVE, values=self._values()) for wanted in everything)

    def get(self, owners: tuple[AccountId, ...], entry: QuarantineId) -> Entry | None:
        found = self._live([keys.quarantined(owner, entry) for owner in owners])
        return found[0] if found else None

    def of_delivery(self, owners: tuple[AccountId, ...], mail: str) -> list[Entry]:
        listed: list[keys.Key] = []
        for owner in owners:
            wanted = Range(keys.quarantined_of(owner, mail, _LAST).pk, index=True)
            listed.extend(keys.Key(item["pk"], item["sk"]) for item in self._table.query(wanted))
        return self._live(listed)

    def mark_replayed(self, entry: Entry, now: int) -> None:
        self._change(entry, "SET #replayed = :replayed", {"replayed": now})

    def remove(self, entry: Entry) -> None:
        self._table.delete(keys.quarantined(entry.account, entry.id))

    def _change(self, entry: Entry, change: str, values: dict[str, Plain]) -> None:
        """Of an entry that is there; one that has just been removed stays so."""
        try:
            self._table.update(
                keys.quarantined(entry.account, entry.id), change, "attribute_exists(#pk)", values
            )
        except ConditionFailed:
            return

    def _values(self) -> dict[str, Plain]:
        return {"now": int(self._now())}

    def _live(self, wanted: list[keys.Key]) -> list[Entry]:
        found = self._table.get_many(wanted)
        now = self._now()
        return [_entry(found[key]) for key in wanted if key in found and found[key]["expires"] > now]


def _item(entry: Entry) -> Item:
    return {
        **keys.quarantined(entry.account, entry.id)._asdict(),
        **in_index(keys.quarantined_of(entry.account, entry.mail, entry.id)),
        "reason": entry.reason,
        "detail": entry.detail,
        "path": entry.path,
        "mail": entry.mail,
        "door": entry.door.value,
        "received": entry.received,
        "expires": entry.expires,
        "trust": entry.trust.value,
        "recipients": json.dumps(entry.recipients),
        "sender": entry.sender,
        "subject": entry.subject,
        "domain": entry.domain,
        "reporter": entry.reporter,
        "report_id": entry.report_id,
        "replayed": entry.replayed,
    }


def _entry(item: Item) -> Entry:
    return Entry(
        id=QuarantineId(int(item["sk"])),
        account=AccountId(int(item["pk"].split("#")[1])),
        reason=item["reason"],
        detail=item["detail"],
        path=item["path"],
        mail=item["mail"],
        door=Door(item["door"]),
        received=item["received"],
        expires=item["expires"],
        trust=Trust(item["trust"]),
        recipients=tuple(json.loads(item["recipients"])),
        sender=item["sender"],
        subject=item["subject"],
        domain=item["domain"],
        reporter=item["reporter"],
        report_id=item["report_id"],
        replayed=item.get("replayed"),
    )
