"""API keys of any account, for the operator: in the shapes that the API has them."""

from __future__ import annotations

from typing import Any

from cli.operating import account_named, deployment
from cli.operator_audit import record_command
from shared.core.api_keys import ApiKey, revoke_key
from shared.core.clock import rfc3339
from shared.core.ids import API_KEY, GROUP, ApiKeyId, parse, render
from shared.core.key_issuing import Terms, create_key
from shared.wiring import table
from shared.wiring.issuing import minting


def create_for(account: str, name: str, stack_file: str | None) -> dict[str, Any]:
    """A new key with its secret under ``key``."""
    with deployment(stack_file):
        owner = account_named(account)
        key, secret = create_key(table.api_keys(), owner, Terms(name), minting())
        record_command(owner.id, "create_api_key", render(API_KEY, key.id), name=name)
        return {**_shape(key), "key": secret}


def list_of(account: str, stack_file: str | None) -> list[dict[str, Any]]:
    with deployment(stack_file):
        return [_shape(key) for key in table.api_keys().list_of(account_named(account).id)]


def revoke_of(account: str, key: str, stack_file: str | None) -> None:
    with deployment(stack_file):
        owner, number = account_named(account).id, ApiKeyId(parse(API_KEY, key))
        revoke_key(table.api_keys(), owner, number)
        record_command(owner, "revoke_api_key", render(API_KEY, number))


def _shape(key: ApiKey) -> dict[str, Any]:
    return {
        "id": render(API_KEY, key.id),
        "name": key.name,
        "prefix": key.shown,
        "scopes": sorted(key.scopes),
        "group_id": None if key.group is None else render(GROUP, key.group),
        "requests_per_minute": key.requests_per_minute,
        "created_at": rfc3339(key.created),
        "last_used_at": None if key.last_used is None else rfc3339(key.last_used),
        "expires_at": None if key.expires is None else rfc3339(key.expires),
        "successor_id": None if key.successor is None else render(API_KEY, key.successor),
    }
