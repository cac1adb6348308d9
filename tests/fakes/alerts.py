from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from shared.core.alerts.alerts import TELLING_SECONDS, Alert, AlertFilter, AlertPage
from shared.core.alerts.deliveries import CLAIM_SECONDS, Delivery, DeliveryPage
from shared.core.alerts.webhooks import Webhook
from shared.core.errors import Conflict, Invalid, NotFound, Outdated
from shared.core.ids import AccountId, AlertId, DeliveryId, DomainId, UserId, WebhookId


class FakeAlerts:
    def __init__(self, now: Callable[[], float] = lambda: 0.0, *, looked_at: int = 2_000) -> None:
        self.now = now
        self.looked_at = looked_at
        self.stored: dict[tuple[AccountId, AlertId], Alert] = {}
        self.telling: dict[tuple[AccountId, AlertId], int] = {}

    def keep(self, alert: Alert) -> Alert:
        for known in self._live(alert.account):
            if (known.domain, known.identity) == (alert.domain, alert.identity):
                return known
        self.stored[alert.account, alert.id] = alert
        return alert

    def claim(self, alert: Alert, now: int) -> bool:
        key = alert.account, alert.id
        if key not in self.stored or self.stored[key].told is not None:
            return False
        if now - self.telling.get(key, now - TELLING_SECONDS) < TELLING_SECONDS:
            return False
        self.telling[key] = now
        return True

    def note_told(self, alert: Alert, now: int) -> None:
        key = alert.account, alert.id
        if key in self.stored:
            self.stored[key] = replace(self.stored[key], told=now)

    def get(self, account: AccountId, alert: AlertId) -> Alert | None:
        return next((each for each in self._live(account) if each.id == alert), None)

    def page(
        self, account: AccountId, wanted: AlertFilter, *, after: AlertId | None, limit: int
    ) -> AlertPage:
        left = [each for each in self._live(account) if after is None or each.id < after]
        looked_at = sorted(left, key=lambda each: each.id, reverse=True)[: self.looked_at]
        items = [each for each in looked_at if wanted.takes(each)]
        if len(items) > limit:
            return AlertPage(items[:limit], items[limit - 1].id)
        return AlertPage(items, looked_at[-1].id if len(left) > len(looked_at) else None)

    def change(self, alert: Alert) -> Alert:
        current = self.stored.get((alert.account, alert.id))
        if current is None:
            raise NotFound("The requested resource could not be found", param="id")
        if current.version != alert.version:
            raise Outdated("The alert was changed since it was read")
        changed = replace(alert, version=alert.version + 1)
        self.stored[alert.account, alert.id] = changed
        return changed

    def forget(self, account: AccountId, domain: DomainId) -> None:
        gone = [key for key, each in self.stored.items() if key[0] == account and each.domain == domain]
        for key in gone:
            del self.stored[key]

    def _live(self, account: AccountId) -> list[Alert]:
        return [
            each for each in self.stored.values() if each.account == account and each.expires > self.now()
        ]


class FakeWebhooks:
    def __init__(self) -> None:
        self.stored: dict[tuple[AccountId, WebhookId], Webhook] = {}

    def add(self, webhook: Webhook, *, most: int) -> None:
        if (webhook.account, webhook.id) in self.stored:
            raise Conflict("There is a webhook with this id")
        if len(self.list_of(webhook.account)) >= most:
            raise Invalid(f"An account may have {most} webhooks", param="url")
        self.stored[webhook.account, webhook.id] = webhook

    def get(self, account: AccountId, webhook: WebhookId) -> Webhook | None:
        return self.stored.get((account, webhook))

    def list_of(self, account: AccountId) -> list[Webhook]:
        return sorted((each for each in self.stored.values() if each.account == account), key=lambda e: e.id)

    def change(self, webhook: Webhook) -> Webhook:
        current = self.stored.get((webhook.account, webhook.id))
        if current is None:
            raise NotFound("The requested resource could not be found", param="id")
        if current.version != webhook.version:
            raise Outdated("The webhook was changed since it was read")
        return self._put(replace(webhook, version=webhook.version + 1))

    def note_delivered(self, webhook: Webhook, now: int) -> None:
        current = self.stored.get((webhook.account, webhook.id))
        if current is not None:
            self._put(replace(current, delivered=now))

    def disable(self, webhook: Webhook, reason: str) -> bool:
        current = self.stored.get((webhook.account, webhook.id))
        if current is None or not current.enabled:
            return False
        self._put(replace(current, enabled=False, disabled_reason=reason, version=current.version + 1))
        return True

    def remove(self, account: AccountId, webhook: WebhookId) -> bool:
        return self.stored.pop((account, webhook), None) is not None

    def _put(self, webhook: Webhook) -> Webhook:
        self.stored[webhook.account, webhook.id] = webhook
        return webhook


class FakeDeliveries:
    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.stored: dict[tuple[AccountId, WebhookId, DeliveryId], Delivery] = {}
        self.claims: dict[tuple[AccountId, WebhookId, DeliveryId], int] = {}

    def begin(self, delivery: Delivery) -> None:
        if self.get(delivery.account, delivery.webhook, delivery.id) is None:
            self.stored[_key(delivery)] = delivery

    def get(self, account: AccountId, webhook: WebhookId, delivery: DeliveryId) -> Delivery | None:
        found = self.stored.get((account, webhook, delivery))
        return None if found is None or found.expires <= self.now() else found

    def page(
        self, account: AccountId, webhook: WebhookId, *, after: DeliveryId | None, limit: int
    ) -> DeliveryPage:
        found = sorted(
            (
                each
                for key, each in self.stored.items()
                if key[:2] == (account, webhook)
                and each.expires > self.now()
                and (after is None or each.id < after)
            ),
            key=lambda each: each.id,
            reverse=True,
        )
        return DeliveryPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def claim(self, delivery: Delivery, now: int) -> bool:
        key = _key(delivery)
        current = self.stored.get(key)
        if current is None or (current.attempts, current.status) != (delivery.attempts, delivery.status):
            return False
        if now - self.claims.get(key, now - CLAIM_SECONDS) < CLAIM_SECONDS:
            return False
        self.claims[key] = now
        return True

    def record(self, delivery: Delivery, *, attempts: int) -> bool:
        current = self.stored.get(_key(delivery))
        if current is None or current.attempts != attempts:
            return False
        self.stored[_key(delivery)] = delivery
        self.claims.pop(_key(delivery), None)
        return True


class FakeDigestMarks:
    def __init__(self) -> None:
        self.sent: dict[tuple[AccountId, UserId, str], int] = {}

    def claim(self, account: AccountId, reader: UserId, period: str, now: int) -> bool:
        if (account, reader, period) in self.sent:
            return False
        self.sent[account, reader, period] = now
        return True

    def release(self, account: AccountId, reader: UserId, period: str, now: int) -> None:
        self.sent.pop((account, reader, period), None)

    def claimed(self, account: AccountId, reader: UserId, period: str) -> int | None:
        return self.sent.get((account, reader, period))


class FakeBus:
    """What was put, in order."""

    def __init__(self) -> None:
        self.put_there: list[Alert] = []

    def put(self, alerts: Iterable[Alert]) -> None:
        self.put_there += alerts


def _key(delivery: Delivery) -> tuple[AccountId, WebhookId, DeliveryId]:
    return delivery.account, delivery.webhook, delivery.id
