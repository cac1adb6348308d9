from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.core.ids import AccountId, DomainId
from shared.core.lake.ledger import Exported, Version

_SEEN = ("pk", "sk", "version", "totals", "expires")
_LIVE = "#expires > :now"


class DynamoLakeLedger:
    """``LakeLedger``: an item for each day that is written, beside the rollups that it is held against."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def versions(self, account: AccountId, domain: DomainId, first: date, last: date) -> dict[date, Version]:
        start, end = (keys.day_totals(account, domain, day) for day in (first, last))
        found = self._table.query(
            Range(start.pk, start.sk, end.sk),
            condition=_LIVE,
            values={"now": int(self._now())},
            attributes=_SEEN,
        )
        return {date.fromisoformat(item["sk"]): _version(item) for item in found}

    def versions_on(
        self, account: AccountId, domains: Iterable[DomainId], day: date
    ) -> dict[DomainId, Version]:
        wanted = {keys.day_totals(account, domain, day): domain for domain in domains}
        found = self._table.get_many(wanted)
        now = self._now()
        return {
            domain: _version(found[key])
            for key, domain in wanted.items()
            if key in found and found[key]["expires"] > now
        }

    def get(self, account: AccountId, day: date) -> Exported:
        item = self._table.get(keys.lake_day(account, day))
        return Exported(day) if item is None else _exported(item)

    def between(self, account: AccountId, first: date, last: date) -> dict[date, Exported]:
        start, end = (keys.lake_day(account, day) for day in (first, last))
        found = map(_exported, self._table.query(Range(start.pk, start.sk, end.sk)))
        return {each.day: each for each in found}

    def after(self, account: AccountId, day: date | None, limit: int) -> list[date]:
        first = keys.lake_day(account, date.min if day is None else day + timedelta(days=1))
        found = self._table.query(Range(first.pk, first.sk), consistent=True, batch=limit)
        return [date.fromisoformat(item["sk"]) for item in islice(found, limit)]

    def note(self, account: AccountId, before: Exported, fingerprint: str) -> bool:
        item = {
            **keys.lake_day(account, before.day)._asdict(),
            "fingerprint": fingerprint,
            "version": before.version + 1,
        }
        with suppress(ConditionFailed):
            self._table.put(item, *_unchanged(before))
            return True
        return False

    def strike(self, account: AccountId, before: Exported) -> bool:
        with suppress(ConditionFailed):
            self._table.delete(keys.lake_day(account, before.day), *_unchanged(before))
            return True
        return False


def _unchanged(before: Exported) -> tuple[str, dict[str, int]]:
    if before.version:
        return "#version = :version", {"version": before.version}
    return "attribute_not_exists(#pk)", {}


def _version(item: Item) -> Version:
    return Version(int(item["version"]), "totals" in item)


def _exported(item: Item) -> Exported:
    return Exported(date.fromisoformat(item["sk"]), item["fingerprint"], int(item["version"]))
