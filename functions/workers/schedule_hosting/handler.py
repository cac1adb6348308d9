"""Every quarter of an hour: asks for a look at each hosting whose turn it is."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.hosting.scheduling import send_due
from shared.wiring.entropy import now
from shared.wiring.queues import hosting_checks
from shared.wiring.table import hostings

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    count = send_due(hostings(), hosting_checks(), now())
    log.info("asked for looks at hostings", hostings=count)
    return {"hostings": count}
