"""Once a day for each account, piece by piece: what of its reports is out of the ordinary."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_watch_order
from shared.edge.messages import handle_each
from shared.wiring.alerting import report_watch

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _watch)


def _watch(body: str) -> None:
    order = decode_watch_order(body)
    count = report_watch().watch(order)
    metrics.add_metric("DomainsWatched", MetricUnit.Count, count)
    log.info("watched reports", account=order.account, domains=count)
