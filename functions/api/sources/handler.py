"""``/sources`` of an account with their filters, and the addresses of a domain."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.sources import account, addresses, favourites, filters
from functions.api.sources.app import app
from shared.wiring.api import serve_with_key

__all__ = ["account", "addresses", "app", "favourites", "filters", "handler"]


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)
