"""Single sign-on end to end: who is converted signs in at the provider, and nobody else gets in by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest

from infra.stage import LOCAL_PROVIDER
from tests.local.identity_provider import Issuer, issuer
from tests.local.joining import FIRST, Member, joined, public
from tests.local.people import SignIn, SignInRefused, Tokens, await_next_second
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant


@dataclass(frozen=True, slots=True)
class Provider:
    """The stage's, where somebody answers now."""

    stack: RunningStack
    issuer: Issuer

    def sign_in(self, email: str) -> Tokens:
        """As a browser would, which the pool and the provider send to each other. The pool's own name is
        not of this machine."""
        self.issuer.email = email
        begun = SignIn(self.stack)
        at_provider = _sent_on(begun.address(identity_provider=LOCAL_PROVIDER.name))
        assert at_provider.startswith(self.issuer.url)
        back = urlsplit(_sent_on(at_provider))
        return begun.redeem(_sent_on(f"{self.stack.sign_in_url}{back.path}?{back.query}"))


def _sent_on(address: str) -> str:
    answer = httpx.get(address, timeout=60, trust_env=False)
    if answer.status_code != 302:
        raise SignInRefused(answer.text)
    return str(answer.headers["Location"])


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


@pytest.fixture(scope="module")
def provider(stack: RunningStack) -> Iterator[Provider]:
    """The pool asks the issuer of this test from now on."""
    with issuer(LOCAL_PROVIDER.client_id) as running:
        details = {**LOCAL_PROVIDER.details(running.client_secret), "oidc_issuer": running.url}
        stack.aws("cognito-idp").update_identity_provider(
            UserPoolId=stack.user_pool, ProviderName=LOCAL_PROVIDER.name, ProviderDetails=details
        )
        yield Provider(stack, running)


def in_pool(stack: RunningStack) -> set[str]:
    pages = stack.aws("cognito-idp").get_paginator("list_users").paginate(UserPoolId=stack.user_pool)
    return {user["Username"] for page in pages for user in page["Users"]}


def identities(member: Member) -> list[tuple[str, str]]:
    """Provider and name there of every sign-in that is linked to the user."""
    pool = member.stack.aws("cognito-idp")
    kept = pool.admin_get_user(UserPoolId=member.stack.user_pool, Username=member.id)["UserAttributes"]
    linked = next((one["Value"] for one in kept if one["Name"] == "identities"), "[]")
    return [(one["providerName"], one["userId"]) for one in json.loads(linked)]


def converted(tenant: Tenant, member: Member) -> dict[str, Any]:
    answer = tenant.ask("POST", f"/users/{member.id}/convert-to-sso")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


def test_who_is_converted_signs_in_at_the_provider_alone(tenant: Tenant, provider: Provider) -> None:
    member = joined(provider.stack, tenant)
    before = member.sign_in(FIRST)
    assert member.ask(before, "GET", "/users/me").json()["data"]["last_login_sso"] is False

    await_next_second()
    shown = converted(tenant, member)
    assert (shown["sso_ready"], shown["identity_provider"]) == (True, LOCAL_PROVIDER.name)
    assert identities(member) == [(LOCAL_PROVIDER.name, member.email)]
    assert member.ask(before, "GET", "/users/me").status_code == 401
    with pytest.raises(SignInRefused):
        member.sign_in(FIRST)

    tokens = provider.sign_in(member.email)
    assert jwt.decode(tokens.access, options={"verify_signature": False})["username"] == member.id
    me = member.ask(tokens, "GET", "/users/me").json()["data"]
    assert (me["id"], me["email"]) == (member.id, member.email)
    assert (me["sso_ready"], me["last_login_sso"]) == (True, True)


def test_who_is_converted_has_no_password_to_change_or_to_forget(tenant: Tenant, provider: Provider) -> None:
    member = joined(provider.stack, tenant)
    converted(tenant, member)
    letter = member.last_letter()
    tokens = provider.sign_in(member.email)

    passwords = {"password_old": FIRST, "password": "another one of four", "password_confirm": ""}
    passwords["password_confirm"] = passwords["password"]
    assert member.ask(tokens, "POST", "/users/me/password-change", passwords).status_code == 409
    assert public(provider.stack, "/password-resets", {"email": member.email}).status_code == 202
    assert member.last_letter() == letter
    assert converted(tenant, member)["sso_ready"] is True


def test_whoever_was_not_converted_does_not_get_in_and_becomes_no_user(
    tenant: Tenant, provider: Provider
) -> None:
    """Neither a stranger nor a member with a password of ours, though the provider vouches for both."""
    member = joined(provider.stack, tenant)
    before = in_pool(provider.stack)

    for email in (f"{uuid4().hex[:12]}@people.example", member.email):
        with pytest.raises(SignInRefused, match="not been invited"):
            provider.sign_in(email)
    assert in_pool(provider.stack) == before
    assert member.ask(member.sign_in(FIRST), "GET", "/users/me").json()["data"]["sso_ready"] is False
