"""Every hour: which limits of their plans accounts have nearly reached."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.wiring.alerting import quota_watch
from shared.wiring.entropy import now

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    count = quota_watch().watch(int(now()))
    log.info("watched quotas", near=count)
    return {"near": count}
