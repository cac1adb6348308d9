"""``postseal inspect --all``: every domain of the account, as the deployment last saw it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()
Statuses = dict[str, str]


def state(domain: str, **statuses: str) -> dict[str, Any]:
    checked = {"last_checked_at": "2026-11-21T10:00:00Z"}
    return {"domain": domain, **checked, **{name: {"status": status} for name, status in statuses.items()}}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The DNS states of the account's domains, by id."""
    states: dict[str, dict[str, Any]] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/domains")
        if not path:
            listed = [{"id": reference, "domain": each["domain"]} for reference, each in states.items()]
            return httpx.Response(200, json={"data": listed, "meta": {"next_cursor": None}})
        return httpx.Response(200, json={"data": states[path.strip("/").removesuffix("/dns")]})

    transport = httpx.MockTransport(answer)
    original = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return states


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ({"dmarc": "valid", "spf": "valid", "bimi": "missing"}, 0),
        ({"dmarc": "missing", "spf": "valid", "bimi": "valid"}, 1),
        ({"dmarc": "valid", "spf": "invalid", "bimi": "missing"}, 1),
        ({"dmarc": "valid", "spf": "valid", "bimi": "invalid"}, 1),
        ({"dmarc": "pending", "spf": "pending", "bimi": "pending"}, 3),
        ({"dmarc": "error", "spf": "missing", "bimi": "missing"}, 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_domain(
    account: dict[str, dict[str, Any]], second: Statuses, code: int
) -> None:
    account["ud_1"] = state("good.example", dmarc="valid", spf="valid", bimi="missing")
    account["ud_2"] = state("second.example", **second)
    result = RUN.invoke(app, ["inspect", "--all"])
    assert result.exit_code == code
    assert "good.example" in result.stdout
    assert ("1 domain(s) have DNS issues" in result.stdout) == (code == 1)


def test_the_same_as_json(account: dict[str, dict[str, Any]]) -> None:
    account["ud_1"] = state("good.example", dmarc="valid", spf="valid")
    result = RUN.invoke(app, ["inspect", "--all", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [account["ud_1"]])


def test_no_domains_are_no_issues(account: dict[str, dict[str, Any]]) -> None:
    assert RUN.invoke(app, ["inspect", "--all"]).exit_code == 0
