"""Queue messages: each handled by itself, the failed ones returned to the queue, the others done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def handle_each(event: dict[str, Any], context: Any, work: Callable[[str], None]) -> dict[str, Any]:
    """Do ``work`` with the body of each message; the answer names the messages that failed.

    One bad message never holds back its batch. All of them failing is an answer too, not an exception:
    the messages come back by themselves and end in the dead-letter queue.
    """
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def handle(record: SQSRecord) -> None:
        work(record.body)

    response = process_partial_response(
        event=event, record_handler=handle, processor=processor, context=context
    )
    return dict(response)
