from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from shared.adapters.blobs import Blobs, kept_until
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.rollup_items import (
    account_counts,
    account_day_of,
    detail_of,
    packed_detail,
    packed_totals,
    totals_of,
)
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Step, Table, put, update
from shared.adapters.dynamodb.tls_items import read_tls, tls_step
from shared.adapters.dynamodb.week_items import read_weeks, week_step
from shared.core.access import Readable
from shared.core.clock import DAY_SECONDS
from shared.core.counters import Standings
from shared.core.ids import AccountId, DomainId
from shared.core.rollups import AccountDay, DayDetail, DayRollup, DayTotals
from shared.core.tls.days import TlsDay

_INLINE: Final = 14_000
"""Bytes of detail that stay in its item: with the totals, 20 write units at most, and 30 days of them cost
60 read units at most. More goes to the data bucket, which is cheaper from some 8 kB on."""

_REMEMBERED: Final = 7 * DAY_SECONDS
"""For how long the version of a removed rollup is kept, so that no late writer takes it for a new day."""

_LIVE: Final = "#expires > :now"
_LOOKS: Final = 3


class DynamoRollups:
    """``Rollups`` on the table and the data bucket.

    Totals, their version and the account's day move in one transaction. The detail follows it at once, on
    the condition that it is not older than the one that is there: inside the transaction it would cost
    twice. Whoever fails between the two is asked again by its queue and writes both anew; until then a
    reader sees totals that are one version ahead of the sources.
    """

    def __init__(self, table: Table, blobs: Blobs, now: Callable[[], float]) -> None:
        self._table = table
        self._blobs = blobs
        self._now = now

    def version(self, account: AccountId, domain: DomainId, day: date) -> int:
        item = self._table.get(keys.day_totals(account, domain, day))
        return 0 if item is None else int(item["version"])

    def replace(self, rollup: DayRollup, *, expected: int) -> bool:
        old = self._table.get(keys.day_totals(rollup.account, rollup.domain, rollup.day)) or {}
        if old.get("version", 0) != expected:
            return False
        expires = self._expires(rollup)
        steps = [_totals_step(rollup, expected, expires)]
        account_step = _account_step(rollup, old, expires)
        if account_step is not None:
            steps.append(account_step)
        was = totals_of(rollup.day, old["totals"]) if "totals" in old else DayTotals(rollup.day)
        now = int(self._now())
        beside = tls_step(rollup, now, had=bool(was.tls.reports)), week_step(rollup, was, now)
        steps += [step for step in beside if step is not None]
        while True:
            try:
                self._table.transact(*steps)
                break
            except Cancelled as cancelled:
                if 0 in cancelled.failed:
                    return False
                # Another domain's reports of that day are kept for longer: so is the account's day.
                longer = (cancelled.failed[1] or {})["expires"]
                steps[1] = _account_step(rollup, old, longer) or steps[1]
        self._put_detail(rollup, expected + 1, expires)
        return True

    def totals(self, right: Readable, first: date, last: date) -> list[DayTotals]:
        start, end = (keys.day_totals(right.account, _domain(right), day) for day in (first, last))
        return [
            totals_of(date.fromisoformat(item["sk"]), item["totals"])
            for item in self._days(start, end)
            if "totals" in item
        ]

    def details(self, right: Readable, first: date, last: date) -> list[DayDetail]:
        start, end = (keys.day_detail(right.account, _domain(right), day) for day in (first, last))
        packed = ((item["sk"], self._detail(item)) for item in self._days(start, end))
        return [detail_of(date.fromisoformat(day), found) for day, found in packed if found is not None]

    def tls_days(self, right: Readable, first: date, last: date) -> list[TlsDay]:
        found = read_tls(self._table, right, int(self._now()))
        return [each for each in found if first <= each.day <= last]

    def weeks(self, right: Readable, first: date, last: date) -> dict[DomainId, Standings]:
        return dict(read_weeks(self._table, right, first, last, int(self._now())))

    def forget(self, account: AccountId, domain: DomainId) -> None:
        self._table.delete(keys.tls_days(account, domain))
        self._table.delete(keys.week(account, domain))

    def days_of(self, account: AccountId, domain: DomainId) -> list[date]:
        everything = Range(keys.day_totals(account, domain, date.min).pk)
        found = self._table.query(everything, consistent=True)
        return [date.fromisoformat(item["sk"]) for item in found if "totals" in item]

    def parked_messages(self, account: AccountId, first: date, last: date) -> int:
        start, end = (keys.account_day(account, day) for day in (first, last))
        return sum(item.get("parked_messages", 0) for item in self._days(start, end))

    def account_days(self, right: Readable, first: date, last: date) -> list[AccountDay]:
        if not right.whole:
            raise ValueError("days of an account are read of all its domains")
        start, end = (keys.account_day(right.account, day) for day in (first, last))
        days = [account_day_of(item) for item in self._days(start, end)]
        return [day for day in days if day != AccountDay(day.day)]

    def _expires(self, rollup: DayRollup) -> int:
        return rollup.expires if _holds(rollup) else int(self._now()) + _REMEMBERED

    def _days(self, first: keys.Key, last: keys.Key) -> Iterator[Item]:
        if first.sk > last.sk:
            return iter(())
        values = {"now": int(self._now())}
        return self._table.query(Range(first.pk, first.sk, last.sk), condition=_LIVE, values=values)

    def _put_detail(self, rollup: DayRollup, version: int, expires: int) -> None:
        where = keys.day_detail(rollup.account, rollup.domain, rollup.day)
        item: dict[str, Plain | None] = {**where._asdict(), "version": version, "expires": expires}
        blob = None
        if _holds(rollup):
            packed = packed_detail(rollup.detail)
            if len(packed) > _INLINE:
                blob = _blob_key(rollup, version, packed, self._now())
                self._blobs.put(blob, packed)
            item |= {"blob": blob, "detail": None if blob else packed}
        try:
            before = self._table.put(
                item, "attribute_not_exists(#pk) OR #version < :version", {"version": version}
            )
        except ConditionFailed:
            before = {"blob": blob}
        if before and before.get("blob"):
            self._blobs.remove(before["blob"])

    def _detail(self, item: Item) -> bytes | None:
        """The packed detail; None when there is none, or it was removed since the item was read."""
        current: Item | None = item
        for _ in range(_LOOKS):
            if current is None or not ("detail" in current or "blob" in current):
                return None
            packed = current["detail"] if "detail" in current else self._blobs.get(current["blob"])
            if packed is not None:
                return bytes(packed)
            current = self._table.get(keys.Key(item["pk"], item["sk"]))
        raise LookupError(f"the detail {item['blob']} is missing")


def _holds(rollup: DayRollup) -> bool:
    """Whether there is anything in it."""
    return rollup.totals != DayTotals(rollup.day)


def _totals_step(rollup: DayRollup, expected: int, expires: int) -> Step:
    item = {
        **keys.day_totals(rollup.account, rollup.domain, rollup.day)._asdict(),
        "version": expected + 1,
        "expires": expires,
        "totals": packed_totals(rollup.totals) if _holds(rollup) else None,
        "parked": rollup.parked or None,
    }
    if expected == 0:
        return put(item, "attribute_not_exists(#pk)")
    return put(item, "#version = :expected", {"expected": expected})


def _account_step(rollup: DayRollup, old: Item, expires: int) -> Step | None:
    """Moves the account's day by what the domain's day has changed; None when that is nothing."""
    before: dict[str, int] = {}
    if "totals" in old:
        before = account_counts(totals_of(rollup.day, old["totals"]), parked=old.get("parked", False))
    after = account_counts(rollup.totals, parked=rollup.parked)
    change = {name: count - before.get(name, 0) for name, count in after.items()}
    moved: dict[str, Plain] = {name: count for name, count in change.items() if count}
    if not moved:
        return None
    added = "ADD " + ", ".join(f"#{name} :{name}" for name in moved)
    where = keys.account_day(rollup.account, rollup.day)
    if not _holds(rollup):
        return update(where, added, values=moved)
    longest = "attribute_not_exists(#expires) OR #expires <= :expires"
    return update(where, f"SET #expires = :expires {added}", longest, {**moved, "expires": expires})


def _blob_key(rollup: DayRollup, version: int, packed: bytes, now: float) -> str:
    digest = hashlib.sha256(packed).hexdigest()[:16]
    kept = kept_until(rollup.expires, now)
    return f"{kept}/details/{rollup.account}/{rollup.domain}/{rollup.day}/{version}-{digest}"


def _domain(right: Readable) -> DomainId:
    if right.domain is None:
        raise ValueError("rollups of days are read of one domain")
    return right.domain.id
