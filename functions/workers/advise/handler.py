"""Thinks over the advice about domains of which there is news, or whose day it is."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_advice_due
from shared.core.queues import AdviceDue
from shared.edge.messages import handle_each
from shared.wiring.advising import adviser
from shared.wiring.entropy import now

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    done: set[AdviceDue] = set()
    changed = 0

    def advise(body: str) -> None:
        nonlocal changed
        due = decode_advice_due(body)
        # All messages of a batch were sent before it was read, so one look covers equal ones.
        if due not in done:
            changed += adviser().advise(due, int(now()))
            done.add(due)
            metrics.add_metric("DomainsAdvised", MetricUnit.Count, 1)

    answer = handle_each(event, context, advise)
    log.info("advised", domains=len(done), changed=changed, messages=len(event.get("Records", ())))
    return answer
