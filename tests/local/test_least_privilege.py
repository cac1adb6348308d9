"""Without one of its grants, the request that takes it fails; with the grant back, it succeeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

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


@contextmanager
def without(stack: RunningStack, function: str, action: str) -> Iterator[None]:
    """The function's role less the action, in every statement that allows it."""
    configuration = stack.aws("lambda").get_function_configuration(FunctionName=f"postseal-local-{function}")
    role, iam = configuration["Role"].rpartition("/")[2], stack.aws("iam")
    documents = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    lessened = {name: _less(document, action) for name, document in documents.items()}
    assert lessened != documents, f"{role} has no {action}"
    try:
        _put(iam, role, lessened)
        yield
    finally:
        _put(iam, role, documents)


def _less(document: dict[str, Any], action: str) -> dict[str, Any]:
    kept = []
    for statement in document["Statement"]:
        actions = statement["Action"]
        left = [each for each in ([actions] if isinstance(actions, str) else actions) if each != action]
        if left:
            kept.append({**statement, "Action": left if isinstance(actions, list) else left[0]})
    return {**document, "Statement": kept}


def _put(iam: Any, role: str, documents: dict[str, dict[str, Any]]) -> None:
    for name, document in documents.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
