from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.accounts import Status
from shared.core.alerts.alerts import TELLING_SECONDS, Alert, AlertState
from shared.core.alerts.deliveries import SWITCHED_OFF, DeliveryStatus, order_of
from shared.core.alerts.events import AlertKind
from shared.core.alerts.raising import Telling
from shared.core.alerts.webhooks import MOST_WEBHOOKS, Webhook
from shared.core.clock import DAY_SECONDS
from shared.core.ids import AccountId, DomainId, GroupId, WebhookId
from tests.unit.core.alerts.world import EVENT, HOOK, World
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW


def test_the_same_occasion_is_one_alert_however_often_and_whenever_it_is_told_of() -> None:
    world = World()
    first = world.take()
    world.now += 2 * DAY_SECONDS
    again = world.take(replace(EVENT, at=EVENT.at + DAY_SECONDS, facts={"source": "another"}))

    assert first is not None
    assert again is not None
    assert again.id == first.id
    assert again.facts == EVENT.facts
    assert len(world.alerts.stored) == len(world.bus.put_there) == len(world.orders.sent) == 1


def test_another_kind_domain_or_key_is_another_alert() -> None:
    world = World()
    world.domains.add(replace(DOMAIN, id=DomainId(20), name="vineyard.example", token="vine"))
    for event in (
        EVENT,
        replace(EVENT, kind=AlertKind.DNS_CHANGE),
        replace(EVENT, key="other.example"),
        replace(EVENT, domain=DomainId(20)),
        replace(EVENT, domain=None),
    ):
        world.take(event)
    assert len({alert.id for alert in world.bus.put_there}) == 5


def test_nothing_happens_in_the_future_and_an_alert_is_kept_as_long_as_the_plan_says() -> None:
    world = World()
    alert = world.take(replace(EVENT, at=NOW + 9_999))
    assert alert is not None
    assert (alert.at, alert.raised, alert.state) == (NOW, NOW, AlertState.OPEN)
    assert alert.expires == NOW + ACCOUNT.plan.retention_days * DAY_SECONDS


def test_what_is_of_nobody_or_of_who_is_leaving_is_no_alert() -> None:
    world = World()
    assert world.take(replace(EVENT, account=AccountId(99))) is None
    assert world.take(replace(EVENT, domain=DomainId(99))) is None
    world.accounts.stored[ACCOUNT.id] = replace(ACCOUNT, status=Status.CLOSING)
    assert world.take() is None
    assert world.alerts.stored == {}


@pytest.mark.parametrize("broken", ["bus", "orders", "deliveries"])
def test_who_dies_while_telling_leaves_it_to_the_next_and_nothing_is_told_twice_to_a_webhook(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()

    def die(*_: object, **__: object) -> None:
        raise ConnectionError

    store = {"bus": world.bus, "orders": world.orders, "deliveries": world.deliveries}[broken]
    with monkeypatch.context() as patch:
        patch.setattr(store, "begin" if broken == "deliveries" else "put" if broken == "bus" else "send", die)
        with pytest.raises(ConnectionError):
            world.take()
    with pytest.raises(Telling):
        world.take()
    world.now += TELLING_SECONDS
    world.take()
    assert world.settle() == 1
    assert len(world.bus.put_there) == 1
    world.take()
    assert world.settle() == 0


def test_a_second_worker_does_not_tell_what_the_first_is_telling() -> None:
    world = World()
    held: list[Alert] = []
    put = world.bus.put

    def meanwhile(alerts: object) -> None:
        with pytest.raises(Telling):
            world.take()
        put(alerts)  # type: ignore[arg-type]

    world.bus.put = meanwhile  # type: ignore[method-assign]
    held.append(world.take())  # type: ignore[arg-type]
    assert len(world.bus.put_there) == 1


def hook(**changes: object) -> Webhook:
    return replace(HOOK, **changes)  # type: ignore[arg-type]


GROUPED = replace(DOMAIN, groups=frozenset({GroupId(8)}))


@pytest.mark.parametrize(
    ("webhook", "wants"),
    [
        (hook(), True),
        (hook(enabled=False), False),
        (hook(enabled=False, disabled_reason="failing"), True),
        (hook(kinds=frozenset({AlertKind.NEW_SOURCE})), True),
        (hook(kinds=frozenset({AlertKind.DNS_CHANGE})), False),
        (hook(domains=frozenset({DOMAIN.id})), True),
        (hook(domains=frozenset({DomainId(20)})), False),
        (hook(group=GroupId(8)), True),
        (hook(group=GroupId(9)), False),
        (hook(group=GroupId(9), domains=frozenset({DOMAIN.id})), True),
        (hook(created=NOW + 1), False),
    ],
)
def test_a_webhook_gets_what_it_asked_for(webhook: Webhook, wants: bool) -> None:
    world = World()
    alert = world.take()
    assert alert is not None
    assert webhook.wants(alert, GROUPED) is wants


def test_alerts_of_the_account_go_to_webhooks_that_want_all() -> None:
    world = World()
    alert = world.take(replace(EVENT, domain=None, kind=AlertKind.QUOTA_NEAR))
    assert alert is not None
    assert hook().wants(alert, None)
    assert not hook(domains=frozenset({DOMAIN.id})).wants(alert, None)


def test_what_a_receiver_misses_after_we_gave_up_on_it_is_kept_to_be_sent_again() -> None:
    world = World()
    assert world.webhooks.disable(HOOK, "failing")
    world.take()
    assert world.settle() == 0
    (missed,) = world.deliveries.stored.values()
    assert (missed.status, missed.trouble) == (DeliveryStatus.CANCELLED, SWITCHED_OFF)

    off = world.webhooks.list_of(ACCOUNT.id)[0]
    world.webhooks.change(replace(off, enabled=True, disabled_reason=""))
    again = missed.again(world.now)
    assert world.deliveries.record(again, attempts=0)
    world.orders.send([order_of(again)])
    assert world.settle() == 1


def test_each_webhook_has_a_delivery_of_its_own() -> None:
    world = World()
    world.webhooks.add(hook(id=WebhookId(6)), most=MOST_WEBHOOKS)
    world.take()
    assert {order.webhook for order, _ in world.orders.sent} == {5, 6}
    assert len({order.delivery for order, _ in world.orders.sent}) == 2
