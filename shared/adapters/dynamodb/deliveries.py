from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.core.alerts.deliveries import CLAIM_SECONDS, Delivery, DeliveryPage, DeliveryStatus
from shared.core.ids import AccountId, AlertId, DeliveryId, WebhookId

_NEW: Final = "attribute_not_exists(#pk) OR #expires <= :now"
_AS_READ: Final = "attribute_exists(#pk) AND #attempts = :attempts"
_LAST: Final = DeliveryId(2**53 - 1)


class DynamoDeliveries:
    """``Deliveries``: an item each; ``now`` tells what has expired."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def begin(self, delivery: Delivery) -> None:
        with suppress(ConditionFailed):
            self._table.put(_item(delivery), _NEW, {"now": int(self._now())})

    def get(self, account: AccountId, webhook: WebhookId, delivery: DeliveryId) -> Delivery | None:
        item = self._table.get(keys.delivery(account, webhook, delivery))
        return None if item is None or item["expires"] <= self._now() else _delivery(item)

    def page(
        self, account: AccountId, webhook: WebhookId, *, after: DeliveryId | None, limit: int
    ) -> DeliveryPage:
        first = keys.delivery(account, webhook, DeliveryId(0))
        end = keys.delivery(account, webhook, _LAST if after is None else DeliveryId(after - 1))
        part = Range(first.pk, first.sk, end.sk, newest_first=True)
        now = self._now()
        items: list[Delivery] = []
        for item in self._table.query(part, consistent=True, batch=limit + 1):
            if item["expires"] <= now:
                continue
            if len(items) == limit:
                return DeliveryPage(items, items[-1].id)
            items.append(_delivery(item))
        return DeliveryPage(items, None)

    def claim(self, delivery: Delivery, now: int) -> bool:
        free = f"{_AS_READ} AND #status = :status AND (attribute_not_exists(#claimed) OR #claimed <= :before)"
        values = {
            "attempts": delivery.attempts,
            "status": delivery.status.value,
            "claimed": now,
            "before": now - CLAIM_SECONDS,
        }
        try:
            self._table.update(_key(delivery), "SET #claimed = :claimed", free, values)
        except ConditionFailed:
            return False
        return True

    def record(self, delivery: Delivery, *, attempts: int) -> bool:
        try:
            self._table.put(_item(delivery), _AS_READ, {"attempts": attempts})
        except ConditionFailed:
            return False
        return True


def _key(delivery: Delivery) -> keys.Key:
    return keys.delivery(delivery.account, delivery.webhook, delivery.id)


def _item(delivery: Delivery) -> Item:
    return {
        **_key(delivery)._asdict(),
        "alert": delivery.alert,
        "created": delivery.created,
        "asked": delivery.asked,
        "expires": delivery.expires,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "begun": delivery.begun,
        "next_try": delivery.next_try,
        "last_try": delivery.last_try,
        "answered": delivery.answered,
        "trouble": delivery.trouble,
    }


def _delivery(item: Item) -> Delivery:
    webhook, _, number = item["sk"].partition("#")
    alert = item.get("alert")
    return Delivery(
        id=DeliveryId(int(number)),
        account=AccountId(int(item["pk"].split("#")[1])),
        webhook=WebhookId(int(webhook)),
        alert=None if alert is None else AlertId(alert),
        created=item["created"],
        asked=item["asked"],
        expires=item["expires"],
        status=DeliveryStatus(item["status"]),
        attempts=item["attempts"],
        begun=item["begun"],
        next_try=item.get("next_try"),
        last_try=item.get("last_try"),
        answered=item.get("answered"),
        trouble=item["trouble"],
    )
