"""Without one of its grants, the request that takes it fails; with the grant back, it succeeds."""

from __future__ import annotations

import pytest

from tests.local.privileges import without
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, report

CASES = [
    ("account", "dynamodb:GetItem", "GET", "/account"),
    ("account", "dynamodb:UpdateItem", "GET", "/account"),
    ("account", "dynamodb:Query", "GET", "/account"),
    ("api-keys", "dynamodb:GetItem", "GET", "/api-keys"),
    ("api-keys", "dynamodb:UpdateItem", "GET", "/api-keys"),
    ("api-keys", "dynamodb:BatchGetItem", "GET", "/api-keys"),
    ("domains", "dynamodb:GetItem", "GET", "/domains"),
    ("domains", "dynamodb:UpdateItem", "GET", "/domains"),
    ("domains", "dynamodb:Query", "GET", "/domains/{domain}/stats"),
    ("reports", "dynamodb:GetItem", "GET", "/reports"),
    ("reports", "dynamodb:UpdateItem", "GET", "/reports"),
    ("reports", "dynamodb:Query", "GET", "/reports"),
    ("reports", "s3:GetObject", "GET", "/reports/{report}/raw"),
    ("reports", "s3:PutObject", "POST", "/reports"),
    ("quarantine", "dynamodb:GetItem", "GET", "/quarantine"),
    ("quarantine", "dynamodb:UpdateItem", "GET", "/quarantine"),
    ("quarantine", "dynamodb:Query", "GET", "/quarantine"),
]


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


@pytest.fixture(scope="module")
def stored(tenant: Tenant) -> str:
    return report(tenant)


@pytest.mark.parametrize(("function", "action", "method", "path"), CASES)
def test_request_fails_without_the_grant(
    stack: RunningStack, tenant: Tenant, stored: str, function: str, action: str, method: str, path: str
) -> None:
    asked = path.format(domain=tenant.domain, report=stored)
    content = b"not a report" if method == "POST" else None
    with without(stack, function, action):
        refused = tenant.ask(method, asked, content=content)
    assert refused.status_code >= 500, refused.text
    answered = tenant.ask(method, asked, content=content)
    assert answered.status_code < 300, answered.text
