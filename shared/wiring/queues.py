"""The queues."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.queues import (
    SqsAdviceCalls,
    SqsAlertEvents,
    SqsClosings,
    SqsDeliveryOrders,
    SqsDetailSteps,
    SqsDigestOrders,
    SqsDnsChecks,
    SqsExportings,
    SqsHostingChanges,
    SqsHostingChecks,
    SqsHostQuestions,
    SqsLakeTasks,
    SqsRemovedDomains,
    SqsReplays,
    SqsSourceRefreshes,
    SqsSweeps,
    SqsTouchedDays,
    SqsWatchOrders,
)
from shared.core.alerts.deliveries import DeliveryOrders
from shared.core.alerts.events import AlertEvents
from shared.core.alerts.report_watch import DigestOrders, WatchOrders
from shared.core.queues import (
    AdviceCalls,
    Closings,
    DetailSteps,
    DnsChecks,
    Exportings,
    HostingChanges,
    HostingChecks,
    HostQuestions,
    LakeTasks,
    RemovedDomains,
    Replays,
    SourceRefreshes,
    Sweeps,
    TouchedDays,
)
from shared.wiring import clients
from shared.wiring.environment import required


@cache
def touched_days() -> TouchedDays:
    return SqsTouchedDays(clients.sqs(), required(settings.ROLLUP_QUEUE))


@cache
def host_questions() -> HostQuestions:
    return SqsHostQuestions(clients.sqs(), required(settings.HOSTS_QUEUE))


@cache
def removed_domains() -> RemovedDomains:
    return SqsRemovedDomains(clients.sqs(), required(settings.PURGE_QUEUE))


@cache
def sweeps() -> Sweeps:
    return SqsSweeps(clients.sqs(), required(settings.PURGE_QUEUE))


@cache
def replays() -> Replays:
    return SqsReplays(clients.sqs(), required(settings.MAIL_QUEUE))


@cache
def dns_checks() -> DnsChecks:
    return SqsDnsChecks(clients.sqs(), required(settings.DNS_QUEUE))


@cache
def advice_calls() -> AdviceCalls:
    gathering = int(required(settings.ADVICE_DELAY))
    return SqsAdviceCalls(clients.sqs(), required(settings.ADVICE_QUEUE), gathering)


@cache
def hosting_changes() -> HostingChanges:
    return SqsHostingChanges(clients.sqs(), required(settings.HOSTING_QUEUE))


@cache
def hosting_checks() -> HostingChecks:
    return SqsHostingChecks(clients.sqs(), required(settings.HOSTING_CHECKS_QUEUE))


@cache
def alert_events() -> AlertEvents:
    return SqsAlertEvents(clients.sqs(), required(settings.ALERTS_QUEUE))


@cache
def delivery_orders() -> DeliveryOrders:
    return SqsDeliveryOrders(clients.sqs(), required(settings.DELIVERIES_QUEUE))


@cache
def watch_orders() -> WatchOrders:
    return SqsWatchOrders(clients.sqs(), required(settings.WATCH_QUEUE))


@cache
def digest_orders() -> DigestOrders:
    return SqsDigestOrders(clients.sqs(), required(settings.DIGESTS_QUEUE))


@cache
def source_refreshes() -> SourceRefreshes:
    return SqsSourceRefreshes(clients.sqs(), required(settings.SOURCES_QUEUE))


@cache
def closings() -> Closings:
    return SqsClosings(clients.sqs(), required(settings.CLOSING_QUEUE))


@cache
def exportings() -> Exportings:
    return SqsExportings(clients.sqs(), required(settings.EXPORTS_QUEUE))


@cache
def detail_steps() -> DetailSteps:
    return SqsDetailSteps(clients.sqs(), required(settings.DETAILS_QUEUE))


@cache
def lake_tasks() -> LakeTasks:
    return SqsLakeTasks(clients.sqs(), required(settings.LAKE_QUEUE))
