"""Few routes, one permission a function, and an answer of our own for every path."""

from __future__ import annotations

import json

import pytest

from infra.entries import API
from infra.routes import BASES, RESOURCES, routes
from tests.infra.synthesis import Templates


def test_routes_stay_far_from_the_limit_of_300(templates: Templates) -> None:
    found = {route["RouteKey"] for route in templates.resources("AWS::ApiGatewayV2::Route").values()}

    assert found == {f"ANY {path}" for path in routes()} | {"$default"}
    assert len(found) < 200


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_every_resource_answers_under_every_base(resource: str) -> None:
    for base in BASES:
        assert (
            routes()[f"{base}/{resource}"] == routes()[f"{base}/{resource}/{{proxy+}}"] == RESOURCES[resource]
        )


def test_every_function_of_the_api_has_a_route() -> None:
    assert set(routes().values()) == {entry.path for entry in API}


def test_one_permission_a_function_on_all_routes(templates: Templates) -> None:
    permissions = [
        one
        for one in templates.resources("AWS::Lambda::Permission").values()
        if one["Principal"] == "apigateway.amazonaws.com"
    ]

    assert len(permissions) == len(API)
    for permission in permissions:
        assert json.dumps(permission["SourceArn"]).endswith('/*/*"]]}')


def test_integrations_speak_payload_version_2(templates: Templates) -> None:
    integrations = templates.resources("AWS::ApiGatewayV2::Integration")

    assert len(integrations) == len(API)
    assert {one["PayloadFormatVersion"] for one in integrations.values()} == {"2.0"}


def test_the_stage_is_throttled_and_logs_no_secret(templates: Templates) -> None:
    stage = templates.only("AWS::ApiGatewayV2::Stage")
    logged = json.loads(stage["AccessLogSettings"]["Format"]).values()

    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == templates.stage.requests_per_second
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == templates.stage.requests_burst
    assert not [
        variable for variable in logged if "header" in variable.lower() or "query" in variable.lower()
    ]


def test_the_api_has_alarms_on_faults_and_slowness(templates: Templates) -> None:
    metrics = {alarm["MetricName"] for alarm in templates.resources("AWS::CloudWatch::Alarm").values()}

    assert {"5xx", "Latency"} <= metrics
