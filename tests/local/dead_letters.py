"""What is in the dead-letter queues of the deployment."""

from __future__ import annotations

import json
from typing import Any

from infra.local.stack_file import Stack


def dead_letters(stack: Stack, sqs: Any) -> dict[str, int]:
    """Messages in the dead-letter queue of each queue, by the queue's name."""
    return {name: _depth(sqs, _dead(sqs, url)) for name, url in stack.queues.items()}


def _dead(sqs: Any, url: str) -> str:
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    arn = str(json.loads(told["RedrivePolicy"])["deadLetterTargetArn"])
    return str(sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])


def _depth(sqs: Any, url: str) -> int:
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"]
    return sum(int(told[name]) for name in counts)
