"""People end to end: invited by mail, signed in by the hosted sign-in, and out again."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.local.joining import FIRST, Member, invited, joined, public
from tests.local.people import SignInRefused, await_next_second, letters_to, sign_in, sign_in_at, token_in
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant

ROOT: Final = Path(__file__).resolve().parents[2]
SECOND: Final = "four other words here"
THIRD: Final = "and yet another four"


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


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    octets = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(octets, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time())).decode()


def test_a_second_factor_is_the_user_s_own_to_set(member: Member) -> None:
    """The hosted sign-in of the emulator asks for no one-time password; what the pool keeps is seen."""
    tokens = member.sign_in(FIRST)
    begun = member.ask(tokens, "POST", "/users/me/totp", {}).json()["data"]
    code = code_of(begun["secret"])
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    assert member.ask(tokens, "POST", "/users/me/totp/verify", {"code": wrong}).status_code == 422
    assert member.ask(tokens, "POST", "/users/me/totp/verify", {"code": code}).status_code == 204
    assert member.ask(tokens, "GET", "/users/me").json()["data"]["has_2fa_enabled"] is True
    pool = member.stack.aws("cognito-idp")
    kept = pool.admin_get_user(UserPoolId=member.stack.user_pool, Username=member.id)
    assert kept["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert member.ask(tokens, "DELETE", "/users/me/totp").status_code == 204
    assert member.ask(tokens, "GET", "/users/me").json()["data"]["has_2fa_enabled"] is False


def test_a_second_factor_is_taken_off_who_has_lost_it(stack: RunningStack, tenant: Tenant) -> None:
    """Also one that was set up with the pool itself, which every user may."""
    somebody = joined(stack, tenant)
    tokens = somebody.sign_in(FIRST)
    pool = stack.aws("cognito-idp")
    secret = pool.associate_software_token(AccessToken=tokens.access)["SecretCode"]
    pool.verify_software_token(AccessToken=tokens.access, UserCode=code_of(secret))
    wanted = {"Enabled": True, "PreferredMfa": True}
    pool.set_user_mfa_preference(AccessToken=tokens.access, SoftwareTokenMfaSettings=wanted)

    await_next_second()
    assert tenant.data(f"/users/{somebody.id}")["has_2fa_enabled"] is True
    assert tenant.ask("POST", f"/users/{somebody.id}/totp-reset").status_code == 204
    kept = pool.admin_get_user(UserPoolId=stack.user_pool, Username=somebody.id)
    assert kept.get("UserMFASettingList", []) == []
    assert somebody.ask(tokens, "GET", "/users/me").status_code == 401
    assert "second factor" in somebody.last_letter()["Subject"]
    assert tenant.ask("POST", f"/users/{somebody.id}/totp-reset").status_code == 409


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
