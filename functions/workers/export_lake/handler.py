"""Writes the nightly export: finds the days that are due, writes each, forgets domains that were removed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.messages import decode_lake_task
from shared.edge.messages import handle_each
from shared.wiring.entropy import now
from shared.wiring.lake import lake_exporter

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _export)


def _export(body: str) -> None:
    task = decode_lake_task(body)
    days = lake_exporter().run(task, int(now()))
    log.info("lake", account=task.account, day=str(task.day), forget=task.forget, days=days)
