"""Every stage, synthesized once for all tests."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

import pytest

from infra.people import IdentityProvider, people_of
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
OWN: Final = dataclasses.replace(
    hosted(
        "prod",
        report_domain="example.com",
        region="eu-west-1",
        hosting_domain="hosting-example.com",
        hosting_zones=5,
        snap_start="api",
    ),
    people=people_of(
        "example.com",
        letter_sender="dmarc@example.net",
        callback_urls=("https://postseal.example.com/callback",),
        identity_providers=(
            IdentityProvider(
                name="Corp", issuer="https://id.example.com", client_id="c-1", secret="postseal/corp"
            ),
            IdentityProvider(name="School", metadata_url="https://idp.example.edu/metadata"),
        ),
    ),
    senders=Path("mine.toml"),
)
"""Whatever an operator may say otherwise, at once: a synthesis takes seconds."""


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Templates]:
    return {stage.name: synthesize(stage, tmp_path_factory.mktemp(stage.name)) for stage in ALL}


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return synthesize(OWN, tmp_path_factory.mktemp("own"))


@pytest.fixture(params=[stage.name for stage in ALL])
def templates(request: pytest.FixtureRequest, synthesized: dict[str, Templates]) -> Templates:
    return synthesized[request.param]


@pytest.fixture
def prod(synthesized: dict[str, Templates]) -> Templates:
    return synthesized["prod"]


@pytest.fixture
def staging(synthesized: dict[str, Templates]) -> Templates:
    return synthesized["staging"]
