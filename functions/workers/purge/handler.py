"""Removes what was stored of domains that were deleted, and clears up after groups and tags that were."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.messages import decode_removed
from shared.core.queues import RemovedDomain
from shared.edge.messages import handle_each
from shared.wiring.upkeep import purge, sweeper

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _purge)


def _purge(body: str) -> None:
    removed = decode_removed(body)
    if isinstance(removed, RemovedDomain):
        gone = purge().run(removed)
        log.info("purged", domain=removed.domain, reports=gone)
    else:
        log.info("swept", removed=str(removed), domains=sweeper().sweep(removed))
