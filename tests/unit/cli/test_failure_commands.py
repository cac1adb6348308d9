"""Failure and TLS reports: what is asked for, and what is shown of the answer."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()
FAILURE = {"id": "rpt_7", "subject": "Pay\x1b[2J now", "feedback_type": "abuse", "source_ip": None}


class Deployment:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.left = 1

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/v1")
        self.asked.append((request.method, path, json.loads(request.content) if request.content else None))
        return httpx.Response(
            200, json={"data": self.data(request.method, path.partition("?")[0]), "meta": {}}
        )

    def data(self, method: str, path: str) -> Any:
        if path == "/failure-reports/all":
            self.left -= 1
            return {"deleted_reports": 200, "deleted_jobs": 0, "has_more": self.left >= 0}
        if method == "DELETE":
            return {"deleted": ["rpt_7"], "missing": ["rpt_8"]}
        if path == "/tls/failures/summary":
            return {"total_failed": 3, "failures": [{"result_type": "dane-required", "domain_count": 2}]}
        if path == "/tls/failures":
            return [{"policy_domain": "orchard.example", "result_type": "dane-required"}]
        if path == "/tls/policies":
            return [{"p_domain": "orchard.example", "sum_failed": 9}]
        return FAILURE if path.count("/") == 2 else [FAILURE]


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    original, transport = httpx.Client, httpx.MockTransport(made)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return made


@pytest.mark.parametrize(
    ("arguments", "asked", "shown"),
    [
        (
            "failures list --address a@b.example --feedback abuse --from 2026-11-01 --limit 5",
            (
                "GET",
                "/failure-reports?limit=5&address=a%40b.example&feedback_type=abuse&start_date=2026-11-01",
                None,
            ),
            "rpt_7",
        ),
        ("failures show rpt_7", ("GET", "/failure-reports/rpt_7", None), '"abuse"'),
        ("failures show rpt_7 --full", ("GET", "/failure-reports/rpt_7?redact=false", None), '"abuse"'),
        (
            "failures delete rpt_7 rpt_8",
            ("DELETE", "/failure-reports", {"ids": ["rpt_7", "rpt_8"]}),
            "rpt_7: deleted\nrpt_8: not there\n",
        ),
        ("failures delete --all", ("DELETE", "/failure-reports/all", None), "deleted 400\n"),
        (
            "tls failures --domains ud_1,ud_2 --result dane-required",
            ("GET", "/tls/failures?limit=25&domains=ud_1%2Cud_2&result_type=dane-required", None),
            "dane-required",
        ),
        ("tls causes --from 2026-11-01", ("GET", "/tls/failures/summary?begin=2026-11-01", None), "dane"),
        ("tls causes --json", ("GET", "/tls/failures/summary", None), '"total_failed": 3'),
        (
            "tls policies --order=-sum_failed",
            ("GET", "/tls/policies?limit=25&ordering=-sum_failed", None),
            "orchard.example",
        ),
    ],
)
def test_what_is_asked_and_shown(
    deployment: Deployment, arguments: str, asked: tuple[str, str, Any], shown: str
) -> None:
    result = RUN.invoke(app, arguments.split())
    assert result.exit_code == 0, result.output
    assert deployment.asked[-1] == asked
    assert shown in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize("arguments", ["failures delete", "failures delete rpt_7 --all"])
def test_what_is_to_be_deleted_has_to_be_said(deployment: Deployment, arguments: str) -> None:
    assert RUN.invoke(app, arguments.split()).exit_code == 2
    assert deployment.asked == []
