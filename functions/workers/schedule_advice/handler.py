"""Once a day: has the advice about every active domain thought over, for time itself is news to it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.advice.advising import call_for_all
from shared.wiring.queues import advice_calls
from shared.wiring.table import domains

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    count = call_for_all(domains(), advice_calls())
    log.info("asked for advice", domains=count)
    return {"domains": count}
