"""Alerts as they are raised and delivered, on stores in memory, with a clock and receivers to be told what to
do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from shared.core.alerts.alerts import Alert
from shared.core.alerts.deliveries import Delivery, DeliveryOrder
from shared.core.alerts.delivering import Deliverer
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.alerts.raising import Raiser
from shared.core.alerts.webhooks import MOST_WEBHOOKS, Webhook
from shared.core.ids import WebhookId
from shared.mailauth.evaluate.questions import Fetch, Fetched, Fetching
from tests import fakes
from tests.fakes.dns import FakeDns, drive
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, stored_domains

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
URL = "https://hooks.vineyard.example/in"
HOOK = Webhook(WebhookId(5), ACCOUNT.id, URL, SECRET, NOW - 100)
WAITS = (10, 100, 1_000)
EVENT = AlertEvent(
    ACCOUNT.id, DOMAIN.id, AlertKind.NEW_SOURCE, "mailer.example", NOW - 50, {"source": "mailer.example"}
)


@dataclass
class World:
    now: int = NOW
    answer: Fetched = field(default_factory=lambda: Fetched(Fetching.FETCHED, status=204))
    received: list[Fetch] = field(default_factory=list)
    """What was posted, also what was not taken."""

    def __post_init__(self) -> None:
        self.accounts = fakes.FakeAccounts()
        self.accounts.add(ACCOUNT)
        self.domains = stored_domains()
        self.alerts = fakes.FakeAlerts(lambda: self.now)
        self.webhooks = fakes.FakeWebhooks()
        self.deliveries = fakes.FakeDeliveries(lambda: self.now)
        self.orders = fakes.FakeDeliveryOrders()
        self.bus = fakes.FakeBus()
        self.letters = fakes.FakeLetters()
        self.raiser = Raiser(
            self.accounts,
            self.domains,
            self.alerts,
            self.webhooks,
            self.deliveries,
            self.orders,
            self.bus,
        )
        self.deliverer = Deliverer(
            self.accounts,
            self.alerts,
            self.webhooks,
            self.deliveries,
            self.orders,
            self,
            self.letters,
            WAITS,
            lambda _: 0,
        )
        self.webhooks.add(HOOK, most=MOST_WEBHOOKS)

    def run(self, asking: Any, *, within: float = 8.0) -> Any:
        """As lookups: every URL is that of the one receiver."""
        world = self

        class Web(FakeDns):
            def reply(self, asked: Any) -> Any:
                world.received.append(asked)
                return world.answer

        return drive(asking, Web({}))

    def run_all(self, askings: Any, *, within: float = 8.0) -> list[Any]:
        return [self.run(asking) for asking in askings]

    def take(self, event: AlertEvent = EVENT) -> Alert | None:
        return self.raiser.take(event, self.now)

    def attempt(self, order: DeliveryOrder) -> Delivery | None:
        return self.deliverer.attempt(order, lambda: self.now)

    def next_order(self) -> tuple[DeliveryOrder, int]:
        """The oldest that was sent, taken out."""
        return self.orders.sent.pop(0)

    def settle(self, most: int = 100) -> int:
        """Until there is nothing left to do, with the clock going on. How many attempts it took."""
        attempts = len(self.received)
        for _ in range(most):
            if not self.orders.sent:
                break
            order, delay = self.next_order()
            self.now += delay
            self.attempt(order)
        assert not self.orders.sent
        return len(self.received) - attempts

    def change_hook(self, **changes: Any) -> None:
        key = ACCOUNT.id, HOOK.id
        self.webhooks.stored[key] = replace(self.webhooks.stored[key], **changes)

    @property
    def hook(self) -> Webhook:
        return self.webhooks.stored[ACCOUNT.id, HOOK.id]

    @property
    def delivery(self) -> Delivery:
        (delivery,) = self.deliveries.stored.values()
        return delivery
