"""People end to end: invited by mail, signed in by the hosted sign-in, and kept out with anything less."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.local.people import SignInRefused, Tokens, letters_to, new_person, sign_in, sign_in_at, token_in
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_account, open_tenant

ROOT: Final = Path(__file__).resolve().parents[2]
FIRST: Final = "four plain words here"
SECOND: Final = "four other words here"
THIRD: Final = "and yet another four"


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


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


@pytest.fixture(scope="module")
def member(stack: RunningStack, tenant: Tenant) -> Member:
    """For tests that leave it as it was."""
    return joined(stack, tenant, is_admin=True)


def test_from_the_invitation_to_a_forgotten_password(stack: RunningStack, tenant: Tenant) -> None:
    person = invited(stack, tenant, is_admin=True)
    (letter,) = letters_to(stack, person["email"])
    assert letter["Source"] == stack.letter_sender
    assert token_in(letter) in letter["BodyHtml"]
    with pytest.raises(SignInRefused):
        sign_in(stack, person["email"], FIRST)

    token = token_in(letter)
    assert (
        public(stack, "/activations", {"token": token, "password": "short"}).json()["error"]["param"]
        == "password"
    )
    assert public(stack, "/activations", {"token": token, "password": FIRST}).status_code == 200
    assert public(stack, "/activations", {"token": token, "password": SECOND}).status_code == 422
    somebody = Member(person["id"], person["email"], tenant, stack)

    first = somebody.sign_in(FIRST)
    me = somebody.ask(first, "GET", "/users/me").json()["data"]
    assert (me["id"], me["is_admin"], me["is_active"]) == (person["id"], True, True)
    assert somebody.ask(first, "GET", "/account").json()["data"]["id"] == tenant.data("/account")["id"]

    passwords = {"password_old": "not this one", "password": SECOND, "password_confirm": SECOND}
    wrong = somebody.ask(first, "POST", "/users/me/password-change", passwords)
    assert wrong.json()["error"]["param"] == "password_old"
    right = somebody.ask(first, "POST", "/users/me/password-change", {**passwords, "password_old": FIRST})
    assert right.status_code == 204, right.text
    with pytest.raises(SignInRefused):
        somebody.sign_in(FIRST)
    somebody.sign_in(SECOND)

    asked = public(stack, "/password-resets", {"email": somebody.email.upper()})
    unknown = public(stack, "/password-resets", {"email": f"{uuid4().hex}@people.example"})
    assert (asked.status_code, unknown.status_code) == (202, 202)
    reset = token_in(somebody.last_letter())
    set_anew = {"token": reset, "password": THIRD}
    assert public(stack, "/password-resets/confirm", set_anew).status_code == 204
    assert public(stack, "/password-resets/confirm", set_anew).status_code == 422
    with pytest.raises(SignInRefused):
        somebody.sign_in(SECOND)
    somebody.sign_in(THIRD)


def test_a_second_factor_is_the_user_s_own_to_set(member: Member) -> None:
    """The hosted sign-in of the emulator asks for no one-time password; what the pool keeps is seen."""
    tokens = member.sign_in(FIRST)
    begun = member.ask(tokens, "POST", "/users/me/totp", {}).json()["data"]
    secret = base64.b32decode(begun["secret"] + "=" * (-len(begun["secret"]) % 8))
    code = TOTP(secret, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time())).decode()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    assert member.ask(tokens, "POST", "/users/me/totp/verify", {"code": wrong}).status_code == 422
    assert member.ask(tokens, "POST", "/users/me/totp/verify", {"code": code}).status_code == 204
    assert member.ask(tokens, "GET", "/users/me").json()["data"]["has_2fa_enabled"] is True
    pool = member.stack.aws("cognito-idp")
    kept = pool.admin_get_user(UserPoolId=member.stack.user_pool, Username=member.id)
    assert kept["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert member.ask(tokens, "DELETE", "/users/me/totp").status_code == 204
    assert member.ask(tokens, "GET", "/users/me").json()["data"]["has_2fa_enabled"] is False


def test_the_command_line_signs_in_and_out(member: Member, tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.Popen[str]:
        entry = "from cli.main import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", entry, *arguments, "--url", member.stack.api_url],
            env={**os.environ, "POSTSEAL_CONFIG": str(tmp_path), "PYTHONPATH": str(ROOT)},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    login = command("login", "--no-browser")
    assert login.stderr is not None
    address = next(line.strip() for line in login.stderr if "code_challenge=" in line)
    out, _ = login.communicate(f"{sign_in_at(address, member.email, FIRST)}\n", timeout=60)
    assert (login.returncode, out.startswith("signed in")) == (0, True)
    shown, _ = command("users", "show", "--json").communicate(timeout=60)
    assert json.loads(shown)[0]["id"] == member.id
    held = json.loads((tmp_path / "sessions.json").read_text())[0]

    out, told = command("logout").communicate(timeout=60)
    assert out.startswith("signed out"), told
    assert command("users", "show").wait(timeout=60) == 3
    renewal = {
        "grant_type": "refresh_token",
        "client_id": held["client_id"],
        "refresh_token": held["refresh"],
    }
    assert httpx.post(held["token_url"], data=renewal, trust_env=False).status_code == 400


def test_an_api_token_acts_as_its_user_until_it_is_revoked(member: Member) -> None:
    made = member.ask(member.sign_in(FIRST), "POST", "/users/me/api-token", {}).json()["data"]["api_token"]
    program = Tenant(member.tenant.url, made, member.tenant.domain)

    assert program.data("/users/me")["id"] == member.id
    assert program.ask("DELETE", "/users/me/api-token").status_code == 204
    assert program.ask("GET", "/users/me").status_code == 401


def test_whoever_is_removed_is_out_at_once(stack: RunningStack, tenant: Tenant) -> None:
    gone = joined(stack, tenant)
    tokens = gone.sign_in(FIRST)
    assert gone.ask(tokens, "GET", "/users/me").status_code == 200
    assert tenant.ask("DELETE", f"/users/{gone.id}").status_code == 204

    assert gone.ask(tokens, "GET", "/users/me").status_code in {401, 403}
    with pytest.raises(SignInRefused):
        gone.sign_in(FIRST)


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


AT_ONCE: Final = 10
"""Requests under way at a time. The emulator starts a process for each, and all share this machine."""


def await_early_in_a_minute() -> None:
    while time.time() % 60 > 30:
        time.sleep(0.5)


def warm(tenant: Tenant, method: str, path: str) -> None:
    """Have the function's processes run: to start them takes longer than a minute has."""
    at_once(AT_ONCE, lambda _: tenant.ask(method, path))


def at_once(count: int, ask: Callable[[int], httpx.Response]) -> Counter[int]:
    """The statuses of so many requests, which do not wait for each other."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(lambda number: ask(number).status_code, range(count)))


def test_of_fifty_requests_at_once_thirty_are_let_through(stack: RunningStack) -> None:
    """On a plan with 30 a minute, within one minute."""
    tenant = open_account(stack, plan="basic")
    warm(open_account(stack), "GET", "/account")
    await_early_in_a_minute()
    statuses = at_once(50, lambda _: tenant.ask("GET", "/account"))

    assert statuses == {200: 30, 429: 20}


def test_domains_and_people_that_are_added_at_once_never_exceed_the_plan(stack: RunningStack) -> None:
    """20 domains and 2 people, in 30 requests of one minute."""
    tenant, name, other = open_account(stack, plan="basic"), uuid4().hex[:8], open_account(stack)
    warm(other, "GET", "/domains")
    warm(other, "GET", "/users")
    await_early_in_a_minute()
    domains = at_once(24, lambda n: tenant.ask("POST", "/domains", json={"domain": f"{name}{n}.example"}))
    people = at_once(4, lambda n: tenant.ask("POST", "/users", json={"email": f"{name}{n}@people.example"}))

    assert (domains[201], domains.total()) == (20, 24)
    assert (people[201], people.total()) == (2, 4)
    assert max([*domains, *people]) < 500
    listed = tenant.ask("GET", "/domains")
    assert listed.status_code == 200, listed.text
    assert listed.json()["meta"]["total_count"] == 20
