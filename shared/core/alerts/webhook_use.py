"""Webhooks made, changed, tried out and removed by who administers the account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared.core import ids
from shared.core.access import Administration
from shared.core.alerts.deliveries import (
    Deliveries,
    Delivery,
    DeliveryOrders,
    DeliveryPage,
    DeliveryStatus,
    new_delivery,
    order_of,
)
from shared.core.alerts.events import AlertKind
from shared.core.alerts.posting import require_postable
from shared.core.alerts.signing import new_signing_secret
from shared.core.alerts.webhooks import MOST_DOMAINS, MOST_WEBHOOKS, Format, Webhook, Webhooks
from shared.core.domains import Domains
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.groups import Groups
from shared.core.ids import DeliveryId, DomainId, GroupId, WebhookId, mint
from shared.core.lookups import Lookups
from shared.core.paging import PageRequest

OVERLAP_SECONDS: Final = 86_400
"""How long the secret before a rotation still signs."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is None stays as it is, and is the default of a new one. An empty ``group`` is none."""

    url: str | None = None
    kinds: Sequence[AlertKind] | None = None
    domains: Sequence[str] | None = None
    group: str | None = None
    format: Format | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class WebhookShelf:
    webhooks: Webhooks
    deliveries: Deliveries
    orders: DeliveryOrders
    domains: Domains
    groups: Groups
    lookups: Lookups
    new_secret: Callable[[], str]
    random_bits: Callable[[int], int]


def create_webhook(shelf: WebhookShelf, right: Administration, wishes: Wishes, *, now: float) -> Webhook:
    """``Invalid`` for a URL that cannot be sent to, for unknown domains or group, and over the limit."""
    if wishes.url is None:
        raise Invalid("A webhook needs a URL", param="url")
    bare = Webhook(
        id=WebhookId(mint(now, shelf.random_bits(12))),
        account=right.account.id,
        url="",
        secret=new_signing_secret(shelf.new_secret()),
        created=int(now),
    )
    webhook = _wished(shelf, bare, wishes)
    shelf.webhooks.add(webhook, most=MOST_WEBHOOKS)
    return webhook


def find_webhook(shelf: WebhookShelf, right: Administration, reference: str) -> Webhook:
    found = shelf.webhooks.get(right.account.id, WebhookId(ids.parse(ids.WEBHOOK, reference)))
    if found is None:
        raise NotFound("The requested resource could not be found", param="id")
    return found


def change_webhook(shelf: WebhookShelf, right: Administration, reference: str, wishes: Wishes) -> Webhook:
    """Switching it on again forgets why it was switched off. ``Invalid`` as for a new one, ``Outdated``."""
    webhook = find_webhook(shelf, right, reference)
    changed = _wished(shelf, webhook, wishes)
    return webhook if changed == webhook else shelf.webhooks.change(changed)


def rotate_secret(shelf: WebhookShelf, right: Administration, reference: str, *, now: float) -> Webhook:
    """With a new secret; messages are signed with both for a day."""
    webhook = find_webhook(shelf, right, reference)
    return shelf.webhooks.change(
        replace(
            webhook,
            secret=new_signing_secret(shelf.new_secret()),
            secret_before=webhook.secret,
            secret_before_ends=int(now) + OVERLAP_SECONDS,
        )
    )


def remove_webhook(shelf: WebhookShelf, right: Administration, reference: str) -> Webhook:
    """A delivery that is under way finds no webhook and ends; what became of others goes in its time."""
    webhook = find_webhook(shelf, right, reference)
    shelf.webhooks.remove(webhook.account, webhook.id)
    return webhook


def test_webhook(shelf: WebhookShelf, right: Administration, reference: str, *, now: float) -> Delivery:
    """Send a message that is no alert; also to a webhook that is switched off. It is tried once."""
    webhook = find_webhook(shelf, right, reference)
    number = DeliveryId(ids.derive_now(now, shelf.random_bits(37)))
    delivery = new_delivery(webhook.account, webhook.id, number, None, int(now))
    shelf.deliveries.begin(delivery)
    shelf.orders.send([order_of(delivery)])
    return delivery


def list_deliveries(
    shelf: WebhookShelf, right: Administration, reference: str, page: PageRequest
) -> DeliveryPage:
    webhook = find_webhook(shelf, right, reference)
    after = DeliveryId(page.cursor.id) if page.cursor else None
    return shelf.deliveries.page(webhook.account, webhook.id, after=after, limit=page.limit)


def redeliver(
    shelf: WebhookShelf, right: Administration, reference: str, delivery: str, *, now: float
) -> Delivery:
    """Send it once more, with its id. ``Conflict`` while it is still tried, and for a webhook that is off."""
    webhook = find_webhook(shelf, right, reference)
    number = DeliveryId(ids.parse(ids.DELIVERY, delivery))
    found = shelf.deliveries.get(webhook.account, webhook.id, number)
    if found is None:
        raise NotFound("The requested resource could not be found", param="id")
    if found.status is DeliveryStatus.PENDING:
        raise Conflict("It is still being delivered", param="id")
    if not webhook.enabled and found.alert is not None:
        raise Conflict("The webhook is switched off", param="id")
    again = found.again(int(now))
    if not shelf.deliveries.record(again, attempts=found.attempts):
        raise Conflict("It is still being delivered", param="id")
    shelf.orders.send([order_of(again)])
    return again


def _wished(shelf: WebhookShelf, webhook: Webhook, wishes: Wishes) -> Webhook:
    domains, group = wishes.domains, wishes.group
    changed = replace(
        webhook,
        url=webhook.url if wishes.url is None else require_postable(shelf.lookups, wishes.url),
        kinds=webhook.kinds if wishes.kinds is None else frozenset(wishes.kinds),
        domains=webhook.domains if domains is None else _domains(shelf, webhook, domains),
        group=webhook.group if group is None else _group(shelf, webhook, group),
        format=webhook.format if wishes.format is None else wishes.format,
        enabled=webhook.enabled if wishes.enabled is None else wishes.enabled,
    )
    return replace(changed, disabled_reason="") if changed.enabled else changed


def _domains(shelf: WebhookShelf, webhook: Webhook, wanted: Sequence[str]) -> frozenset[DomainId]:
    if len(wanted) > MOST_DOMAINS:
        raise Invalid(f"A webhook may name {MOST_DOMAINS} domains; name a group", param="domains")
    found = set()
    for reference in wanted:
        domain = shelf.domains.resolve(webhook.account, reference)
        if domain is None:
            raise Invalid(f"There is no domain {reference[:100]!r}", param="domains")
        found.add(domain.id)
    return frozenset(found)


def _group(shelf: WebhookShelf, webhook: Webhook, reference: str) -> GroupId | None:
    if not reference:
        return None
    try:
        number = GroupId(ids.parse(ids.GROUP, reference))
    except NotFound:
        number = GroupId(0)
    if not number or shelf.groups.get(webhook.account, number) is None:
        raise Invalid(f"There is no group {reference[:100]!r}", param="group_id")
    return number
