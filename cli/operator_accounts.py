"""Accounts, for the operator: in shapes like those of the API."""

from __future__ import annotations

from typing import Any

from cli.operating import deployment
from cli.operator_audit import record_command
from shared.core.accounts import open_account
from shared.core.clock import rfc3339
from shared.core.ids import ACCOUNT, API_KEY, render
from shared.core.key_issuing import Terms, create_key
from shared.wiring import entropy, table
from shared.wiring.issuing import minting


def open_with_key(
    email: str, *, plan: str, operator: bool, key_name: str, stack_file: str | None
) -> dict[str, Any]:
    """A new account and the secret of its first key."""
    with deployment(stack_file):
        now = entropy.now()
        opened = open_account(
            table.accounts(),
            email=email,
            plan=plan,
            operator=operator,
            now=now,
            new_token=entropy.new_token,
            random_bits=entropy.random_bits,
        )
        record_command(opened.id, "create_account", render(ACCOUNT, opened.id), email=email, plan=plan)
        key, secret = create_key(table.api_keys(), opened, Terms(key_name), minting())
        record_command(opened.id, "create_api_key", render(API_KEY, key.id), name=key_name)
    return {
        "id": render(ACCOUNT, opened.id),
        "email": opened.email,
        "plan": opened.plan.name,
        "operator": opened.operator,
        "key": secret,
    }


def list_all(stack_file: str | None) -> list[dict[str, Any]]:
    with deployment(stack_file):
        return [
            {
                "id": render(ACCOUNT, account.id),
                "email": account.email,
                "plan": account.plan.name,
                "operator": account.operator,
                "domains": account.domains,
                "active_domains": account.active_domains,
                "created_at": rfc3339(account.created),
            }
            for account in table.accounts().list_all()
        ]
