"""Of what somebody should know."""

from __future__ import annotations

from dataclasses import asdict

from shared.core.alerts.deliveries import DeliveryOrder
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.alerts.report_watch import DigestOrder, WatchOrder
from shared.core.ids import AccountId, DeliveryId, DomainId, WebhookId
from shared.core.messages.fields import Unreadable, date_of, fields_of, number, text_of


def encode_alert_event(event: AlertEvent) -> str:
    return text_of(
        {
            "account": event.account,
            "domain": event.domain,
            "alert": event.kind.value,
            "key": event.key,
            "at": event.at,
            "facts": dict(event.facts),
        }
    )


def decode_alert_event(text: str) -> AlertEvent:
    fields = fields_of(text)
    domain = None if fields.get("domain") is None else DomainId(number(fields, "domain"))
    facts, key = fields.get("facts"), fields.get("key")
    if not isinstance(key, str) or not isinstance(facts, dict):
        raise Unreadable("key or facts are missing")
    if not all(isinstance(fact, str) or type(fact) is int for fact in facts.values()):
        raise Unreadable("a fact is neither a text nor a number")
    try:
        kind = AlertKind(fields["alert"])
    except (KeyError, ValueError) as error:
        raise Unreadable(f"not an alert: {error}") from error
    account, at = AccountId(number(fields, "account")), number(fields, "at")
    return AlertEvent(account, domain, kind, key, at, facts)


def encode_delivery_order(order: DeliveryOrder) -> str:
    return text_of(asdict(order))


def decode_delivery_order(text: str) -> DeliveryOrder:
    fields = fields_of(text)
    return DeliveryOrder(
        AccountId(number(fields, "account")),
        WebhookId(number(fields, "webhook")),
        DeliveryId(number(fields, "delivery")),
        number(fields, "attempts"),
    )


def encode_watch_order(order: WatchOrder) -> str:
    return text_of({"account": order.account, "today": order.today.isoformat(), "after": order.after})


def decode_watch_order(text: str) -> WatchOrder:
    fields = fields_of(text)
    after = None if fields.get("after") is None else DomainId(number(fields, "after"))
    return WatchOrder(AccountId(number(fields, "account")), date_of(fields, "today"), after)


def encode_digest_order(order: DigestOrder) -> str:
    return text_of({"account": order.account, "digests_of": order.today.isoformat()})


def decode_digest_order(text: str) -> DigestOrder:
    fields = fields_of(text)
    return DigestOrder(AccountId(number(fields, "account")), date_of(fields, "digests_of"))
