"""Once a day: has the rollups of every active domain's last days made anew, whatever went wrong with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.clock import utc_day
from shared.core.domains import every_active
from shared.core.upkeep import days_to_rebuild
from shared.wiring.entropy import now
from shared.wiring.queues import touched_days
from shared.wiring.table import domains, reports, rollups

DAYS = 3

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    first = utc_day(now()) - timedelta(days=DAYS)
    count = 0
    for domain in every_active(domains()):
        days = list(days_to_rebuild(reports(), rollups(), domain.account, domain.id, first))
        touched_days().send(days)
        count += len(days)
    log.info("reconciling", days=count)
    return {"days": count}
