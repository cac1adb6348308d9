"""One attempt at a delivery, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.core import ids
from shared.core.accounts import Accounts
from shared.core.alerts.alerts import Alert, Alerts
from shared.core.alerts.deliveries import (
    CLAIM_SECONDS,
    SWITCHED_OFF,
    Deliveries,
    Delivery,
    DeliveryOrder,
    DeliveryOrders,
    DeliveryStatus,
    order_of,
)
from shared.core.alerts.formats import body_of
from shared.core.alerts.posting import Response, post
from shared.core.alerts.signing import headers
from shared.core.alerts.webhooks import Webhook, Webhooks
from shared.core.letters import Letters, Undeliverable, webhook_disabled
from shared.core.lookups import Lookups
from shared.core.queues import LONGEST_DELAY


@dataclass(frozen=True, slots=True)
class Deliverer:
    """``waits`` are the seconds between attempts; ``random_bits`` spreads them."""

    accounts: Accounts
    alerts: Alerts
    webhooks: Webhooks
    deliveries: Deliveries
    orders: DeliveryOrders
    lookups: Lookups
    letters: Letters
    waits: Sequence[int]
    random_bits: Callable[[int], int]

    def attempt(self, order: DeliveryOrder, now: Callable[[], float]) -> Delivery | None:
        """The delivery afterwards; None where there was nothing to do now.

        The receiver may get the same message twice, with the same id, where a worker dies between its answer
        and the note of it; otherwise never."""
        delivery = self.deliveries.get(order.account, order.webhook, order.delivery)
        hook = self.webhooks.get(order.account, order.webhook)
        if delivery is None or delivery.status is not DeliveryStatus.PENDING or hook is None:
            return None
        if delivery.attempts != order.attempts:
            # Whoever noted the attempt may have died before it asked for the next one.
            self._order(delivery, int(now()))
            return None
        trouble, alert = self._hindrance(hook, delivery)
        if trouble:
            cancelled = delivery.cancelled(trouble)
            self.deliveries.record(cancelled, attempts=delivery.attempts)
            return cancelled
        if (delivery.next_try or 0) > now():
            self._order(delivery, int(now()))
            return None
        if not self.deliveries.claim(delivery, int(now())):
            self.orders.send([order], delay=CLAIM_SECONDS)
            return None
        return self._conclude(hook, delivery, self._send(hook, delivery, alert, int(now())), int(now()))

    def _hindrance(self, hook: Webhook, delivery: Delivery) -> tuple[str, Alert | None]:
        """Why it is not sent, empty if it is. A webhook that is switched off can be tested."""
        if delivery.alert is None:
            return "", None
        if not hook.enabled:
            return SWITCHED_OFF, None
        alert = self.alerts.get(delivery.account, delivery.alert)
        return ("The alert is gone", None) if alert is None else ("", alert)

    def _send(self, hook: Webhook, delivery: Delivery, alert: Alert | None, now: int) -> Response:
        body = body_of(hook.format, hook.account, alert, delivery.created)
        message = ids.render(ids.DELIVERY, delivery.id)
        return post(self.lookups, hook.url, headers(hook.secrets(now), message, now, body), body)

    def _conclude(self, hook: Webhook, delivery: Delivery, answer: Response, now: int) -> Delivery:
        if answer.taken:
            after = delivery.taken(now, answer.status or 0)
            self.webhooks.note_delivered(hook, now)
        else:
            waits = () if answer.is_gone or delivery.alert is None else self.waits
            after = delivery.refused(now, answer.status, answer.trouble, waits, self.random_bits(8))
        noted = self.deliveries.record(after, attempts=delivery.attempts)
        if noted and after.status is DeliveryStatus.PENDING:
            self._order(after, now)
        elif noted and after.status is DeliveryStatus.FAILED and after.alert is not None:
            self._give_up(hook, after, answer)
        return after

    def _order(self, delivery: Delivery, now: int) -> None:
        wait = max((delivery.next_try or now) - now, 0)
        self.orders.send([order_of(delivery)], delay=min(wait, LONGEST_DELAY))

    def _give_up(self, hook: Webhook, delivery: Delivery, answer: Response) -> None:
        """A receiver that took nothing since this was first tried, or that says that it is gone, gets no
        more; the account's owner is told."""
        current = self.webhooks.get(hook.account, hook.id)
        if current is None or (not answer.is_gone and (current.delivered or 0) >= delivery.asked):
            return
        reason = "gone" if answer.is_gone else "failing"
        said = f"{_REASONS[reason]} Its last trouble: {answer.trouble}"
        if not self.webhooks.disable(current, said):
            return
        account = self.accounts.get(hook.account)
        if account is not None:
            try:
                self.letters.send(
                    webhook_disabled(account.email, account=account.title, url=hook.url, reason=said)
                )
            except Undeliverable:
                return


_REASONS = {
    "gone": "The receiver said that it is gone.",
    "failing": "The receiver took nothing through all attempts at a delivery.",
}
