"""The functions behind the queues, and the daily one."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra import grants
from infra.constructs.bundles import Bundles
from infra.constructs.function import EntryFunction
from infra.entries import WORKERS, Consumes, Daily
from infra.stacks.data import DataStack
from infra.stage import Stage


class WorkersStack(Stack):
    """Each worker with what starts it."""

    def __init__(
        self, scope: Construct, name: str, stage: Stage, bundles: Bundles, data: DataStack, **kwargs: Any
    ) -> None:
        super().__init__(scope, name, **kwargs)
        layer = bundles.layer(self, "workers")
        self.functions = [
            EntryFunction(
                self,
                entry,
                stage,
                bundles,
                layer=layer,
                statements=grants.statements(entry.grants, data, stage),
                environment=grants.environment(entry, data),
            )
            for entry in WORKERS
        ]
        for worker in self.functions:
            match worker.entry.trigger:
                case Consumes() as trigger:
                    worker.alias.add_event_source(_source(trigger, data, stage))
                case Daily(hour=hour):
                    _daily(self, hour, worker.alias)


def _source(trigger: Consumes, data: DataStack, stage: Stage) -> sources.SqsEventSource:
    """Failed messages are told one by one. Parallelism is bounded here rather than by reserved concurrency,
    which a new account's quota does not allow."""
    most = trigger.at_once if stage.most_at_once is None else min(trigger.at_once, stage.most_at_once)
    return sources.SqsEventSource(
        data.queues[trigger.queue].main,
        batch_size=trigger.batch,
        max_batching_window=Duration.seconds(trigger.window),
        max_concurrency=most,
        report_batch_item_failures=True,
    )


def _daily(scope: Construct, hour: int, function: lambda_.IFunction) -> None:
    events.Rule(
        scope,
        "daily",
        schedule=events.Schedule.cron(hour=str(hour), minute="17"),
        targets=[targets.LambdaFunction(function, retry_attempts=2)],
    )
