"""Once a day: has the rollups of every active domain's last days made anew, whatever went wrong with them,
sees to it that every active domain has its turn when its DNS is looked at, that closed accounts whose time
has come are deleted, that the reports of all others are watched, that the sources of accounts with reports
are summed up, that what is new is exported, and that detail reports nobody works on any more are given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.core.alerts.report_watch import to_be_watched
from shared.core.clock import utc_day
from shared.core.closing import due_closings
from shared.core.detail.asking import give_up_stalled
from shared.core.domains import every_active
from shared.core.queues import LONGEST_DELAY, LakeTask
from shared.core.sending.refreshing import DELAY, every
from shared.core.upkeep import days_to_rebuild
from shared.core.watching.schedule import repair
from shared.wiring.entropy import now
from shared.wiring.queues import (
    closings,
    dns_checks,
    lake_tasks,
    source_refreshes,
    touched_days,
    watch_orders,
)
from shared.wiring.table import accounts, detail_jobs, domains, reports, rollups, turns

DAYS = 3

log = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    first = utc_day(now()) - timedelta(days=DAYS)
    count = 0
    reported = set()
    for domain in every_active(domains()):
        days = list(days_to_rebuild(reports(), rollups(), domain.account, domain.id, first))
        touched_days().send(days)
        count += len(days)
        reported |= {day.account for day in days}
    source_refreshes().send(every(reported, int(now())), delay=DELAY)
    given = repair(accounts(), domains(), turns(), dns_checks())
    everybody = accounts().list_all()
    due = due_closings(everybody, now())
    closings().send(due)
    watch_orders().send(to_be_watched(everybody, utc_day(now())))
    # By then the rollups are made anew.
    lake_tasks().send((LakeTask(account.id) for account in everybody), delay=LONGEST_DELAY)
    stalled = give_up_stalled(everybody, detail_jobs(), int(now()))
    log.info("reconciling", days=count, turns_given=given, closing=len(due), stalled=stalled)
    return {"days": count, "turns_given": given}
