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


class NotPublished(Exception):
    """Route 53 did not take the change: the message comes back."""


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_together(event, context, decode_hosting_change, _publish, _conclude)


def _publish(changes: list[HostingChange]) -> list[tuple[HostingChange, bool]]:
    """Each with whether it is done. A message only says that there is something to publish, so that it does
    not matter which of a zone comes back first."""
    left = publisher().publish(changes, int(now()))
    log.info("published", changes=len(changes) - len(left), left=len(left))
    return [(change, change not in left) for change in changes]


def _conclude(concluded: tuple[HostingChange, bool]) -> None:
    change, done = concluded
    if not done:
        raise NotPublished(f"zone {change.zone}, domain {change.domain}")
    metrics.add_metric("HostingsPublished", MetricUnit.Count, 1)
