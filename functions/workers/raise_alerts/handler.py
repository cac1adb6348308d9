"""Keeps each alert once, and hands it on to webhooks and to the bus."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_alert_event
from shared.edge.messages import handle_each
from shared.wiring.alerting import raiser
from shared.wiring.entropy import now

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _take)


def _take(body: str) -> None:
    alert = raiser().take(decode_alert_event(body), int(now()))
    if alert is not None and alert.told is None:
        metrics.add_metric("AlertsRaised", MetricUnit.Count, 1)
        log.info("alert", alert=alert.id, account=alert.account, kind=alert.kind)
