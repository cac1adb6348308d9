"""Publishes what hostings want in the zones: the changes of one zone follow each other, many at a time."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from shared.core.messages import decode_hosting_change
from shared.core.queues import HostingChange
from shared.edge.messages import handle_together
from shared.wiring.entropy import now
from shared.wiring.publishing import publisher

log = Logger()
metrics = Metrics()
tracer = Tracer()


class ZoneIsBusy(Exception):
    """The message comes back."""


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_together(event, context, decode_hosting_change, _publish, _conclude)


def _publish(changes: list[HostingChange]) -> list[tuple[HostingChange, bool]]:
    """Each with whether it is done. A message only says that there is something to publish, so that it does
    not matter which of a zone comes back first."""
    published = publisher().publish(changes, int(now()))
    for refused in published.refused:
        log.error("Route 53 refuses a hosting", zone=refused.zone, domain=refused.domain)
        metrics.add_metric("HostingsRefused", MetricUnit.Count, 1)
    log.info("published", changes=len(changes), busy=len(published.busy), refused=len(published.refused))
    return [(change, change not in published.busy) for change in changes]


def _conclude(concluded: tuple[HostingChange, bool]) -> None:
    change, done = concluded
    if not done:
        raise ZoneIsBusy(f"zone {change.zone}, domain {change.domain}")
    metrics.add_metric("HostingChangesDone", MetricUnit.Count, 1)
