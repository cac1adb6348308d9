"""Takes in what was mailed, uploaded or posted: one queue message names one or more deliveries."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.edge.deliveries import deliveries_in
from shared.edge.messages import handle_each
from shared.wiring.intake import intake

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _take_in)


def _take_in(body: str) -> None:
    for delivery in deliveries_in(body):
        taken = intake().take_in(delivery)
        for stored in taken.stored:
            metrics.add_metric(f"Report_{stored.filed.outcome}", MetricUnit.Count, 1)
        for entry in taken.quarantined:
            metrics.add_metric("Quarantined", MetricUnit.Count, 1)
            log.info("quarantined", reason=entry.reason, entry=entry.id, mail=entry.mail, path=entry.path)
        log.info(
            "taken in",
            mail=delivery.key,
            door=delivery.door,
            stored=len(taken.stored),
            quarantined=len(taken.quarantined),
        )
