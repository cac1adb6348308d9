"""Of deliveries, and of days to be summed up again."""

from __future__ import annotations

from typing import Any

from shared.core.mail import Delivery, Door, Verdicts
from shared.core.messages.fields import Unreadable, account_and_domain, date_of, fields_of, number, text_of
from shared.core.queues import TouchedDay, UnknownHosts


def encode_delivery(delivery: Delivery) -> str:
    verdicts = delivery.verdicts
    return text_of(
        {
            "delivery": delivery.key,
            "door": delivery.door.value,
            "received": delivery.received,
            "recipients": delivery.recipients,
            "account": delivery.account,
            "verdicts": [verdicts.spam, verdicts.virus, verdicts.spf, verdicts.dkim, verdicts.dmarc],
            "sender": delivery.sender,
            "subject": delivery.subject,
            "replay": delivery.replay,
        }
    )


def decode_delivery(text: str) -> Delivery:
    fields = fields_of(text)
    try:
        return Delivery(
            key=fields["delivery"],
            door=Door(fields["door"]),
            received=number(fields, "received"),
            recipients=tuple(fields["recipients"]),
            account=fields["account"],
            verdicts=Verdicts(*fields["verdicts"]),
            sender=fields["sender"],
            subject=fields["subject"],
            replay=fields["replay"] is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"not a delivery: {error}") from error


def encode_touched_day(touched: TouchedDay) -> str:
    return text_of(_plain_day(touched))


def decode_touched_day(text: str) -> TouchedDay:
    return _day(fields_of(text))


def encode_unknown_hosts(question: UnknownHosts) -> str:
    return text_of({**_plain_day(question.touched), "addresses": question.addresses})


def decode_unknown_hosts(text: str) -> UnknownHosts:
    fields = fields_of(text)
    addresses = fields.get("addresses")
    if not isinstance(addresses, list) or not all(isinstance(address, str) for address in addresses):
        raise Unreadable("addresses are missing")
    return UnknownHosts(_day(fields), tuple(addresses))


def _plain_day(touched: TouchedDay) -> dict[str, Any]:
    return {"account": touched.account, "domain": touched.domain, "day": touched.day.isoformat()}


def _day(fields: dict[str, Any]) -> TouchedDay:
    return TouchedDay(*account_and_domain(fields), date_of(fields, "day"))
