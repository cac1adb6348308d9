"""People on the local stack: their mail, and how they sign in without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

from infra.local.credentials import ACCOUNT
from infra.local.stack_file import Stack
from tests.local.running import RunningStack

REDIRECT: Final = "http://127.0.0.1:8400/callback"
SCOPES: Final = "openid email aws.cognito.signin.user.admin"
_FIELD: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_TOKEN: Final = re.compile(r"\b(?:inv|pwd|eml)_\d+_\d+_[\w-]{43}")


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str


class SignInRefused(AssertionError):
    """The sign-in page came back, with what it says."""


def letters_to(stack: Stack, address: str) -> list[dict[str, Any]]:
    """What was mailed to the address, oldest first: ``Subject``, ``BodyText``, ``BodyHtml``, ``Source``."""
    answer = httpx.get(
        f"{stack.aws_endpoint}/_ministack/ses/messages", params={"account": ACCOUNT}, trust_env=False
    )
    sent = answer.raise_for_status().json()["messages"].get(ACCOUNT, [])
    return [letter for letter in sent if address in letter["To"]]


def token_in(letter: dict[str, Any]) -> str:
    """The token that a letter brings."""
    found = _TOKEN.search(letter["BodyText"])
    assert found is not None, letter["BodyText"]
    return found[0]


def sign_in(stack: Stack, username: str, password: str) -> Tokens:
    """Through the hosted sign-in, as a browser would (authorization code with PKCE)."""
    verifier = secrets.token_urlsafe(48)
    with httpx.Client(base_url=stack.sign_in_url, trust_env=False) as browser:
        code = _code(browser, stack, username, password, _challenge(verifier))
        asked = {
            "grant_type": "authorization_code",
            "client_id": stack.user_pool_client,
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": verifier,
        }
        answer = browser.post("/oauth2/token", data=asked)
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json()["access_token"], answer.json()["refresh_token"])


def new_person(stack: RunningStack, name: str, password: str = "") -> tuple[str, str]:
    """A user of the pool by this name (``user_19``), and an access token of it: without a letter, and
    without our API's knowing."""
    pool, chosen = stack.aws("cognito-idp"), password or secrets.token_urlsafe(24)
    email = f"{uuid4().hex[:12]}@people.example"
    pool.admin_create_user(
        UserPoolId=stack.user_pool,
        Username=name,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
    )
    pool.admin_set_user_password(UserPoolId=stack.user_pool, Username=name, Password=chosen, Permanent=True)
    return email, token_of(stack, name, chosen)


def token_of(stack: RunningStack, name: str, password: str) -> str:
    """An access token, the short way round: with AWS credentials."""
    answer = stack.aws("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.user_pool,
        ClientId=stack.user_pool_client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def _code(browser: httpx.Client, stack: Stack, username: str, password: str, challenge: str) -> str:
    state = secrets.token_urlsafe(16)
    asked = {
        "response_type": "code",
        "client_id": stack.user_pool_client,
        "redirect_uri": REDIRECT,
        "scope": SCOPES,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    form = browser.get("/oauth2/authorize", params=asked)
    assert form.status_code == 200, form.text
    fields = {name: unescape(value) for name, value in _FIELD.findall(form.text)}
    answer = browser.post("/login", data={**fields, "username": username, "password": password})
    if answer.status_code != 302:
        raise SignInRefused(answer.text)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == [state]
    return query["code"][0]


def _challenge(verifier: str) -> str:
    """RFC 7636 section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
