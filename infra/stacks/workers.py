"""The functions behind the queues, and those that the clock starts."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra import grants
from infra.constructs.bundles import Bundles
from infra.constructs.function import EntryFunction
from infra.entries import WORKERS
from infra.entry import Consumes, Daily, Every, Thing
from infra.grants import Owners
from infra.stacks.data import DataStack
from infra.stage import Stage
from shared import settings


class WorkersStack(Stack):
    """Each worker with what starts it."""

    def __init__(
        self, scope: Construct, name: str, stage: Stage, bundles: Bundles, owners: Owners, **kwargs: Any
    ) -> None:
        super().__init__(scope, name, **kwargs)
        layers = {name: bundles.layer(self, name) for name in sorted({entry.layer for entry in WORKERS})}
        self.functions = [
            EntryFunction(
                self,
                entry,
                stage,
                bundles,
                layer=layers[entry.layer],
                statements=grants.statements(entry.grants, owners, stage),
                environment=grants.environment(entry, owners),
            )
            for entry in WORKERS
        ]
        for worker in self.functions:
            match worker.entry.trigger:
                case Consumes() as trigger:
                    worker.alias.add_event_source(_source(trigger, owners.data, stage))
                case Daily(hour=hour):
                    _scheduled(self, worker, events.Schedule.cron(hour=str(hour), minute="17"))
                case Every(minutes=minutes):
                    _scheduled(self, worker, events.Schedule.rate(Duration.minutes(minutes)))

    def know_pages(self, pages: str) -> None:
        """``pages`` is what the links in letters begin with."""
        for writing in self.functions:
            if any(grant.thing is Thing.LETTERS for grant in writing.entry.grants):
                writing.function.add_environment(settings.PAGES_URL, pages)


def _source(trigger: Consumes, data: DataStack, stage: Stage) -> sources.SqsEventSource:
    """Failed messages are told one by one. Parallelism is bounded here rather than by reserved concurrency,
    which a new account's quota does not allow."""
    most = trigger.at_once if stage.most_at_once is None else min(trigger.at_once, stage.most_at_once)
    return sources.SqsEventSource(
        data.queues[trigger.queue].main,
        batch_size=trigger.batch,
        max_batching_window=None if trigger.in_order else Duration.seconds(trigger.window),
        max_concurrency=most,
        report_batch_item_failures=True,
    )


def _scheduled(scope: Construct, worker: EntryFunction, schedule: events.Schedule) -> None:
    events.Rule(
        scope,
        f"{worker.entry.name}-schedule",
        schedule=schedule,
        targets=[targets.LambdaFunction(worker.alias, retry_attempts=2)],
    )
