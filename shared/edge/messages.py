"""Queue messages: each handled by itself, the failed ones returned to the queue, the others done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger()


def handle_each(event: dict[str, Any], context: Any, work: Callable[[str], None]) -> dict[str, Any]:
    """Do ``work`` with the body of each message; the answer names the messages that failed.

    One bad message never holds back its batch. All of them failing is an answer too, not an exception:
    the messages come back by themselves and end in the dead-letter queue. Why each failed is in the log.
    """
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def handle(record: SQSRecord) -> None:
        try:
            work(record.body)
        except Exception:
            logger.exception("message failed", message_id=record.message_id)
            raise

    response = process_partial_response(
        event=event, record_handler=handle, processor=processor, context=context
    )
    return dict(response)
