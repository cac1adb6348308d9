from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from shared.adapters.queues import (
    NotSent,
    SqsDeliveryOrders,
    SqsHostQuestions,
    SqsRemovedDomains,
    SqsReplays,
    SqsSweeps,
    SqsTouchedDays,
)
from shared.core.alerts.deliveries import DeliveryOrder
from shared.core.ids import AccountId, DeliveryId, DomainId, GroupId, TagId, WebhookId
from shared.core.mail import Delivery, Door
from shared.core.messages import (
    decode_delivery,
    decode_delivery_order,
    decode_removed,
    decode_touched_day,
    decode_unknown_hosts,
)
from shared.core.queues import RemovedDomain, RemovedGroup, RemovedTag, TouchedDay, UnknownHosts
from tests.contract.aws import REGION
from tests.contract.stores import CREDENTIALS

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

DAYS = [TouchedDay(AccountId(1), DomainId(2), date(2026, 1, 1) + timedelta(number)) for number in range(23)]


@pytest.fixture
def sqs() -> Iterator[SQSClient]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        yield boto3.client("sqs", region_name=REGION)


@pytest.fixture
def url(sqs: SQSClient) -> str:
    return sqs.create_queue(QueueName="work")["QueueUrl"]


def bodies(sqs: SQSClient, url: str) -> list[str]:
    found: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found.extend(message["Body"] for message in messages)
    return found


def test_any_number_of_messages_arrive_each_once(sqs: SQSClient, url: str) -> None:
    SqsTouchedDays(sqs, url).send([*DAYS, *DAYS])

    arrived = [decode_touched_day(body) for body in bodies(sqs, url)]
    assert sorted(arrived, key=lambda touched: touched.day) == DAYS


def test_nothing_to_send_sends_nothing(sqs: SQSClient, url: str) -> None:
    SqsTouchedDays(sqs, url).send(iter(()))

    assert bodies(sqs, url) == []


def test_large_messages_do_not_share_a_request(sqs: SQSClient, url: str) -> None:
    questions = [UnknownHosts(day, tuple(f"2001:db8::{n:x}" for n in range(6_000))) for day in DAYS[:4]]

    SqsHostQuestions(sqs, url).send(questions)

    assert len([decode_unknown_hosts(body) for body in bodies(sqs, url)]) == 4


def test_orders_of_an_account_are_a_group_and_hold_each_other_back_in_nothing(
    sqs: SQSClient, url: str
) -> None:
    orders = [
        DeliveryOrder(AccountId(n % 2 + 1), WebhookId(5), DeliveryId(n), attempts=0) for n in range(1, 7)
    ]
    SqsDeliveryOrders(sqs, url).send(orders)

    got = [
        sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["MessageGroupId"])["Messages"][0]
        for _ in orders
    ]
    found = {decode_delivery_order(each["Body"]): each["Attributes"]["MessageGroupId"] for each in got}
    assert found == {order: str(order.account) for order in orders}


def test_each_queue_carries_its_own_work(sqs: SQSClient, url: str) -> None:
    removed = RemovedDomain(AccountId(1), DomainId(2))
    SqsRemovedDomains(sqs, url).send([removed])
    assert [decode_removed(body) for body in bodies(sqs, url)] == [removed]

    group, tag = RemovedGroup(AccountId(1), GroupId(2)), RemovedTag(AccountId(1), TagId(2))
    SqsSweeps(sqs, url).send([group, tag])
    assert [decode_removed(body) for body in bodies(sqs, url)] == [group, tag]

    delivery = Delivery("inbound/1", Door.MAIL, 1_000, ("a@b.test",), replay=True)
    SqsReplays(sqs, url).send([delivery])
    assert [decode_delivery(body) for body in bodies(sqs, url)] == [delivery]


def test_what_sqs_did_not_take_is_sent_again(
    sqs: SQSClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqs.send_message_batch

    def takes_two(QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
        real(QueueUrl=QueueUrl, Entries=Entries[:2])
        left = [{"Id": entry["Id"], "Code": "Throttled", "SenderFault": False} for entry in Entries[2:]]
        return {"Successful": [], "Failed": left}

    monkeypatch.setattr(sqs, "send_message_batch", takes_two)
    SqsTouchedDays(sqs, url).send(DAYS[:10])

    assert len(bodies(sqs, url)) == 10


def test_what_sqs_never_takes_is_an_error(sqs: SQSClient, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def takes_nothing(QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
        return {"Failed": [{"Id": entry["Id"], "Code": "Broken", "Message": "no"} for entry in Entries]}

    monkeypatch.setattr(sqs, "send_message_batch", takes_nothing)

    with pytest.raises(NotSent, match="Broken: no"):
        SqsTouchedDays(sqs, url).send(DAYS[:1])
