"""People on the local stack: their mail, and how they sign in without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit
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
    begun = SignIn(stack)
    return begun.redeem(sign_in_at(begun.address(), username, password))


def await_next_second() -> None:
    """A token tells when its sign-in was to the second, and what ends sign-ins ends those of before it."""
    time.sleep(1 - time.time() % 1)


class SignIn:
    """One sign-in of the authorization code flow with PKCE: where it begins, and what it ends with."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._verifier, self._state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)

    def address(self, **more: str) -> str:
        """Of the hosted sign-in's first page; ``more`` are further parameters."""
        asked = {
            "response_type": "code",
            "client_id": self._stack.user_pool_client,
            "redirect_uri": REDIRECT,
            "scope": SCOPES,
            "state": self._state,
            "code_challenge": _challenge(self._verifier),
            "code_challenge_method": "S256",
            **more,
        }
        return f"{self._stack.sign_in_url}/oauth2/authorize?{urlencode(asked)}"

    def redeem(self, ended: str) -> Tokens:
        """The tokens for the code in the address that the sign-in led to."""
        query = parse_qs(urlsplit(ended).query)
        assert query["state"] == [self._state]
        redeemed = {
            "grant_type": "authorization_code",
            "client_id": self._stack.user_pool_client,
            "code": query["code"][0],
            "redirect_uri": REDIRECT,
            "code_verifier": self._verifier,
        }
        answer = httpx.post(f"{self._stack.sign_in_url}/oauth2/token", data=redeemed, trust_env=False)
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


def sign_in_at(address: str, username: str, password: str) -> str:
    """Fill in the sign-in page at an address, and return the one that it leads to: with a code."""
    page = urlsplit(address)
    with httpx.Client(base_url=f"{page.scheme}://{page.netloc}", trust_env=False) as browser:
        form = browser.get(f"{page.path}?{page.query}")
        assert form.status_code == 200, form.text
        fields = {name: unescape(value) for name, value in _FIELD.findall(form.text)}
        answer = browser.post("/login", data={**fields, "username": username, "password": password})
    if answer.status_code != 302:
        raise SignInRefused(answer.text)
    return str(answer.headers["Location"])


def _challenge(verifier: str) -> str:
    """RFC 7636 section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
