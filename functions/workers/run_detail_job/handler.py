"""Works on detail reports: plans them, reads their parts, puts their results together."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.messages import decode_detail_task
from shared.edge.messages import handle_each
from shared.wiring.detail_work import runner
from shared.wiring.entropy import now

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_each(event, context, _run)


def _run(body: str) -> None:
    task = decode_detail_task(body)
    wanted = runner().run(task, int(now()))
    # No token in the log: it may be all that it takes to read the report.
    log.info("detail report", account=task.account, step=task.step, part=task.part, wanted=wanted)
