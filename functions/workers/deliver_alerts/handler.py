"""Makes the attempts at delivering alerts to webhooks."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_delivery_order
from shared.edge.messages import handle_each
from shared.wiring.alerting import deliverer
from shared.wiring.entropy import now

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _attempt)


def _attempt(body: str) -> None:
    order = decode_delivery_order(body)
    delivery = deliverer().attempt(order, now)
    if delivery is not None:
        metrics.add_metric("DeliveryAttempts", MetricUnit.Count, 1)
        log.info(
            "attempt",
            webhook=order.webhook,
            delivery=order.delivery,
            status=delivery.status,
            answered=delivery.answered,
            trouble=delivery.trouble,
        )
