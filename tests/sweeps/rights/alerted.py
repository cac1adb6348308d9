"""Alerts, webhooks and digests, by what they need."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

from shared.adapters.dynamodb.alerts import DynamoAlerts
from shared.adapters.dynamodb.deliveries import DynamoDeliveries
from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.rollups import DynamoRollups
from shared.adapters.dynamodb.webhooks import DynamoWebhooks
from shared.core import ids
from shared.core.accounts import Account
from shared.core.alerts.alerts import Alert, alert_of
from shared.core.alerts.deliveries import Delivery, new_delivery, order_of
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.alerts.report_watch import PIECE, DigestOrder, WatchOrder
from shared.core.alerts.spikes import LEAST_DAYS
from shared.core.alerts.webhooks import MOST_WEBHOOKS, Webhook
from shared.core.clock import DAY_SECONDS
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.ids import DeliveryId, DomainId, WebhookId
from shared.core.mail import Trust
from shared.core.messages import (
    encode_alert_event,
    encode_delivery_order,
    encode_digest_order,
    encode_watch_order,
)
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Share
from tests.sweeps.rights.scene import Scene, Try, today

_NOBODY_LISTENS = "http://127.0.0.1:9/"
_SECRET = "whsec_" + "A" * 43 + "="
_MANY_ATTEMPTS = 1_000


def creates_webhook(scene: Scene) -> Try:
    """Of a group."""
    made = scene.tenant.ask("POST", "/domain-groups", json={"label": uuid4().hex}).json()["data"]["id"]
    body = {"url": _NOBODY_LISTENS, "group_id": made}
    return lambda: _created(scene, body)


def _created(scene: Scene, body: dict[str, str]) -> bool:
    """There is a limit to how many there may be."""
    answer = scene.tenant.ask("POST", "/webhooks", json=body)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    gone = scene.tenant.ask("DELETE", f"/webhooks/{answer.json()['data']['id']}")
    assert gone.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.INTERNAL_SERVER_ERROR)
    return True


def removes_webhook(scene: Scene) -> Try:
    return scene.asks("DELETE", f"/webhooks/{_shown(_webhook(scene))}", HTTPStatus.NO_CONTENT)


def tests_webhook(scene: Scene) -> Try:
    return scene.asks("POST", f"/webhooks/{_shown(_webhook(scene))}/test", HTTPStatus.ACCEPTED)


def raises(scene: Scene) -> Try:
    """For a webhook. Each try is of another occasion: one that was told is done."""
    _webhook(scene)

    def take() -> bool:
        event = _event(scene)
        return scene.works("raise-alerts", encode_alert_event(event))

    return take


def delivers(scene: Scene) -> Try:
    """To a receiver that is down: it is to be tried again."""
    return _delivers(scene, attempts=0)


def gives_up(scene: Scene) -> Try:
    """After the last attempt: the webhook is switched off, and the owner told."""
    return _delivers(scene, attempts=_MANY_ATTEMPTS)


def _delivers(scene: Scene, attempts: int) -> Try:
    def attempt() -> bool:
        hook = _webhook(scene)
        delivery = _delivery(scene, hook, attempts)
        return scene.works("deliver-alerts", encode_delivery_order(order_of(delivery)))

    return attempt


def watches(scene: Scene) -> Try:
    """More domains than one piece has, the first of which has a spike of failures."""
    account = scene.open_account("starter")
    for number in range(PIECE + 1):
        domain = _domain(account, number + 1, active=number < account.allowed_domains)
        scene.domains.add(domain)
        if number == 0:
            _spike(scene, domain)
    return lambda: scene.works("watch-reports", encode_watch_order(WatchOrder(account.id, today())))


def _spike(scene: Scene, domain: Domain) -> None:
    rollups = DynamoRollups(scene.table, scene.blobs, time.time)
    for ago in range(1, LEAST_DAYS + 2):
        day = today() - timedelta(days=ago)
        counters = Counters((1_000 if ago == 1 else 1, *[0] * 2, 1_000, *[0] * 8))
        totals = DayTotals(day, ((Trust.AUTHENTICATED, Share(1, counters)),))
        expires = int(time.time()) + DAY_SECONDS
        rollup = DayRollup(domain.account, domain.id, totals, DayDetail(day, ()), expires)
        assert rollups.replace(rollup, expected=0)


def watches_quotas(scene: Scene) -> Try:
    """Of an account that has all the domains it may have, and a parked one."""
    account = scene.open_account("starter")
    for number in range(account.allowed_domains):
        scene.domains.add(_domain(account, number + 1, active=True))
    scene.domains.add(replace(_domain(account, 0, active=False), parked=True))
    return scene.runs("watch-quotas")


def watches_large(scene: Scene) -> Try:
    """The last domain of an account, whose sources lie in the data bucket."""
    tomorrow = today() + timedelta(days=1)
    order = WatchOrder(scene.account, tomorrow, DomainId(scene.home.id - 1))
    return lambda: scene.works("watch-reports", encode_watch_order(order))


def watches_last(scene: Scene) -> Try:
    """After the last domain of an account."""
    order = WatchOrder(scene.account, today(), DomainId(2**53 - 1))
    return lambda: scene.works("watch-reports", encode_watch_order(order))


def sends_digests(scene: Scene) -> Try:
    """To the owner of an account with a domain. Each try is of another day."""
    account = scene.open_account("pro")
    scene.domains.add(_domain(account, 1, active=True))
    somebody = scene.persons.member(account.id, owner=True)
    members = DynamoMembers(scene.table)
    member = members.get(account.id, somebody.user.id)
    assert member is not None
    members.change(replace(member, settings='{"digest":"daily"}'), by=None)
    days = iter(range(1_000))

    def send() -> bool:
        order = DigestOrder(account.id, today() - timedelta(days=next(days)))
        return scene.works("send-digests", encode_digest_order(order))

    return send


def _event(scene: Scene) -> AlertEvent:
    return AlertEvent(scene.account, scene.home.id, AlertKind.DNS_CHANGE, uuid4().hex, int(time.time()))


def _webhook(scene: Scene) -> Webhook:
    """The one that the scene has, switched on: a fresh one where it was given up on."""
    webhooks = DynamoWebhooks(scene.table)
    for known in webhooks.list_of(scene.account):
        webhooks.remove(scene.account, known.id)
    number = WebhookId(ids.mint(time.time(), uuid4().int))
    made = Webhook(number, scene.account, _NOBODY_LISTENS, _SECRET, int(time.time()) - 60)
    webhooks.add(made, most=MOST_WEBHOOKS)
    return made


def _shown(webhook: Webhook) -> str:
    return ids.render(ids.WEBHOOK, webhook.id)


def _delivery(scene: Scene, hook: Webhook, attempts: int) -> Delivery:
    alert = _alert(scene)
    number = DeliveryId(ids.mint(time.time(), uuid4().int))
    made = new_delivery(scene.account, hook.id, number, alert.id, int(time.time()))
    delivery = replace(made, attempts=attempts)
    DynamoDeliveries(scene.table, time.time).begin(delivery)
    return delivery


def _alert(scene: Scene) -> Alert:
    account = scene.accounts.get(scene.account)
    assert account is not None
    made = alert_of(_event(scene), account, scene.home, int(time.time()))
    return DynamoAlerts(scene.table, time.time).keep(made)


def _domain(account: Account, number: int, *, active: bool) -> Domain:
    now = int(time.time())
    return Domain(
        DomainId(ids.mint(time.time(), number)),
        account.id,
        f"w{uuid4().hex[:12]}.example",
        uuid4().hex[:20],
        now,
        now,
        active=active,
        verified=now,
    )
