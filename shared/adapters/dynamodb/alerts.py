from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, put
from shared.core.alerts.alerts import (
    TELLING_SECONDS,
    Alert,
    AlertFilter,
    AlertPage,
    AlertState,
)
from shared.core.alerts.events import AlertKind
from shared.core.clock import utc_day
from shared.core.errors import NotFound, Outdated
from shared.core.ids import AccountId, AlertId, DomainId, last_of

_LOOKED_AT: Final = 2_000
"""Alerts that are read for one page at most."""

_LAST: Final = AlertId(2**53 - 1)
_NEW: Final = "attribute_not_exists(#pk) OR #expires <= :now"


class DynamoAlerts:
    """``Alerts``: an item each, and a mark beside it by which it is known again, whenever it is said to have
    happened. ``now`` tells what has expired."""

    def __init__(self, table: Table, now: Callable[[], float], *, looked_at: int = _LOOKED_AT) -> None:
        self._table = table
        self._now = now
        self._looked_at = looked_at

    def keep(self, alert: Alert) -> Alert:
        mark = _mark(alert)
        item = {**mark._asdict(), "alert": alert.id, "expires": alert.expires}
        now = {"now": int(self._now())}
        try:
            self._table.transact(put(item, _NEW, now), put(_item(alert), _NEW, now))
        except Cancelled as cancelled:
            known = cancelled.failed.get(0)
            number = alert.id if known is None else AlertId(known["alert"])
            return self.get(alert.account, number) or alert
        return alert

    def claim(self, alert: Alert, now: int) -> bool:
        free = (
            "attribute_exists(#pk) AND attribute_not_exists(#told) AND "
            "(attribute_not_exists(#telling) OR #telling <= :before)"
        )
        values = {"telling": now, "before": now - TELLING_SECONDS}
        try:
            self._table.update(_key(alert), "SET #telling = :telling", free, values)
        except ConditionFailed:
            return False
        return True

    def note_told(self, alert: Alert, now: int) -> None:
        with suppress(ConditionFailed):
            self._table.update(_key(alert), "SET #told = :told", "attribute_exists(#pk)", {"told": now})

    def get(self, account: AccountId, alert: AlertId) -> Alert | None:
        item = self._table.get(keys.alert(account, alert))
        return None if item is None or item["expires"] <= self._now() else _alert(item)

    def page(
        self, account: AccountId, wanted: AlertFilter, *, after: AlertId | None, limit: int
    ) -> AlertPage:
        items: list[Alert] = []
        for seen, alert in enumerate(self._newest_first(account, wanted, after, limit), 1):
            if wanted.takes(alert):
                if len(items) == limit:
                    return AlertPage(items, items[-1].id)
                items.append(alert)
            if seen == self._looked_at:
                return AlertPage(items, alert.id)
        return AlertPage(items, None)

    def change(self, alert: Alert) -> Alert:
        change = "SET #state = :state, #changed = :changed, #changed_by = :changed_by, #version = :next"
        values = {
            "state": alert.state.value,
            "changed": alert.changed or 0,
            "changed_by": alert.changed_by,
            "next": alert.version + 1,
            "last": alert.version,
        }
        try:
            return _alert(self._table.update(_key(alert), change, "#version = :last", values))
        except ConditionFailed as failed:
            if failed.item is None:
                raise NotFound("The requested resource could not be found", param="id") from None
            raise Outdated("The alert was changed since it was read") from None

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """A mark goes after its alert: a crash leaves alerts that are found again."""
        partition = Range(keys.alert_mark(account, domain, "").pk)
        for mark in self._table.query(partition, consistent=True):
            self._table.delete(keys.alert(account, AlertId(mark["alert"])))
            self._table.delete(keys.Key(mark["pk"], mark["sk"]))

    def _newest_first(
        self, account: AccountId, wanted: AlertFilter, after: AlertId | None, limit: int
    ) -> Iterator[Alert]:
        """Numbers begin with the day on which it happened, and nothing is raised before."""
        last = _LAST if after is None else AlertId(after - 1)
        if wanted.raised_to is not None:
            last = min(last, AlertId(last_of(utc_day(wanted.raised_to))))
        end = keys.alert(account, last)
        part = Range(end.pk, last=end.sk, newest_first=True)
        now = self._now()
        for item in self._table.query(part, consistent=True, batch=limit + 1):
            if item["expires"] > now:
                yield _alert(item)


def _key(alert: Alert) -> keys.Key:
    return keys.alert(alert.account, alert.id)


def _mark(alert: Alert) -> keys.Key:
    return keys.alert_mark(alert.account, alert.domain, alert.identity)


def _item(alert: Alert) -> Item:
    return {
        **_key(alert)._asdict(),
        "domain": alert.domain,
        "name": alert.name,
        "kind": alert.kind.value,
        "key": alert.key,
        "at": alert.at,
        "raised": alert.raised,
        "expires": alert.expires,
        "facts": json.dumps(dict(alert.facts), separators=(",", ":")),
        "state": alert.state.value,
        "changed": alert.changed,
        "changed_by": alert.changed_by,
        "told": alert.told,
        "version": alert.version,
    }


def _alert(item: Item) -> Alert:
    return Alert(
        id=AlertId(int(item["sk"])),
        account=AccountId(int(item["pk"].split("#")[1])),
        domain=item.get("domain"),
        name=item["name"],
        kind=AlertKind(item["kind"]),
        key=item["key"],
        at=item["at"],
        raised=item["raised"],
        expires=item["expires"],
        facts=json.loads(item["facts"]),
        state=AlertState(item["state"]),
        changed=item.get("changed"),
        changed_by=item["changed_by"],
        told=item.get("told"),
        version=item["version"],
    )
