"""Writes an account's data into archives, one piece after the other."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.messages import decode_export
from shared.edge.messages import handle_each
from shared.wiring.closing import exporter
from shared.wiring.entropy import now
from shared.wiring.queues import exportings

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _export)


def _export(body: str) -> None:
    piece = decode_export(body)
    following = exporter().advance(piece, int(now()))
    if following is not None:
        exportings().send([following])
    log.info("exported", account=piece.account, piece=piece.piece, last=following is None)
