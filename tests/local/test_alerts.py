"""Alerts from an event to a receiver, and to the bus."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from shared.core import ids
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.ids import AccountId
from shared.core.messages import encode_alert_event
from tests.local.receiver import Receiver
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_account, until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with made.listening():
        yield made


@contextmanager
def listening_to_bus(stack: RunningStack, account: str) -> Iterator[Any]:
    """Gives what reads the details of this account's events, once each."""
    sqs, events = stack.aws("sqs"), stack.aws("events")
    name = f"alerts-{uuid4().hex[:12]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["postseal"], "detail": {"account_id": [account]}}
    events.put_rule(Name=name, EventBusName="postseal", EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName="postseal", Targets=[{"Id": "queue", "Arn": arn}])

    def read() -> list[Any]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        found = answer.get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    try:
        yield read
    finally:
        events.remove_targets(Rule=name, EventBusName="postseal", Ids=["queue"])
        events.delete_rule(Name=name, EventBusName="postseal")
        sqs.delete_queue(QueueUrl=url)


def sources(receiver: Receiver, secret: str) -> list[str]:
    """That its messages tell of."""
    return [body["data"]["facts"]["source"] for _, body in receiver.verified(secret)]


def tell(stack: RunningStack, account: str, *sources: str) -> None:
    """Send the event of each source twice, as queues do."""
    sqs = stack.aws("sqs")
    for source in sources:
        owner = AccountId(ids.parse(ids.ACCOUNT, account))
        at = int(time.time())
        event = AlertEvent(owner, None, AlertKind.NEW_SOURCE, source, at, {"source": source})
        for _ in range(2):
            sqs.send_message(QueueUrl=stack.queues["alerts"], MessageBody=encode_alert_event(event))


def delivered(tenant: Tenant, webhook: str, count: int) -> list[Any]:
    def found() -> list[Any] | None:
        listed = tenant.data(f"/webhooks/{webhook}/deliveries")
        done = [each for each in listed if each["status"] == "delivered"]
        return done if len(done) == count else None

    return list(until(found))


def test_a_receiver_gets_each_alert_once_and_after_a_stop_what_it_missed(
    stack: RunningStack, receiver: Receiver
) -> None:
    tenant = open_account(stack)
    account = str(tenant.data("/account")["id"])
    made = tenant.ask("POST", "/webhooks", json={"url": receiver.url})
    assert made.status_code == 201, made.text
    hook, secret = made.json()["data"]["id"], made.json()["data"]["secret"]
    with listening_to_bus(stack, account) as read:
        tell(stack, account, "one.example", "two.example")
        delivered(tenant, hook, 2)
        assert sorted(sources(receiver, secret)) == ["one.example", "two.example"]

        receiver.down = True
        tell(stack, account, "three.example", "four.example")
        until(lambda: receiver.refused >= 2)
        receiver.down = False
        deliveries = delivered(tenant, hook, 4)
        assert sorted(sources(receiver, secret)) == sorted(
            f"{n}.example" for n in ("one", "two", "three", "four")
        )
        assert {headers["webhook-id"] for headers, _ in receiver.messages} == {
            each["id"] for each in deliveries
        }
        assert max(each["attempts"] for each in deliveries) > 1

        told: list[Any] = []
        while len(told) < 4:
            told += until(read)
    assert sorted(each["detail"]["facts"]["source"] for each in told) == sorted(sources(receiver, secret))
    assert {each["detail-type"] for each in told} == {"Postseal Alert"}
    alerts = tenant.data("/alerts")
    assert {each["id"] for each in alerts} == {each["detail"]["id"] for each in told}
    assert {each["alert_id"] for each in deliveries} == {each["id"] for each in alerts}
