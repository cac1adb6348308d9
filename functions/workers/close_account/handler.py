"""Deletes what an account leaves, one piece after the other, once its time has come."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools import Logger, Tracer

from shared.core.messages import decode_closing
from shared.edge.messages import handle_each
from shared.wiring.closing import closer
from shared.wiring.entropy import now
from shared.wiring.queues import closings

_WORKS: Final = 60
"""Seconds after which the rest is left to the next message: far from the function's limit."""

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _close)


def _close(body: str) -> None:
    order = decode_closing(body)
    began, pieces = now(), 0
    while True:
        following = closer().advance(order, int(now()))
        pieces += 1
        if following is None:
            break
        order, wait = following
        if wait or now() - began > _WORKS:
            closings().send([order], delay=wait)
            break
    log.info("closing", account=order.account, pieces=pieces, done=following is None)
