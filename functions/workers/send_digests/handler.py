"""Mails the digests of an account that are due on a day."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_digest_order
from shared.edge.messages import handle_each
from shared.wiring.digesting import digester
from shared.wiring.entropy import now

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _send)


def _send(body: str) -> None:
    order = decode_digest_order(body)
    count = digester().send(order, int(now()))
    metrics.add_metric("DigestsSent", MetricUnit.Count, count)
    log.info("sent digests", account=order.account, letters=count)
