"""``/issues``, ``/tasks``, ``/policy-domains``, ``/policy-filters``: what the data says is to be done."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.advice import issues, planner, tasks
from functions.api.advice.app import app
from shared.wiring.api import serve_with_key

__all__ = ["app", "handler", "issues", "planner", "tasks"]


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)
