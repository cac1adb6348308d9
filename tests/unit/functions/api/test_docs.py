from __future__ import annotations

import base64
import hashlib
import re

import pytest

from functions.api.docs.build import DOCUMENT, main, rendered, routes
from shared import settings
from tests.unit.functions.api.client import Api


def test_the_document_is_served_without_a_key(api: Api) -> None:
    answer = api.call("GET", "/openapi.json", key=None)
    assert answer.status == 200
    assert answer.json["openapi"] == "3.1.0"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_the_page_shows_every_operation_and_needs_no_script(api: Api) -> None:
    answer = api.call("GET", "/docs", key=None)
    page = answer.body.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert all(f'id="{operation}"' in page for _, _, operation in routes())
    assert not re.search(r"<script|<img|<link|style=|src=|http-equiv", page)


def test_the_pages_policy_allows_its_own_style_alone(api: Api) -> None:
    answer = api.call("GET", "/docs", key=None)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_whoever_wants_in_is_told_where(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.SIGN_IN_URL, "https://people.example")
    monkeypatch.setenv(settings.POOL_URL, "https://cognito.example")
    monkeypatch.setenv(settings.USER_POOL_CLIENT, "client-1")
    monkeypatch.setenv(settings.IDENTITY_PROVIDERS, "Corp,School")

    assert api.call("GET", "/sign-in", key=None).data == {
        "authorization_url": "https://people.example/oauth2/authorize",
        "token_url": "https://people.example/oauth2/token",
        "client_id": "client-1",
        "scopes": ["openid", "email", "aws.cognito.signin.user.admin"],
        "redirect_uris": [f"http://127.0.0.1:{port}/callback" for port in (8400, 8401, 8402)],
        "pool_url": "https://cognito.example",
        "identity_providers": ["Corp", "School"],
    }


@pytest.mark.parametrize("path", ["/", "/nothing", "/v1/v1/domains", "/docs/more"])
def test_what_no_route_matches_is_404_in_our_envelope(api: Api, path: str) -> None:
    answer = api.call("GET", path, key=None)
    assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_documentation_has_a_limit_of_its_own(api: Api) -> None:
    statuses = [api.call("GET", "/docs", key=None).status for _ in range(61)]
    assert (statuses[59], statuses[60]) == (200, 429)
    assert api.call("GET", "/account", key=None).status == 401


def test_the_committed_document_is_what_the_routes_say() -> None:
    assert DOCUMENT.read_text() == rendered()
    assert main(["--check"]) == 0


def test_a_document_that_is_not_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("functions.api.docs.build.DOCUMENT", DOCUMENT.with_name("missing.json"))
    assert main(["--check"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
