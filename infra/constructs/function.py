"""A function as every function here is made: one role, one log group, one alias, two alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import SENDERS
from infra.constructs.bundles import Bundles
from infra.entry import Entry
from infra.stage import Stage
from shared import settings

METRICS: Final = "Postseal"
"""Namespace of what functions count themselves; `service` is the function's name."""


class EntryFunction(Construct):
    """``alias`` is what triggers invoke: with SnapStart only a published version starts from a snapshot."""

    def __init__(
        self,
        scope: Construct,
        entry: Entry,
        stage: Stage,
        bundles: Bundles,
        *,
        layer: lambda_.ILayerVersion,
        statements: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, entry.name)
        self.entry = entry
        name = f"postseal-{stage.name}-{entry.name}"
        log_group = logs.LogGroup(
            self,
            "log",
            log_group_name=f"/postseal/{stage.name}/{entry.name}",
            retention=retention(stage.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            "role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What {entry.path} may do, and nothing else",
        )
        log_group.grant_write(role)
        for statement in statements:
            role.add_to_policy(statement)
        self.function = lambda_.Function(
            self,
            "function",
            function_name=name,
            handler=f"functions.{entry.path.replace('/', '.')}.handler.handler",
            code=bundles.code(entry),
            layers=[layer],
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=entry.memory,
            timeout=Duration.seconds(entry.timeout),
            role=role,
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=_snap_start(entry, stage),
            environment={
                **_powertools(entry, stage),
                settings.STAGE: stage.name,
                settings.REPORT_DOMAIN: stage.report_domain,
                settings.ADVICE_DELAY: str(stage.advice_seconds),
                settings.CLOSING_DELAY: str(stage.closing_seconds),
                **({settings.SENDER_CATALOGUE: SENDERS} if stage.senders else {}),
                **environment,
                **stage.environment,
            },
        )
        self.alias = lambda_.Alias(self, "live", alias_name="live", version=self.function.current_version)

    def alarms(self, scope: Construct) -> list[cloudwatch.Alarm]:
        """One for errors, one for throttles: neither should ever happen, for bad input is not an error."""
        metrics = {
            "errors": self.function.metric_errors(period=Duration.minutes(5)),
            "throttles": self.function.metric_throttles(period=Duration.minutes(5)),
        }
        if self.entry.says_no_by_failing:
            del metrics["errors"]
        return [
            cloudwatch.Alarm(
                scope,
                f"{self.entry.name}-{what}",
                alarm_description=f"{self.function.function_name}: {what} within five minutes.",
                metric=metric,
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for what, metric in metrics.items()
        ]


_ASKED: Final = ("api", "lookups")
"""Layers of functions that somebody waits for."""


def _snap_start(entry: Entry, stage: Stage) -> lambda_.SnapStartConf | None:
    wanted = stage.snap_start == "all" or (stage.snap_start == "api" and entry.layer in _ASKED)
    return lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if wanted else None


def _powertools(entry: Entry, stage: Stage) -> dict[str, str]:
    return {
        "POWERTOOLS_SERVICE_NAME": entry.name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS,
        "POWERTOOLS_LOG_LEVEL": stage.log_level,
    }


def retention(days: int) -> logs.RetentionDays:
    """The member for a number of days, of those that CloudWatch Logs offers."""
    return {
        1: logs.RetentionDays.ONE_DAY,
        7: logs.RetentionDays.ONE_WEEK,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
    }[days]
