"""The HTTP API: few routes, one function a resource."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra import grants
from infra.constructs.bundles import Bundles
from infra.constructs.function import EntryFunction, retention
from infra.entries import API
from infra.entry import Thing
from infra.grants import Owners
from infra.routes import UNKNOWN, routes
from infra.stage import Stage
from shared import settings

ACCESS_LOG = {
    "request_id": "requestId",
    "time": "requestTimeEpoch",
    "ip": "identity.sourceIp",
    "method": "httpMethod",
    "path": "path",
    "route": "routeKey",
    "status": "status",
    "bytes": "responseLength",
    "latency_ms": "responseLatency",
    "error": "integrationErrorMessage",
}
"""Name in the log -> variable of API Gateway."""


class ApiStack(Stack):
    """Routes as in infra/routes.py, functions as in infra/entries."""

    def __init__(
        self, scope: Construct, name: str, stage: Stage, bundles: Bundles, owners: Owners, **kwargs: Any
    ) -> None:
        super().__init__(scope, name, **kwargs)
        layers = {name: bundles.layer(self, name) for name in sorted({entry.layer for entry in API})}
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
            for entry in API
        ]
        integrations = {function.entry.path: _integration(function) for function in self.functions}
        self.api = apigateway.HttpApi(
            self,
            "http",
            api_name=f"postseal-{stage.name}",
            create_default_stage=False,
            default_integration=integrations[UNKNOWN],
        )
        for path, function in routes().items():
            self.api.add_routes(
                path=path, methods=[apigateway.HttpMethod.ANY], integration=integrations[function]
            )
        self.pages = stage.people.pages_url or f"{self.api.api_endpoint}/v1"
        for writing in self.functions:
            if any(grant.thing is Thing.LETTERS for grant in writing.entry.grants):
                writing.function.add_environment(settings.PAGES_URL, self.pages)
        _open(self, self.api, stage)
        CfnOutput(self, "ApiId", value=self.api.api_id)
        CfnOutput(self, "ApiUrl", value=self.api.api_endpoint)

    def alarms(self, scope: Construct) -> list[cloudwatch.Alarm]:
        """One for answers that are our fault, one for slow answers."""
        errors = self.api.metric_server_error(period=Duration.minutes(5), statistic="Sum")
        latency = self.api.metric_latency(period=Duration.minutes(5), statistic="p99")
        return [
            cloudwatch.Alarm(
                scope,
                "api-5xx",
                alarm_description="The API answered 5xx within five minutes.",
                metric=errors,
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
            cloudwatch.Alarm(
                scope,
                "api-latency",
                alarm_description="One in a hundred answers took over three seconds, for 15 minutes.",
                metric=latency,
                threshold=3000,
                evaluation_periods=3,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
        ]


def _integration(function: EntryFunction) -> HttpLambdaIntegration:
    """One Lambda permission a function, on every route: one a route outgrows the 20 kB resource policy."""
    return HttpLambdaIntegration(
        function.entry.name,
        function.alias,
        payload_format_version=apigateway.PayloadFormatVersion.VERSION_2_0,
        scope_permission_to_route=False,
    )


def _open(scope: Construct, api: apigateway.HttpApi, stage: Stage) -> None:
    """The stage ``$default``, so that paths begin at the root. The log holds no header, body or query."""
    log = logs.LogGroup(
        scope,
        "access-log",
        log_group_name=f"/postseal/{stage.name}/access",
        retention=retention(stage.log_days),
        removal_policy=RemovalPolicy.DESTROY,
    )
    apigateway.CfnStage(
        scope,
        "stage",
        api_id=api.api_id,
        stage_name="$default",
        auto_deploy=True,
        default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
            detailed_metrics_enabled=True,
            throttling_rate_limit=stage.requests_per_second,
            throttling_burst_limit=stage.requests_burst,
        ),
        access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn,
            format=json.dumps({name: f"$context.{variable}" for name, variable in ACCESS_LOG.items()}),
        ),
    )
