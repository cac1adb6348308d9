"""From an event to an alert: kept once, then told to all that deliver it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from shared.core.accounts import Accounts
from shared.core.alerts.alerts import Alert, Alerts, alert_of
from shared.core.alerts.deliveries import (
    SWITCHED_OFF,
    Deliveries,
    Delivery,
    DeliveryOrders,
    DeliveryStatus,
    delivery_number,
    new_delivery,
    order_of,
)
from shared.core.alerts.events import AlertEvent
from shared.core.alerts.webhooks import Webhook, Webhooks
from shared.core.domains import Domain, Domains


class Telling(Exception):
    """Another worker is handing the alert on; the message comes back and finds it done, or does it."""


class Buses(Protocol):
    """Where other systems listen."""

    def put(self, alerts: Iterable[Alert]) -> None: ...


@dataclass(frozen=True, slots=True)
class Raiser:
    accounts: Accounts
    domains: Domains
    alerts: Alerts
    webhooks: Webhooks
    deliveries: Deliveries
    orders: DeliveryOrders
    bus: Buses

    def take(self, event: AlertEvent, now: int) -> Alert | None:
        """The alert that the event is, whether it was known or not; None where account or domain are gone.

        Stopped anywhere, it goes on when the event comes again: what was begun before is not begun anew.
        ``Telling``."""
        account = self.accounts.get(event.account)
        domain = self._domain(event)
        if account is None or account.is_closing or (event.domain is not None and domain is None):
            return None
        alert = self.alerts.keep(alert_of(event, account, domain, now))
        if alert.told is None:
            if not self.alerts.claim(alert, now):
                raise Telling(f"alert {alert.id}")
            self._tell(alert, domain, now)
            self.alerts.note_told(alert, now)
        return alert

    def _domain(self, event: AlertEvent) -> Domain | None:
        return None if event.domain is None else self.domains.get(event.account, event.domain)

    def _tell(self, alert: Alert, domain: Domain | None, now: int) -> None:
        begun = [
            _delivery(hook, alert, now)
            for hook in self.webhooks.list_of(alert.account)
            if hook.wants(alert, domain)
        ]
        for delivery in begun:
            self.deliveries.begin(delivery)
        self.orders.send(order_of(each) for each in begun if each.status is DeliveryStatus.PENDING)
        self.bus.put([alert])


def _delivery(hook: Webhook, alert: Alert, now: int) -> Delivery:
    number = delivery_number(hook.id, alert.id, alert.raised)
    begun = new_delivery(alert.account, hook.id, number, alert.id, now)
    return begun if hook.enabled else begun.cancelled(SWITCHED_OFF)
