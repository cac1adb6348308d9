"""Issues, tasks and the policy planner: what is asked for, and what is shown of the answer."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()
FATE = {"messages": 9, "delivered": 4, "quarantined": 0, "rejected": 5, "forwarded": 0}
ANSWERS: dict[str, Any] = {
    "/issues": [
        {"id": "iss_7", "domain": "orchard.example", "problem": "No record\x1b[2J.", "ignore": False}
    ],
    "/issues/iss_7": {"id": "iss_7", "ignore": True},
    "/tasks": [{"id": "task_7", "title": "Publish a record", "solved": False}],
    "/tasks/task_7": {"id": "task_7", "ignore": False},
    "/policy-domains": [{"domain": "orchard.example", "recommendation": "quarantine"}],
    "/domains/orchard.example/policy-plan": {
        "domain": "orchard.example",
        "policy_ready": False,
        "recommendation": "none",
        "blockers": [{"code": "compliance", "message": "Too little passes."}],
        "sources": [{"sender_name": "Mailer", "standing": "x", "messages": 9, "failing": 5, "forwarded": 0}],
    },
    "/domains/orchard.example/simulate": {
        "reported": FATE,
        "simulated": FATE,
        "sources": [{"sender_name": "Mailer", **FATE}],
    },
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    seen: list[tuple[str, str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/v1")
        seen.append((request.method, path, json.loads(request.content) if request.content else None))
        return httpx.Response(200, json={"data": ANSWERS[path.partition("?")[0]], "meta": {}})

    original, transport = httpx.Client, httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return seen


@pytest.mark.parametrize(
    ("arguments", "wanted", "shown"),
    [
        (
            "issues list --domain ud_19 --open --limit 5",
            ("GET", "/issues?limit=5&ordering=-created&domain=ud_19&solved=false", None),
            "iss_7",
        ),
        ("issues ignore iss_7", ("PATCH", "/issues/iss_7", {"ignore": True}), "iss_7"),
        (
            "tasks list --group grp_5 --heeded --ordering category --limit 5",
            ("GET", "/tasks?limit=5&ordering=category&group_id=grp_5&ignored=false", None),
            "Publish a record",
        ),
        ("tasks heed task_7", ("PATCH", "/tasks/task_7", {"ignore": False}), "task_7"),
        (
            "planner list --ready --recommendation quarantine --limit 5",
            ("GET", "/policy-domains?limit=5&policy_ready=true&recommendation=quarantine", None),
            "quarantine",
        ),
        (
            "planner plan orchard.example",
            ("GET", "/domains/orchard.example/policy-plan", None),
            "orchard.example: not ready; recommended: none\n- Too little passes.",
        ),
        (
            "planner plan orchard.example --json",
            ("GET", "/domains/orchard.example/policy-plan", None),
            '"Mailer"',
        ),
        (
            "planner plan orchard.example --since 2026-09-01",
            ("GET", "/domains/orchard.example/policy-plan?published_since=2026-09-01", None),
            "not ready",
        ),
        (
            "planner simulate orchard.example -p reject --adkim s --testing --from 2026-11-01",
            (
                "POST",
                "/domains/orchard.example/simulate",
                {
                    "p": "reject",
                    "sp": None,
                    "adkim": "s",
                    "aspf": "r",
                    "t": True,
                    "start_date": "2026-11-01",
                    "end_date": None,
                },
            ),
            "all, as simulated",
        ),
    ],
)
def test_commands_ask_and_show(
    asked: list[tuple[str, str, Any]], arguments: str, wanted: tuple[str, str, Any], shown: str
) -> None:
    done = RUN.invoke(app, arguments.split())
    assert done.exit_code == 0, done.output
    assert asked == [wanted]
    assert shown in done.output
    assert "\x1b" not in done.output


def test_a_simulation_is_shown_as_json_as_well(asked: list[tuple[str, str, Any]]) -> None:
    done = RUN.invoke(app, ["planner", "simulate", "orchard.example", "--json"])
    assert json.loads(done.output) == ANSWERS["/domains/orchard.example/simulate"]
    assert asked[0][2]["p"] == "reject"
