"""What tells the operator: alarms on everything that should not happen, and one page to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.function import METRICS, EntryFunction
from infra.constructs.queue import WorkQueue
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.people import PeopleStack
from infra.stacks.workers import WorkersStack
from infra.stage import Stage

PERIOD = Duration.minutes(5)


class ObservabilityStack(Stack):
    """All alarms of all stacks, so that none of the others depends on the topic they go to."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        stage: Stage,
        data: DataStack,
        people: PeopleStack,
        workers: WorkersStack,
        api: ApiStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, name, **kwargs)
        topic = sns.Topic(self, "alarm-topic", enforce_ssl=stage.requires_tls)
        if stage.alarm_email is not None:
            topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
        queues = list(data.queues.values())
        functions = [*api.functions, *workers.functions, *people.functions]
        alarms = api.alarms(self)
        for queue in queues:
            alarms += queue.alarms(self)
        for function in functions:
            alarms += function.alarms(self)
        alarms += [_refused(self), _unrecorded(self)]
        for alarm in alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))
        _dashboard(self, stage, api, queues, functions, alarms)
        CfnOutput(self, "AlarmTopic", value=topic.topic_arn)


def _refused(scope: Construct) -> cloudwatch.Alarm:
    """Changes of hosted records that Route 53 does not take do not come to the dead letters: they would hold
    back the others of their zone."""
    return cloudwatch.Alarm(
        scope,
        "hostings-refused",
        alarm_description="Route 53 refused changes of hosted records.",
        metric=cloudwatch.Metric(
            namespace=METRICS,
            metric_name="HostingsRefused",
            dimensions_map={"service": "publish-hosting"},
            statistic="Sum",
            period=PERIOD,
        ),
        threshold=1,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )


def _unrecorded(scope: Construct) -> cloudwatch.Alarm:
    """What was done and is not in the audit log stands in the function's own log, for 30 days."""
    return cloudwatch.Alarm(
        scope,
        "audit-entries-lost",
        alarm_description="Something was done that could not be written to the audit log.",
        metric=cloudwatch.Metric(
            namespace=METRICS,
            metric_name="AuditEntriesLost",
            dimensions_map={"service": "api"},
            statistic="Sum",
            period=PERIOD,
        ),
        threshold=1,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )


def _dashboard(
    scope: Construct,
    stage: Stage,
    api: ApiStack,
    queues: Iterable[WorkQueue],
    functions: Iterable[EntryFunction],
    alarms: list[cloudwatch.Alarm],
) -> None:
    """Alarms on top, then the way of a report from the queue to the answer."""
    dashboard = cloudwatch.Dashboard(scope, "dashboard", dashboard_name=f"postseal-{stage.name}")
    dashboard.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=[*alarms], width=24, height=4))
    dashboard.add_widgets(
        _graph(
            "Waiting",
            [queue.main.metric_approximate_number_of_messages_visible(period=PERIOD) for queue in queues],
        ),
        _graph(
            "Age of the oldest, s",
            [queue.main.metric_approximate_age_of_oldest_message(period=PERIOD) for queue in queues],
        ),
        _graph(
            "Dead letters",
            [queue.dead.metric_approximate_number_of_messages_visible(period=PERIOD) for queue in queues],
        ),
    )
    dashboard.add_widgets(
        _graph(
            "Invocations", [function.function.metric_invocations(period=PERIOD) for function in functions]
        ),
        _graph("Errors", [function.function.metric_errors(period=PERIOD) for function in functions]),
        _graph(
            "Duration p95, ms",
            [function.function.metric_duration(period=PERIOD, statistic="p95") for function in functions],
        ),
    )
    dashboard.add_widgets(
        _graph("Requests", [api.api.metric_count(period=PERIOD)]),
        _graph(
            "4xx and 5xx",
            [api.api.metric_client_error(period=PERIOD), api.api.metric_server_error(period=PERIOD)],
        ),
        _graph(
            "Latency, ms",
            [api.api.metric_latency(period=PERIOD, statistic=which) for which in ("p50", "p99")],
        ),
    )


def _graph(title: str, metrics: list[cloudwatch.Metric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=[*metrics], width=8, height=6)
