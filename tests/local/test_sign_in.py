"""Access tokens on the local stack: this pool's own, of its members, and no others."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.local.joining import FIRST, Member, joined
from tests.local.people import Tokens, new_person
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


@pytest.fixture(scope="module")
def member(stack: RunningStack, tenant: Tenant) -> Member:
    return joined(stack, tenant, is_admin=True)


def test_a_user_of_the_pool_who_is_no_member_sees_nothing(stack: RunningStack, tenant: Tenant) -> None:
    _, token = new_person(stack, f"user_{secrets.randbelow(2**50) + 1}")
    stranger = Tenant(tenant.url, token, tenant.domain)

    for path in ("/account", "/domains", f"/domains/{tenant.domain}", "/users"):
        assert stranger.ask("GET", path).status_code in {401, 403}, path


class Forger:
    """Makes tokens like a real one, as somebody could who has none of the pool's keys."""

    def __init__(self, real: str) -> None:
        self.header = jwt.get_unverified_header(real)
        self.claims = jwt.decode(real, options={"verify_signature": False})
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)

    def unsigned(self) -> str:
        return f"{encoded({**self.header, 'alg': 'none'})}.{encoded(self.claims)}."

    def signed(self, **changes: Any) -> str:
        return jwt.encode(self.claims | changes, self.key, "RS256", headers={"kid": self.header["kid"]})

    def keyed_with(self, public: bytes) -> str:
        """HS256 with the public key as the secret."""
        text = f"{encoded({**self.header, 'alg': 'HS256'})}.{encoded(self.claims)}"
        mac = hmac.new(public, text.encode(), hashlib.sha256).digest()
        return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def test_only_tokens_of_this_pool_s_keys_are_taken(stack: RunningStack, member: Member) -> None:
    tokens = member.sign_in(FIRST)
    forger = Forger(tokens.access)
    keys = httpx.get(f"{stack.aws_endpoint}/{stack.user_pool}/.well-known/jwks.json", trust_env=False).content
    head, body, signature = tokens.access.split(".")
    forged = [
        forger.unsigned(),
        forger.signed(),
        forger.signed(username="user_1"),
        forger.keyed_with(keys),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
    ]

    assert member.ask(tokens, "GET", "/users/me").status_code == 200
    for token in forged:
        assert member.ask(Tokens(token, ""), "GET", "/users/me").status_code == 401, token


def test_tokens_of_another_pool_or_client_and_id_tokens_are_refused(
    stack: RunningStack, member: Member
) -> None:
    pool = stack.aws("cognito-idp")
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    other = str(pool.create_user_pool(PoolName="other")["UserPool"]["Id"])
    try:
        elsewhere = _tokens_of(
            pool, other, _client(pool, other, flows), member.id, "Str0ng & strange", made=True
        )
        by_other = _client(pool, stack.user_pool, flows)
        here = _tokens_of(pool, stack.user_pool, by_other, member.id, FIRST)
        own = _tokens_of(pool, stack.user_pool, stack.user_pool_client, member.id, FIRST)
    finally:
        pool.delete_user_pool(UserPoolId=other)

    assert member.ask(Tokens(own["AccessToken"], ""), "GET", "/users/me").status_code == 200
    for refused in (elsewhere["AccessToken"], here["AccessToken"], own["IdToken"]):
        assert member.ask(Tokens(refused, ""), "GET", "/users/me").status_code == 401


def _client(pool: Any, pool_id: str, flows: list[str]) -> str:
    made = pool.create_user_pool_client(UserPoolId=pool_id, ClientName="another", ExplicitAuthFlows=flows)
    return str(made["UserPoolClient"]["ClientId"])


def _tokens_of(
    pool: Any, pool_id: str, client: str, name: str, password: str, *, made: bool = False
) -> dict[str, str]:
    if made:
        pool.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")
        pool.admin_set_user_password(UserPoolId=pool_id, Username=name, Password=password, Permanent=True)
    answer = pool.admin_initiate_auth(
        UserPoolId=pool_id,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return dict(answer["AuthenticationResult"])
