"""Sign in, renew what expires, sign out: against the sign-in that a deployment names."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from cli.pkce import Attempt
from cli.sessions import Session
from cli.stops import REFUSED, UNREACHABLE, Stop

EARLY: Final = 60.0
"""Seconds before its end from which an access token is not used any more."""

_TIMEOUT: Final = httpx.Timeout(20.0, connect=10.0)
_REVOKE: Final = "AWSCognitoIdentityProviderService.RevokeToken"


@dataclass(frozen=True, slots=True)
class SignIn:
    """As ``GET /v1/sign-in`` describes it."""

    authorization_url: str
    token_url: str
    client_id: str
    scopes: list[str]
    redirect_uris: list[str]
    pool_url: str


def described(url: str) -> SignIn:
    """How people sign in to the deployment."""
    found = _answered(lambda client: client.get(f"{url}/v1/sign-in"), "the deployment")
    data = found.get("data")
    fields = SignIn.__dataclass_fields__
    if not isinstance(data, dict) or not data.keys() >= fields.keys():
        raise Stop(f"{url} does not say how people sign in", UNREACHABLE)
    return SignIn(**{name: data[name] for name in fields})


def redeem(url: str, sign_in: SignIn, attempt: Attempt, code: str) -> Session:
    """The session that a code stands for."""
    answer = _tokens(
        sign_in.token_url,
        grant_type="authorization_code",
        client_id=sign_in.client_id,
        code=code,
        redirect_uri=attempt.redirect,
        code_verifier=attempt.verifier,
    )
    return Session(
        url=url,
        access=answer["access_token"],
        refresh=str(answer.get("refresh_token", "")),
        expires=_end(answer),
        client_id=sign_in.client_id,
        token_url=sign_in.token_url,
        pool_url=sign_in.pool_url,
    )


def renewed(session: Session) -> Session:
    """With a new access token. ``Stop`` when the sign-in has ended: by time, or because somebody ended it."""
    try:
        answer = _tokens(
            session.token_url,
            grant_type="refresh_token",
            client_id=session.client_id,
            refresh_token=session.refresh,
        )
    except Stop as stop:
        if stop.code == REFUSED:
            raise Stop("your sign-in has ended: `postseal login`", UNREACHABLE) from None
        raise
    return replace(
        session,
        access=answer["access_token"],
        refresh=str(answer.get("refresh_token") or session.refresh),
        expires=_end(answer),
    )


def revoke(session: Session) -> None:
    """Give the refresh token back, and with it every access token that it was good for."""
    _answered(
        lambda client: client.post(
            session.pool_url.rstrip("/") + "/",
            headers={"X-Amz-Target": _REVOKE, "Content-Type": "application/x-amz-json-1.1"},
            json={"ClientId": session.client_id, "Token": session.refresh},
        ),
        "Cognito",
    )


def _tokens(token_url: str, **form: str) -> dict[str, Any]:
    answer = _answered(lambda client: client.post(token_url, data=form), "the sign-in")
    token = answer.get("access_token")
    if not isinstance(token, str) or not (token.isascii() and token.isprintable()):
        raise Stop("the sign-in answers without a token", UNREACHABLE)
    return answer


def _end(answer: dict[str, Any]) -> float:
    seconds = answer.get("expires_in")
    return time.time() + (seconds if isinstance(seconds, int) else 0)


def _answered(send: Callable[[httpx.Client], httpx.Response], who: str) -> dict[str, Any]:
    """The JSON object that is answered. A refusal has the exit code of one, silence that of silence."""
    try:
        with httpx.Client(timeout=_TIMEOUT, headers={"User-Agent": "postseal-cli"}) as client:
            response = send(client)
        answer = response.json() if response.content else {}
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Stop(f"{who} cannot be reached: {error}", UNREACHABLE) from None
    except ValueError:
        answer = None
    if response.is_success and isinstance(answer, dict):
        return answer
    told = answer.get("error_description") or answer.get("error") if isinstance(answer, dict) else None
    reason = told if isinstance(told, str) else f"{response.status_code} {response.reason_phrase}"
    refused = response.is_client_error and response.status_code != 404
    raise Stop(f"{who} refuses: {reason}", REFUSED if refused else UNREACHABLE)
