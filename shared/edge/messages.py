"""Queue messages: each handled by itself, the failed ones returned to the queue, the others done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

T = TypeVar("T")
U = TypeVar("U")

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


def handle_together(
    event: dict[str, Any],
    context: Any,
    prepare: Callable[[str], T | None],
    work: Callable[[list[T]], Sequence[U]],
    finish: Callable[[U], None],
) -> dict[str, Any]:
    """As ``handle_each``, with what takes long done for the whole batch at once, equal messages once.

    ``prepare`` makes each body ready, or None where there is nothing to do; ``work`` has one result for each
    in order, and ``finish`` uses it. Messages whose preparing or finishing fails come back alone; where the
    work itself fails, it is done with each by itself, so that one does not take the others along.
    """
    ready: dict[str, T] = {}
    broken: dict[str, Exception] = {}
    for body in dict.fromkeys(record["body"] for record in event.get("Records", ())):
        try:
            prepared = prepare(body)
        except Exception as error:
            logger.exception("message could not be made ready")
            broken[body] = error
            continue
        if prepared is not None:
            ready[body] = prepared
    done, failed = _worked(ready, work)
    broken.update(failed)

    def conclude(body: str) -> None:
        if body in broken:
            raise broken[body]
        if body in done:
            finish(done.pop(body))

    return handle_each(event, context, conclude)


def _worked(
    ready: Mapping[str, T], work: Callable[[list[T]], Sequence[U]]
) -> tuple[dict[str, U], dict[str, Exception]]:
    if not ready:
        return {}, {}
    try:
        return dict(zip(ready, work(list(ready.values())), strict=True)), {}
    except Exception as error:
        if len(ready) == 1:
            return {}, dict.fromkeys(ready, error)
        logger.exception("work failed for a batch: one by one")
    done: dict[str, U] = {}
    broken: dict[str, Exception] = {}
    for body, prepared in ready.items():
        finished, failed = _worked({body: prepared}, work)
        done.update(finished)
        broken.update(failed)
    return done, broken
