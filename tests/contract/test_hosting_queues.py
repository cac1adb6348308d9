from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from shared.adapters.queues import SqsDnsChecks, SqsHostingChanges, SqsHostingChecks
from shared.core.ids import AccountId, DomainId
from shared.core.messages import decode_dns_check, decode_hosting_change, decode_hosting_check
from shared.core.queues import DnsCheck, HostingChange, HostingCheck
from tests.contract.aws import REGION
from tests.contract.stores import CREDENTIALS

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.fixture
def sqs() -> Iterator[SQSClient]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        yield boto3.client("sqs", region_name=REGION)


@pytest.fixture
def fifo(sqs: SQSClient) -> str:
    return sqs.create_queue(QueueName="hosting.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def change(version: int, zone: str = "Z1") -> HostingChange:
    return HostingChange(zone, AccountId(1), DomainId(2), version)


def test_changes_are_grouped_by_zone_and_each_version_is_taken_once(sqs: SQSClient, fifo: str) -> None:
    queue = SqsHostingChanges(sqs, fifo)
    queue.send([change(1), change(2), change(3, "Z2")])
    queue.send([change(2)])

    messages = []
    while found := sqs.receive_message(
        QueueUrl=fifo, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
    ).get("Messages", []):
        messages += found
        for message in found:
            sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    assert sorted(decode_hosting_change(message["Body"]).version for message in messages) == [1, 2, 3]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"Z1", "Z2"}


def test_checks_can_wait(sqs: SQSClient) -> None:
    url = sqs.create_queue(QueueName="checks")["QueueUrl"]
    check = HostingCheck(AccountId(1), DomainId(2), 3)

    SqsHostingChecks(sqs, url).send([check], delay=900)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert counted["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"

    SqsHostingChecks(sqs, url).send([check])
    body = sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]
    assert decode_hosting_check(body) == check


def test_looks_at_the_dns_can_wait(sqs: SQSClient) -> None:
    url = sqs.create_queue(QueueName="dns")["QueueUrl"]
    first, second = DnsCheck(AccountId(1), DomainId(2)), DnsCheck(AccountId(1), DomainId(3))

    SqsDnsChecks(sqs, url).send([first], delay=600)
    SqsDnsChecks(sqs, url).send([second])

    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [decode_dns_check(message["Body"]) for message in received] == [second]
