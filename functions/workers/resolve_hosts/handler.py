"""Asks DNS for the host names of addresses that sent as somebody, and has the days that show them redone."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.host_names import learn
from shared.core.messages import decode_unknown_hosts
from shared.core.queues import TouchedDay, UnknownHosts
from shared.edge.messages import handle_each
from shared.wiring.entropy import now
from shared.wiring.lookups import ask_host_names
from shared.wiring.queues import touched_days
from shared.wiring.table import hosts

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    asked = 0

    def resolve(body: str) -> None:
        nonlocal asked
        question = decode_unknown_hosts(body)
        asked += len(question.addresses)
        _resolve(question)

    answer = handle_each(event, context, resolve)
    log.info("asked for host names", addresses=asked)
    return answer


def _resolve(question: UnknownHosts) -> None:
    if learn(hosts(), ask_host_names, question.addresses, int(now())):
        touched: TouchedDay = question.touched
        touched_days().send([touched])
