"""Generated requests against the deployment: nothing breaks, and every answer is what the document says."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.api.docs.build import document
from infra.local.stack_file import Stack
from tests.local.tenants import Tenant, open_tenant, report

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def asked(stack: Stack) -> tuple[Tenant, dict[str, str]]:
    """An account of its own, as what is generated may add, change and delete; and ids that it has."""
    tenant = open_tenant(stack)
    return tenant, {"domain_id": tenant.domain, "report_id": report(tenant), "slug": "mailer"}


def ask(case: schemathesis.Case[Any], tenant: Tenant) -> None:
    case.call_and_validate(
        base_url=tenant.url.removesuffix("/v1"),
        headers={"Authorization": f"Bearer {tenant.key}"},
        checks=CHECKS,
        timeout=60,
        allow_redirects=False,
    )


@schema.include(method="GET", path_regex="{(domain|report)_id}").parametrize()
@BOUNDED
def test_what_is_there_is_answered_as_the_document_says(
    case: schemathesis.Case[Any], asked: tuple[Tenant, dict[str, str]]
) -> None:
    tenant, ids = asked
    case.path_parameters = {name: ids[name] for name in case.path_parameters}
    ask(case, tenant)


@schema.parametrize()
@BOUNDED
def test_every_answer_is_what_the_document_says(
    case: schemathesis.Case[Any], asked: tuple[Tenant, dict[str, str]]
) -> None:
    ask(case, asked[0])
