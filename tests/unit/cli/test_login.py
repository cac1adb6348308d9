"""Signing in and out: the flow of RFC 7636, and what stays on this machine."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from cli.connection import connection
from cli.main import app
from cli.pkce import Attempt, challenge
from cli.sessions import Session, Sessions, sessions
from cli.stops import REFUSED, UNREACHABLE, USAGE, Stop

RUN = CliRunner()
URL: Final = "https://api.example"
STATE: Final = "s" * 43
REDIRECT: Final = "http://127.0.0.1:8400/callback"
SIGN_IN: Final = {
    "authorization_url": "https://people.example/oauth2/authorize",
    "token_url": "https://people.example/oauth2/token",
    "client_id": "client-1",
    "scopes": ["openid", "email"],
    "redirect_uris": [REDIRECT],
    "pool_url": "https://cognito.example",
    "identity_providers": [],
}


class Deployment:
    """The API, the hosted sign-in and Cognito in one."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.issued = 0
        self.ended = False
        self.refused: set[str] = set()
        self.sent: list[str] = []
        """What the API was asked with."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        match request.url.host, request.url.path:
            case "api.example", "/v1/sign-in":
                return httpx.Response(200, json={"data": SIGN_IN})
            case "people.example", "/oauth2/token":
                return self.token(parse_qs(request.content.decode()))
            case "cognito.example", "/":
                self.ended = True
                return httpx.Response(200, json={})
        self.sent.append(request.headers["Authorization"])
        if self.sent[-1].removeprefix("Bearer ") in self.refused:
            return httpx.Response(401, json={"error": {"code": "unauthorized", "message": "No."}})
        return httpx.Response(200, json={"data": [], "meta": {}})

    def token(self, form: dict[str, list[str]]) -> httpx.Response:
        if self.ended or form.get("code") == ["wrong"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.issued += 1
        answer = {"access_token": f"access-{self.issued}", "expires_in": 3600}
        return httpx.Response(200, json=answer | ({"refresh_token": "refresh-1"} if "code" in form else {}))


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Deployment:
    made = Deployment()
    original, transport = httpx.Client, httpx.MockTransport(made)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POSTSEAL_URL", raising=False)
    monkeypatch.delenv("POSTSEAL_API_KEY", raising=False)
    return made


def sign_in(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Any:
    """``postseal login --no-browser`` with somebody who pastes the address that the browser ends at."""
    monkeypatch.setattr("cli.browsing.secrets.token_urlsafe", lambda _: STATE)
    ended = f"{REDIRECT}?{urlencode({'code': 'c-1', 'state': STATE} | changes)}"
    return RUN.invoke(app, ["login", "--no-browser", "--url", URL], input=f"{ended}\n")


def attempt() -> Attempt:
    return Attempt(REDIRECT, "v" * 43, STATE)


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636 appendix B."""
    assert (
        challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_the_page_is_asked_for_a_code_and_never_told_the_verifier() -> None:
    address = attempt().address("https://people.example/authorize", "client-1", ["openid", "email"], "Corp")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    assert query["code_challenge"] == challenge("v" * 43)
    assert query["code_challenge_method"] == "S256"
    assert (query["response_type"], query["scope"], query["identity_provider"]) == (
        "code",
        "openid email",
        "Corp",
    )
    assert "v" * 43 not in address


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"code": "c", "state": "other"}, "not the address"),
        ({"code": "c"}, "not the address"),
        ({"state": STATE}, "no code"),
        (
            {"error": "access_denied", "error_description": "Go away", "state": STATE},
            "access_denied: Go away",
        ),
        ({"code": "c", "state": "é"}, "not the address"),
    ],
)
def test_only_the_end_of_this_attempt_counts(query: dict[str, str], told: str) -> None:
    with pytest.raises(Stop, match=told) as stop:
        attempt().code(f"{REDIRECT}?{urlencode(query)}")
    assert stop.value.code == REFUSED


def test_a_sign_in_ends_in_tokens_that_only_the_user_reads(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    done = sign_in(monkeypatch)

    assert done.exit_code == 0, done.output
    assert "access-1" not in done.output
    file = config / "sessions.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.stat().st_mode) == 0o700
    redeemed = parse_qs(deployment.asked[-1].content.decode())
    assert redeemed["grant_type"] == ["authorization_code"]
    asked = connection(URL, None)
    assert asked.session is not None
    assert (asked.session.access, asked.session.refresh) == ("access-1", "refresh-1")


def test_commands_act_as_who_is_signed_in_for_the_account_that_is_named(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch)
    done = RUN.invoke(app, ["--account", "usr_7", "domains", "list"])

    assert done.exit_code == 0, done.output
    assert deployment.asked[-1].url.host == "api.example"
    assert deployment.sent == ["Bearer access-1"]
    assert deployment.asked[-1].headers["X-Postseal-Account"] == "usr_7"


def test_a_key_comes_before_a_sign_in(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch)
    RUN.invoke(app, ["domains", "list", "--key", "ps_live_x"])

    assert deployment.sent == ["Bearer ps_live_x"]


def test_tokens_are_sent_to_no_other_deployment(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch)
    done = RUN.invoke(app, ["domains", "list", "--url", "https://other.example"])

    assert done.exit_code == UNREACHABLE
    assert deployment.sent == []


def expire() -> None:
    held = connection(URL, None).session
    assert held is not None
    fields = {name: getattr(held, name) for name in Session.__dataclass_fields__}
    sessions().keep(Session(**{**fields, "expires": time.time()}))


def test_an_access_token_is_renewed_before_it_expires(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch)
    expire()
    RUN.invoke(app, ["domains", "list"])
    RUN.invoke(app, ["domains", "list"])

    assert deployment.sent == ["Bearer access-2", "Bearer access-2"]


def test_a_refused_access_token_is_renewed_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch)
    deployment.refused = {"access-1"}
    assert RUN.invoke(app, ["domains", "list"]).exit_code == 0
    assert deployment.sent == ["Bearer access-1", "Bearer access-2"]
    deployment.refused = {"access-2", "access-3"}
    assert RUN.invoke(app, ["domains", "list"]).exit_code == UNREACHABLE


def test_a_sign_in_that_was_ended_is_told(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch)
    expire()
    deployment.ended = True
    done = RUN.invoke(app, ["domains", "list"])

    assert done.exit_code == UNREACHABLE
    assert "postseal login" in done.output


def test_signing_out_forgets_the_tokens_and_takes_them_back(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    sign_in(monkeypatch)
    done = RUN.invoke(app, ["logout"])

    assert done.exit_code == 0, done.output
    asked = deployment.asked[-1]
    assert asked.headers["X-Amz-Target"].endswith(".RevokeToken")
    assert json.loads(asked.content) == {"ClientId": "client-1", "Token": "refresh-1"}
    assert "refresh-1" not in (config / "sessions.json").read_text()
    assert RUN.invoke(app, ["logout"]).exit_code == REFUSED


def test_a_wrong_code_signs_nobody_in(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    done = sign_in(monkeypatch, code="wrong")

    assert done.exit_code == REFUSED
    assert sessions().latest() is None


def test_nothing_pasted_is_wrong_usage(deployment: Deployment) -> None:
    done = RUN.invoke(app, ["login", "--no-browser", "--url", URL], input="\n")

    assert done.exit_code == USAGE
    assert "code_challenge=" in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_text('{"no": "list"}')
    with pytest.raises(Stop, match="cannot be read"):
        Sessions(tmp_path / "sessions.json").latest()


def test_a_session_does_not_show_its_tokens() -> None:
    session = Session(
        url=URL, access="secret", refresh="secret", expires=0.0, client_id="c", token_url="t", pool_url="p"
    )
    assert "secret" not in repr(session)
