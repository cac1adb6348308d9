"""Every stage, synthesized once for all tests."""

from __future__ import annotations

from typing import Final

import pytest

from infra.stage import ConnectionGroup, hosted, local
from tests.infra.synthesis import Templates, synthesize

LOCAL: Final = local(
    report_domain="reports.postseal.test",
    mail_host="mx.reports.postseal.test",
    environment={"POSTSEAL_DNS_SERVERS": "127.0.0.1:5300"},
    connection_group=ConnectionGroup("cg_1", "d1.cloudfront.net"),
    cognito_endpoint="http://127.0.0.1:4566",
)
PROD: Final = hosted(
    "prod", report_domain="reports.example.com", region="eu-west-1", alarm_email="ops@example.com"
)
STAGING: Final = hosted("staging", report_domain="staging.example.com", region="us-east-1", snap_start="all")
ALL: Final = (LOCAL, PROD, STAGING)


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Templates]:
    return {stage.name: synthesize(stage, tmp_path_factory.mktemp(stage.name)) for stage in ALL}


@pytest.fixture(params=[stage.name for stage in ALL])
def templates(request: pytest.FixtureRequest, synthesized: dict[str, Templates]) -> Templates:
    return synthesized[request.param]


@pytest.fixture
def prod(synthesized: dict[str, Templates]) -> Templates:
    return synthesized["prod"]


@pytest.fixture
def staging(synthesized: dict[str, Templates]) -> Templates:
    return synthesized["staging"]
