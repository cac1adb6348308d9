from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.counting import counted, uncountable, uncounted
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, delete, put
from shared.core.accounts import Counted
from shared.core.alerts.events import AlertKind
from shared.core.alerts.webhooks import Format, Webhook
from shared.core.errors import Conflict, NotFound, Outdated
from shared.core.ids import AccountId, DomainId, GroupId, WebhookId

_NEW: Final = "attribute_not_exists(#pk)"
_LAST: Final = "#version = :last"


class DynamoWebhooks:
    """``Webhooks``: an item each, counted by the account. Its secret is left out of what is exported."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, webhook: Webhook, *, most: int) -> None:
        added = put(_item(webhook), _NEW)
        try:
            self._table.transact(added, counted(webhook.account, Counted.WEBHOOKS, most=most))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise Conflict("There is a webhook with this id") from None
            raise uncountable(cancelled.failed.get(1), Counted.WEBHOOKS, most=most) from None

    def get(self, account: AccountId, webhook: WebhookId) -> Webhook | None:
        item = self._table.get(keys.webhook(account, webhook))
        return None if item is None else _webhook(item)

    def list_of(self, account: AccountId) -> list[Webhook]:
        partition = Range(keys.webhook(account, WebhookId(0)).pk)
        return [_webhook(item) for item in self._table.query(partition, consistent=True)]

    def change(self, webhook: Webhook) -> Webhook:
        following = {**_item(webhook), "version": webhook.version + 1}
        try:
            self._table.put(following, _LAST, {"last": webhook.version})
        except ConditionFailed as failed:
            if failed.item is None:
                raise NotFound("The requested resource could not be found", param="id") from None
            raise Outdated("The webhook was changed since it was read") from None
        return _webhook(following)

    def note_delivered(self, webhook: Webhook, now: int) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                keys.webhook(webhook.account, webhook.id),
                "SET #delivered = :now",
                "attribute_exists(#pk)",
                {"now": now},
            )

    def disable(self, webhook: Webhook, reason: str) -> bool:
        try:
            self._table.update(
                keys.webhook(webhook.account, webhook.id),
                "SET #enabled = :no, #disabled_reason = :reason, #version = #version + :one",
                "#enabled = :yes",
                {"no": False, "yes": True, "reason": reason, "one": 1},
            )
        except ConditionFailed:
            return False
        return True

    def remove(self, account: AccountId, webhook: WebhookId) -> bool:
        key = keys.webhook(account, webhook)
        try:
            self._table.transact(delete(key, "attribute_exists(#pk)"), uncounted(account, Counted.WEBHOOKS))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                return False
            # The account is gone, and its webhook goes all the same.
            self._table.delete(key)
        return True


def _item(webhook: Webhook) -> Item:
    return {
        **keys.webhook(webhook.account, webhook.id)._asdict(),
        "url": webhook.url,
        "secret": webhook.secret,
        "secret_before": webhook.secret_before,
        "secret_before_ends": webhook.secret_before_ends,
        "created": webhook.created,
        "kinds": json.dumps(sorted(kind.value for kind in webhook.kinds)),
        "domains": frozenset(map(int, webhook.domains)),
        "group": webhook.group,
        "format": webhook.format.value,
        "enabled": webhook.enabled,
        "disabled_reason": webhook.disabled_reason,
        "delivered": webhook.delivered,
        "version": webhook.version,
    }


def _webhook(item: Item) -> Webhook:
    group = item.get("group")
    return Webhook(
        id=WebhookId(int(item["sk"])),
        account=AccountId(int(item["pk"].split("#")[1])),
        url=item["url"],
        secret=item["secret"],
        created=item["created"],
        kinds=frozenset(map(AlertKind, json.loads(item["kinds"]))),
        domains=frozenset(map(DomainId, item.get("domains", ()))),
        group=None if group is None else GroupId(group),
        format=Format(item["format"]),
        enabled=item["enabled"],
        disabled_reason=item["disabled_reason"],
        secret_before=item["secret_before"],
        secret_before_ends=item["secret_before_ends"],
        delivered=item.get("delivered"),
        version=item["version"],
    )
