"""What all messages are written and read with."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from shared.core.ids import AccountId, DomainId


class Unreadable(ValueError):
    """A message that is not one of ours, or not of this version."""


def fields_of(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if not isinstance(fields, dict):
        raise Unreadable("not a JSON object")
    return fields


def text_of(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"))


def number(fields: dict[str, Any], name: str) -> int:
    found = fields.get(name)
    if type(found) is not int:
        raise Unreadable(f"{name} is not a number")
    return found


def date_of(fields: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(fields[name])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"not a day: {error}") from error


def account_and_domain(fields: dict[str, Any]) -> tuple[AccountId, DomainId]:
    return AccountId(number(fields, "account")), DomainId(number(fields, "domain"))
