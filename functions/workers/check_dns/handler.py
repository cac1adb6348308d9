"""Looks at the DNS of the domains that are due, all of a batch at once, and stores what was seen."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_dns_check
from shared.core.queues import AdviceDue
from shared.core.watching.checking import Looked, Watched
from shared.edge.messages import handle_together
from shared.wiring.entropy import now
from shared.wiring.queues import advice_calls
from shared.wiring.watching import watcher

log = Logger()
metrics = Metrics()
tracer = Tracer()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    answer = handle_together(event, context, _read, _look, _store)
    log.info("checked", messages=len(event.get("Records", ())))
    return answer


def _read(body: str) -> Watched | None:
    return watcher().watched(decode_dns_check(body), now())


def _look(watched: list[Watched]) -> list[Looked]:
    return watcher().look(watched, now())


def _store(looked: Looked) -> None:
    if watcher().put_away(looked, now()):
        domain = looked.watched.domain
        advice_calls().send([AdviceDue(domain.account, domain.id)])
    metrics.add_metric("DomainsChecked", MetricUnit.Count, 1)
