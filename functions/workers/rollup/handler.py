"""Makes rollups anew for the days whose reports changed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_touched_day
from shared.core.queues import AdviceDue, TouchedDay
from shared.edge.messages import handle_each
from shared.wiring.entropy import now
from shared.wiring.queues import advice_calls
from shared.wiring.upkeep import roller

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    refreshed: set[TouchedDay] = set()

    def refresh(body: str) -> None:
        touched = decode_touched_day(body)
        # All messages of a batch were sent before it was read, so one look covers equal ones.
        if touched not in refreshed:
            roller().refresh(touched, int(now()))
            refreshed.add(touched)
            metrics.add_metric("DaysRolledUp", MetricUnit.Count, 1)

    answer = handle_each(event, context, refresh)
    advice_calls().send({AdviceDue(touched.account, touched.domain) for touched in refreshed})
    log.info("rolled up", days=len(refreshed), messages=len(event.get("Records", ())))
    return answer
