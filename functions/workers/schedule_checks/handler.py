"""Every quarter of an hour: asks for a look at the DNS of each domain whose turn it is."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.watching.schedule import send_due
from shared.wiring.entropy import now
from shared.wiring.queues import dns_checks
from shared.wiring.table import turns

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    count = send_due(turns(), dns_checks(), now())
    log.info("asked for looks at the DNS", domains=count)
    return {"domains": count}
