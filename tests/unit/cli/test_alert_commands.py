"""Alerts and webhooks: what is asked for, and what is shown of the answer."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.commands import alerts, webhooks

ALERT = {"id": "alr_7", "happened_at": "2026-11-20T06:12:09Z", "state": "open", "title": "DNS changed: spf"}
HOOK = {
    "id": "whk_7",
    "url": "https://hooks.example/",
    "format": "postseal",
    "enabled": True,
    "disabled_reason": None,
    "secret": "whsec_x",
}
DELIVERY = {
    "id": "dlv_7",
    "alert_id": "alr_7",
    "status": "pending",
    "attempts": 2,
    "next_attempt_at": None,
    "response_status": 503,
    "error": "The receiver answered 503",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    heard: list[tuple[str, str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/v1")
        heard.append((request.method, path, json.loads(request.content) if request.content else None))
        if request.method == "DELETE":
            return httpx.Response(204)
        bare = path.partition("?")[0]
        deliver = bare.endswith(("deliveries", "test", "redeliver"))
        one = ALERT if bare.startswith("/alerts") else DELIVERY if deliver else HOOK
        many = request.method == "GET"
        meta = {"has_more": False, "next_cursor": None}
        return httpx.Response(200, json={"data": [one] if many else one, "meta": meta})

    original, transport = httpx.Client, httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return heard


def run(group: Any, arguments: str) -> str:
    result = CliRunner().invoke(group.app, arguments.split(), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.output)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            "list --kind dns_change --domain a.example --state open",
            ("GET", "/alerts?limit=25&kind=dns_change&domain=a.example&state=open", None),
        ),
        ("acknowledge alr_7", ("PATCH", "/alerts/alr_7", {"state": "acknowledged"})),
        ("close ../x", ("PATCH", "/alerts/..%2Fx", {"state": "closed"})),
        ("reopen alr_7", ("PATCH", "/alerts/alr_7", {"state": "open"})),
    ],
)
def test_alerts_are_asked_for_and_shown(
    asked: list[tuple[str, str, Any]], arguments: str, expected: tuple[str, str, Any]
) -> None:
    said = run(alerts, arguments)
    assert asked == [expected]
    assert "alr_7" in said
    assert "DNS changed: spf" in said


@pytest.mark.parametrize(
    ("arguments", "expected", "shown"),
    [
        ("list", ("GET", "/webhooks", None), "whk_7"),
        (
            "add https://hooks.example/ --kind dns_change --kind new_source --domain a.test --format slack",
            (
                "POST",
                "/webhooks",
                {
                    "url": "https://hooks.example/",
                    "kinds": ["dns_change", "new_source"],
                    "domains": ["a.test"],
                    "format": "slack",
                },
            ),
            "whsec_x",
        ),
        ("change whk_7 --off", ("PATCH", "/webhooks/whk_7", {"enabled": False}), "whk_7"),
        ("change whk_7 --on", ("PATCH", "/webhooks/whk_7", {"enabled": True}), "whk_7"),
        ("rotate whk_7", ("POST", "/webhooks/whk_7/rotate", {}), "whsec_x"),
        ("test whk_7", ("POST", "/webhooks/whk_7/test", {}), "pending"),
        ("deliveries whk_7", ("GET", "/webhooks/whk_7/deliveries?limit=25", None), "503"),
        (
            "redeliver whk_7 dlv_7",
            ("POST", "/webhooks/whk_7/deliveries/dlv_7/redeliver", {}),
            "dlv_7",
        ),
        ("remove whk_7", ("DELETE", "/webhooks/whk_7", None), "whk_7: removed"),
    ],
)
def test_webhooks_are_asked_for_and_shown(
    asked: list[tuple[str, str, Any]], arguments: str, expected: tuple[str, str, Any], shown: str
) -> None:
    said = run(webhooks, arguments)
    assert asked == [expected]
    assert shown in said


def test_the_secret_is_shown_only_when_it_is_new(asked: list[tuple[str, str, Any]]) -> None:
    assert "whsec_x" not in run(webhooks, "list")
    assert "whsec_x" not in run(webhooks, "change whk_7 --on")


def test_a_change_that_changes_nothing_is_refused(asked: list[tuple[str, str, Any]]) -> None:
    result = CliRunner().invoke(webhooks.app, ["change", "whk_7"])
    assert result.exit_code != 0
    assert asked == []
