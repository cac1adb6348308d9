"""Sums up the sources of accounts, one message an account."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.messages import decode_source_refresh
from shared.edge.messages import handle_each
from shared.wiring.entropy import now
from shared.wiring.sources import refresher

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _refresh)


def _refresh(body: str) -> None:
    order = decode_source_refresh(body)
    made = refresher().refresh(order, int(now()))
    log.info("sources summed up", account=order.account, made=made)
