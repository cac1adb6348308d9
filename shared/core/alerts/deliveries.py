"""Deliveries: one alert to one webhook, tried until it is taken or given up on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.ids import AccountId, AlertId, DeliveryId, WebhookId, derive

KEPT_DAYS: Final = 30
WAITS: Final = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 28_800, 43_200)
"""Seconds after each attempt that failed, some 34 hours in all; after the last of them it is given up."""

CLAIM_SECONDS: Final = 18
"""How long an attempt may take before another worker may make it again: more than a request's time limit,
less than the time after which a queue hands a message out again."""

SWITCHED_OFF: Final = "The webhook is switched off"

_JITTER_PER_CENT: Final = 20


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """``alert`` is None for a test. ``attempts`` counts all of them, ``begun`` how many there were when it
    was last asked for, at ``asked``. ``answered`` is the HTTP status of the last answer, None for none."""

    id: DeliveryId
    account: AccountId
    webhook: WebhookId
    alert: AlertId | None
    created: int
    asked: int
    expires: int
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    begun: int = 0
    next_try: int | None = None
    last_try: int | None = None
    answered: int | None = None
    trouble: str = ""

    def again(self, now: int) -> Delivery:
        """As it is when somebody asks for it once more: with the same id, and all attempts ahead."""
        return replace(
            self,
            status=DeliveryStatus.PENDING,
            begun=self.attempts,
            asked=now,
            next_try=now,
            expires=now + KEPT_DAYS * DAY_SECONDS,
        )

    def taken(self, now: int, answered: int) -> Delivery:
        return replace(
            self,
            status=DeliveryStatus.DELIVERED,
            attempts=self.attempts + 1,
            next_try=None,
            last_try=now,
            answered=answered,
            trouble="",
        )

    def refused(
        self, now: int, answered: int | None, trouble: str, waits: Sequence[int], random: int
    ) -> Delivery:
        """After an attempt that failed: the next one waits, or there is none. ``random``: 8 bits."""
        tried = replace(self, attempts=self.attempts + 1, last_try=now, answered=answered, trouble=trouble)
        wait = wait_after(tried.attempts - tried.begun, waits, random)
        if wait is None:
            return replace(tried, status=DeliveryStatus.FAILED, next_try=None)
        return replace(tried, next_try=now + wait)

    def cancelled(self, trouble: str) -> Delivery:
        return replace(self, status=DeliveryStatus.CANCELLED, next_try=None, trouble=trouble)


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    items: Sequence[Delivery]
    after: DeliveryId | None


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """To make the attempt that follows ``attempts`` others."""

    account: AccountId
    webhook: WebhookId
    delivery: DeliveryId
    attempts: int


class Deliveries(Protocol):
    def begin(self, delivery: Delivery) -> None:
        """Harmless when it was begun already."""

    def get(self, account: AccountId, webhook: WebhookId, delivery: DeliveryId) -> Delivery | None: ...

    def page(
        self, account: AccountId, webhook: WebhookId, *, after: DeliveryId | None, limit: int
    ) -> DeliveryPage:
        """Latest day first."""

    def claim(self, delivery: Delivery, now: int) -> bool:
        """Whether the caller is to make the attempt: the delivery is as it was read, and nobody else claimed
        it within ``CLAIM_SECONDS``."""

    def record(self, delivery: Delivery, *, attempts: int) -> bool:
        """Store what became of it and end the claim, if there were so many attempts before."""


class DeliveryOrders(Protocol):
    def send(self, orders: Iterable[DeliveryOrder], *, delay: int = 0) -> None:
        """``delay`` in seconds, 900 at most."""


def delivery_number(webhook: WebhookId, alert: AlertId, raised: int) -> DeliveryId:
    """The same alert to the same webhook is one delivery, whoever begins it."""
    return DeliveryId(derive(utc_day(raised), str(webhook), str(alert)))


def new_delivery(
    account: AccountId, webhook: WebhookId, number: DeliveryId, alert: AlertId | None, now: int
) -> Delivery:
    expires = now + KEPT_DAYS * DAY_SECONDS
    return Delivery(number, account, webhook, alert, now, now, expires, next_try=now)


def order_of(delivery: Delivery) -> DeliveryOrder:
    return DeliveryOrder(delivery.account, delivery.webhook, delivery.id, delivery.attempts)


def wait_after(attempts: int, waits: Sequence[int], random: int) -> int | None:
    """Seconds until the next attempt after so many that failed, up to a fifth more by chance lest all come at
    once; None when there is none. ``random``: 8 bits."""
    if attempts > len(waits):
        return None
    wait = waits[attempts - 1]
    return wait + wait * _JITTER_PER_CENT * (random & 255) // (100 * 256)
