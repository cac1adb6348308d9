"""``/inspect`` and ``/validate``: records of any domain, and texts that may become records."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.inspect import records, spf, validating
from functions.api.inspect.app import app
from shared.wiring.api import serve_with_or_without_key

__all__ = ["app", "handler", "records", "spf", "validating"]


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_or_without_key(app, event, context)
