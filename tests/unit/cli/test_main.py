from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import COMMANDS, app

RUN = CliRunner()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Requests of the commands, answered as the API does."""
    requests: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(f"{request.method} {request.url.raw_path.decode()}")
        return httpx.Response(200, json=body(request.method, request.url.path))

    transport = httpx.MockTransport(answer)
    original = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return requests


FIGURES = {
    "total_messages": 4,
    "accepted": 3,
    "quarantined": 1,
    "rejected": 0,
    "spf_pass": 2,
    "dkim_pass": 3,
    "dmarc_pass": 3,
}


def body(method: str, path: str) -> dict[str, Any]:
    if path.endswith("/stats"):
        days = [{"date": "2026-11-20", **FIGURES}]
        return {"data": {"domain": "example.com", "daily_stats": days, "totals": FIGURES}}
    if path.endswith("/sources"):
        span = {"domain": "example.com", "start_date": "2026-11-14", "end_date": "2026-11-21"}
        source = {"sender_domain": "[bold]google.com\x1b[2J", "ip_count": 1, **FIGURES}
        return {"data": {**span, "sources": [source]}}
    if path.endswith("/verify"):
        record = {"name": "_postseal.example.com", "type": "TXT", "value": "postseal-verification=abc"}
        check = {
            "proof": "txt_record",
            "name": record["name"],
            "status": "missing",
            "detail": "no TXT record",
        }
        return {"data": {"domain": "example.com", "is_verified": False, "record": record, "checks": [check]}}
    if method == "GET":
        return {"data": [{"id": "x_1", "reason": "conflict"}], "meta": {"next_cursor": None}}
    return {"data": {"id": "x_1", "domain": "example.com"}}


@pytest.mark.parametrize(
    ("arguments", "request_line"),
    [
        ("stats example.com --from 2026-11-01", "GET /v1/domains/example.com/stats?start_date=2026-11-01"),
        ("sources a/b --range 30d", "GET /v1/domains/a%2Fb/sources?range=30d"),
        ("sources ud_1 --date 2026-11-01", "GET /v1/domains/ud_1/sources?date=2026-11-01"),
        ("reports --type tls --reporter goo", "GET /v1/reports?limit=25&sender_org=goo&type=tls"),
        ("domains list", "GET /v1/domains?limit=100"),
        ("domains list --order=-volume", "GET /v1/domains?limit=100&ordering=-volume"),
        ("domains activate example.com", "POST /v1/domains/example.com/activate"),
        ("quarantine list --limit 7", "GET /v1/quarantine?limit=7"),
        ("quarantine replay qua_1", "POST /v1/quarantine/qua_1/replay"),
        ("keys list", "GET /v1/api-keys?limit=100"),
        ("keys revoke key_1", "DELETE /v1/api-keys/key_1"),
    ],
)
def test_a_command_is_one_request(asked: list[str], arguments: str, request_line: str) -> None:
    result = RUN.invoke(app, arguments.split())
    assert result.exit_code == 0, result.stderr
    assert asked == [request_line]


def test_adding_can_activate_at_once(asked: list[str]) -> None:
    assert RUN.invoke(app, ["domains", "add", "example.com", "--activate"]).exit_code == 0
    assert asked == ["POST /v1/domains", "POST /v1/domains/x_1/activate"]


def test_an_unverified_domain_is_told_what_to_publish(asked: list[str]) -> None:
    result = RUN.invoke(app, ["domains", "verify", "example.com"])
    assert asked == ["POST /v1/domains/example.com/verify"]
    assert result.exit_code == 1
    assert "example.com: not verified" in result.stdout
    assert "publish _postseal.example.com TXT 'postseal-verification=abc'" in result.stderr


def test_a_table_shows_the_figures_and_json_the_answer(asked: list[str]) -> None:
    table = RUN.invoke(app, ["stats", "example.com"]).stdout
    assert "2026-11-20" in table
    assert "75.0 %" in table
    answer = json.loads(RUN.invoke(app, ["stats", "example.com", "--json"]).stdout)
    assert answer["totals"] == FIGURES


def test_what_reporters_wrote_does_not_steer_the_terminal(asked: list[str]) -> None:
    shown = RUN.invoke(app, ["sources", "example.com"]).stdout
    assert "[bold]google.com [2J" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = RUN.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Usage: postseal {command}" in result.stdout


def test_help_names_every_command_and_unknown_ones_are_wrong_usage() -> None:
    shown = RUN.invoke(app, ["--help"]).stdout
    assert all(command in shown for command in COMMANDS)
    assert RUN.invoke(app, ["unheard-of"]).exit_code == 2


def test_help_and_parse_load_no_aws_and_no_http() -> None:
    program = (
        "import sys, contextlib\n"
        "from cli.main import app\n"
        "for arguments in (['--help'], ['parse', '--help']):\n"
        "    with contextlib.suppress(SystemExit): app(arguments)\n"
        "print(sorted({'boto3', 'httpx', 'dns'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
