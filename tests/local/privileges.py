"""Taking one action from the role of a deployed function, and giving it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.local.running import RunningStack


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
