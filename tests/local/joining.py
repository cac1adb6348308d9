"""Members of accounts on the local stack, as whom tests ask: invited by mail, and joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.local.people import Tokens, letters_to, sign_in, token_in
from tests.local.running import RunningStack
from tests.local.tenants import Tenant

FIRST: Final = "four plain words here"
"""Everybody's password at first."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who took up an invitation as an administrator, with a password."""

    id: str
    email: str
    tenant: Tenant
    stack: RunningStack

    def sign_in(self, password: str) -> Tokens:
        return sign_in(self.stack, self.email, password)

    def ask(self, tokens: Tokens, method: str, path: str, body: Any = None) -> httpx.Response:
        return Tenant(self.tenant.url, tokens.access, self.tenant.domain).ask(method, path, json=body)

    def last_letter(self) -> dict[str, Any]:
        return letters_to(self.stack, self.email)[-1]


def public(stack: RunningStack, path: str, body: dict[str, Any]) -> httpx.Response:
    """Without a key, as who follows a letter asks."""
    return httpx.post(f"{stack.api_url}/v1{path}", json=body, timeout=60, trust_env=False)


def invited(stack: RunningStack, tenant: Tenant, **roles: bool) -> dict[str, Any]:
    answer = tenant.ask("POST", "/users", json={"email": f"{uuid4().hex[:12]}@people.example", **roles})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


def joined(stack: RunningStack, tenant: Tenant, **roles: bool) -> Member:
    person = invited(stack, tenant, **roles)
    (letter,) = letters_to(stack, person["email"])
    taken = public(stack, "/activations", {"token": token_in(letter), "password": FIRST})
    assert taken.status_code == 200, taken.text
    return Member(person["id"], person["email"], tenant, stack)
