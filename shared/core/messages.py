"""Work as text for a queue, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from shared.core.alerts.deliveries import DeliveryOrder
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.alerts.report_watch import DigestOrder, WatchOrder
from shared.core.ids import AccountId, DeliveryId, DomainId, GroupId, TagId, WebhookId
from shared.core.mail import Delivery, Door, Verdicts
from shared.core.queues import (
    AdviceDue,
    CloseAccount,
    DetailTask,
    DnsCheck,
    ExportPiece,
    HostingChange,
    HostingCheck,
    LakeTask,
    RemovedDomain,
    RemovedGroup,
    RemovedTag,
    SourceRefresh,
    Step,
    TouchedDay,
    UnknownHosts,
)


class Unreadable(ValueError):
    """A message that is not one of ours, or not of this version."""


def encode_touched_day(touched: TouchedDay) -> str:
    return _text(_plain_day(touched))


def decode_touched_day(text: str) -> TouchedDay:
    return _day(_fields(text))


def encode_unknown_hosts(question: UnknownHosts) -> str:
    return _text({**_plain_day(question.touched), "addresses": question.addresses})


def decode_unknown_hosts(text: str) -> UnknownHosts:
    fields = _fields(text)
    addresses = fields.get("addresses")
    if not isinstance(addresses, list) or not all(isinstance(address, str) for address in addresses):
        raise Unreadable("addresses are missing")
    return UnknownHosts(_day(fields), tuple(addresses))


def encode_removed_domain(removed: RemovedDomain) -> str:
    return _text({"account": removed.account, "domain": removed.domain})


def encode_sweep(removed: RemovedGroup | RemovedTag) -> str:
    what = {"group": removed.group} if isinstance(removed, RemovedGroup) else {"tag": removed.tag}
    return _text({"account": removed.account, **what})


def decode_removed(text: str) -> RemovedDomain | RemovedGroup | RemovedTag:
    """Whatever was removed and leaves something to be cleared away."""
    fields = _fields(text)
    account = AccountId(_number(fields, "account"))
    if "group" in fields:
        return RemovedGroup(account, GroupId(_number(fields, "group")))
    if "tag" in fields:
        return RemovedTag(account, TagId(_number(fields, "tag")))
    return RemovedDomain(account, DomainId(_number(fields, "domain")))


def encode_hosting_change(change: HostingChange) -> str:
    return _text(
        {"zone": change.zone, "account": change.account, "domain": change.domain, "version": change.version}
    )


def decode_hosting_change(text: str) -> HostingChange:
    fields = _fields(text)
    zone = fields.get("zone")
    if not isinstance(zone, str):
        raise Unreadable("zone is missing")
    account, domain = AccountId(_number(fields, "account")), DomainId(_number(fields, "domain"))
    return HostingChange(zone, account, domain, _number(fields, "version"))


def encode_hosting_check(check: HostingCheck) -> str:
    return _text({"account": check.account, "domain": check.domain, "round": check.round})


def decode_hosting_check(text: str) -> HostingCheck:
    fields = _fields(text)
    account, domain = AccountId(_number(fields, "account")), DomainId(_number(fields, "domain"))
    return HostingCheck(account, domain, _number(fields, "round"))


def encode_dns_check(check: DnsCheck) -> str:
    return _text({"account": check.account, "domain": check.domain})


def decode_dns_check(text: str) -> DnsCheck:
    fields = _fields(text)
    return DnsCheck(AccountId(_number(fields, "account")), DomainId(_number(fields, "domain")))


def encode_alert_event(event: AlertEvent) -> str:
    return _text(
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
    fields = _fields(text)
    domain = None if fields.get("domain") is None else DomainId(_number(fields, "domain"))
    facts, key = fields.get("facts"), fields.get("key")
    if not isinstance(key, str) or not isinstance(facts, dict):
        raise Unreadable("key or facts are missing")
    if not all(isinstance(fact, str) or type(fact) is int for fact in facts.values()):
        raise Unreadable("a fact is neither a text nor a number")
    try:
        kind = AlertKind(fields["alert"])
    except (KeyError, ValueError) as error:
        raise Unreadable(f"not an alert: {error}") from error
    account, at = AccountId(_number(fields, "account")), _number(fields, "at")
    return AlertEvent(account, domain, kind, key, at, facts)


def encode_delivery_order(order: DeliveryOrder) -> str:
    return _text(asdict(order))


def decode_delivery_order(text: str) -> DeliveryOrder:
    fields = _fields(text)
    return DeliveryOrder(
        AccountId(_number(fields, "account")),
        WebhookId(_number(fields, "webhook")),
        DeliveryId(_number(fields, "delivery")),
        _number(fields, "attempts"),
    )


def encode_advice_due(due: AdviceDue) -> str:
    return _text({"account": due.account, "domain": due.domain})


def decode_advice_due(text: str) -> AdviceDue:
    fields = _fields(text)
    return AdviceDue(AccountId(_number(fields, "account")), DomainId(_number(fields, "domain")))


def encode_watch_order(order: WatchOrder) -> str:
    return _text({"account": order.account, "today": order.today.isoformat(), "after": order.after})


def decode_watch_order(text: str) -> WatchOrder:
    fields = _fields(text)
    after = None if fields.get("after") is None else DomainId(_number(fields, "after"))
    return WatchOrder(AccountId(_number(fields, "account")), _date(fields, "today"), after)


def encode_digest_order(order: DigestOrder) -> str:
    return _text({"account": order.account, "digests_of": order.today.isoformat()})


def decode_digest_order(text: str) -> DigestOrder:
    fields = _fields(text)
    return DigestOrder(AccountId(_number(fields, "account")), _date(fields, "digests_of"))


def encode_source_refresh(refresh: SourceRefresh) -> str:
    return _text({"account": refresh.account, "asked": refresh.asked})


def decode_source_refresh(text: str) -> SourceRefresh:
    fields = _fields(text)
    return SourceRefresh(AccountId(_number(fields, "account")), _number(fields, "asked"))


def encode_closing(order: CloseAccount) -> str:
    return _text({"account": order.account, "quiet": order.quiet})


def decode_closing(text: str) -> CloseAccount:
    fields = _fields(text)
    quiet = None if fields.get("quiet") is None else _number(fields, "quiet")
    return CloseAccount(AccountId(_number(fields, "account")), quiet)


def encode_export(piece: ExportPiece) -> str:
    return _text(asdict(piece))


def decode_export(text: str) -> ExportPiece:
    fields = _fields(text)
    domain = None if fields.get("domain") is None else DomainId(_number(fields, "domain"))
    return ExportPiece(
        account=AccountId(_number(fields, "account")),
        export=_number(fields, "export"),
        piece=_number(fields, "piece"),
        domain=domain,
        kind=str(fields.get("kind", "")),
        report=_number(fields, "report"),
    )


def encode_detail_task(task: DetailTask) -> str:
    return _text(asdict(task))


def decode_detail_task(text: str) -> DetailTask:
    fields = _fields(text)
    token, step = fields.get("token"), fields.get("step")
    if not isinstance(token, str) or step not in set(Step):
        raise Unreadable("not a step of a detail report")
    return DetailTask(AccountId(_number(fields, "account")), token, Step(step), _number(fields, "part"))


def encode_lake_task(task: LakeTask) -> str:
    day = None if task.day is None else task.day.isoformat()
    return _text({"account": task.account, "lake": day, "forget": task.forget})


def decode_lake_task(text: str) -> LakeTask:
    fields = _fields(text)
    if "lake" not in fields:
        raise Unreadable("not of the lake")
    day = None if fields["lake"] is None else _date(fields, "lake")
    forget = None if fields.get("forget") is None else DomainId(_number(fields, "forget"))
    return LakeTask(AccountId(_number(fields, "account")), day, forget)


def encode_delivery(delivery: Delivery) -> str:
    verdicts = delivery.verdicts
    return _text(
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
    fields = _fields(text)
    try:
        return Delivery(
            key=fields["delivery"],
            door=Door(fields["door"]),
            received=_number(fields, "received"),
            recipients=tuple(fields["recipients"]),
            account=fields["account"],
            verdicts=Verdicts(*fields["verdicts"]),
            sender=fields["sender"],
            subject=fields["subject"],
            replay=fields["replay"] is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"not a delivery: {error}") from error


def _plain_day(touched: TouchedDay) -> dict[str, Any]:
    return {"account": touched.account, "domain": touched.domain, "day": touched.day.isoformat()}


def _day(fields: dict[str, Any]) -> TouchedDay:
    day = _date(fields, "day")
    return TouchedDay(AccountId(_number(fields, "account")), DomainId(_number(fields, "domain")), day)


def _date(fields: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(fields[name])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"not a day: {error}") from error


def _number(fields: dict[str, Any], name: str) -> int:
    number = fields.get(name)
    if type(number) is not int:
        raise Unreadable(f"{name} is not a number")
    return number


def _fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if not isinstance(fields, dict):
        raise Unreadable("not a JSON object")
    return fields


def _text(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"))
