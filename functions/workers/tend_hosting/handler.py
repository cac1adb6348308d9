"""Looks at hostings from outside, and does what follows from it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_hosting_check
from shared.edge.messages import handle_each
from shared.wiring.entropy import now
from shared.wiring.tending import tender

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _tend)


def _tend(body: str) -> None:
    check = decode_hosting_check(body)
    hosting = tender().tend(check, int(now()))
    metrics.add_metric("HostingsTended", MetricUnit.Count, 1)
    if hosting is not None:
        host = hosting.mta_sts.host
        log.info("tended", domain=check.domain, round=check.round, host=host.state, reason=host.reason)
