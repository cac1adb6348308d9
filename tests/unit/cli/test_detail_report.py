from __future__ import annotations

import json
from typing import Any, Final

import httpx
import pytest
from typer.testing import CliRunner

from cli.commands import detail_report
from cli.main import app
from cli.stops import REFUSED

RUN = CliRunner()
DAYS: Final = ("--from", "2026-11-01", "--to", "2026-11-20")
SOURCE: Final = {
    "source_number": 5,
    "name": "SendGrid",
    "domain": "sendgrid.net",
    "message_count": 1_200,
    "ip_count": 3,
    "dmarc_pass_percent": 25.0,
    "affected_count": 900,
    "forwarded_count": 7,
}
ROW: Final = {
    "from_domain": "=cmd()",
    "ip": "192.0.2.1",
    "ptr": "o1\x1b[2J.sendgrid.net",
    "message_count": 4,
}


class Deployment:
    """Says of the job what ``jobs`` has, one after the other."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.jobs = [("running", 1), ("running", 48), ("finished", 100)]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/v1")
        self.asked.append((request.method, path, json.loads(request.content) if request.content else None))
        return httpx.Response(200, json={"data": self.data(path), "meta": {"next_cursor": None}})

    def data(self, path: str) -> Any:
        if "/sources" in path:
            counts = {"dmarc_capable": 1, "threat_unknown": 0}
            return {"dmarc_capable": [SOURCE], "threat_unknown": [], "source_counts": counts}
        if "/domains" in path:
            return [{**dict.fromkeys(detail_report._ROWS, ""), **ROW}]
        status, value = self.jobs.pop(0)
        progress = {"label": "reading reports", "value": value}
        return {"token": "T" * 16, "status": status, "reason": "no more", "progress": progress}


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    original, transport = httpx.Client, httpx.MockTransport(made)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return made


def test_a_report_is_asked_for_waited_for_and_shown(deployment: Deployment) -> None:
    told = RUN.invoke(
        app, ["detail-report", *DAYS, "--domain", "a.example", "--show", "impact", "--ip", "192.0.2.0/24"]
    )

    assert told.exit_code == 0, told.output
    assert deployment.asked[0] == (
        "POST",
        "/detail-reports",
        {
            "domains": ["a.example"],
            "start_date": "2026-11-01",
            "end_date": "2026-11-20",
            "filter_option": "impact",
            "ip_cidr": "192.0.2.0/24",
        },
    )
    assert [path for method, path, _ in deployment.asked if method == "GET"] == [
        *[f"/detail-reports/{'T' * 16}"] * 2,
        f"/detail-reports/{'T' * 16}/sources",
    ]
    (line,) = [line.split() for line in told.output.splitlines() if "SendGrid" in line]
    assert line == ["dmarc_capable", "SendGrid", "1,200", "3", "25.0", "%", "900", "7"]


def test_rows_come_as_csv_that_is_safe_to_open(deployment: Deployment) -> None:
    told = RUN.invoke(app, ["detail-report", *DAYS, "--csv", "--ordering", "ip"])

    head, row = told.output.splitlines()
    assert head == ",".join(detail_report._ROWS)
    assert row.startswith("'=cmd(),192.0.2.1,o1")
    assert "\x1b" not in row
    assert "ordering=ip" in deployment.asked[-1][1]


def test_the_answer_as_json(deployment: Deployment) -> None:
    told = RUN.invoke(app, ["detail-report", *DAYS, "--json"])
    assert json.loads(told.output)["dmarc_capable"] == [SOURCE]


def test_a_report_that_failed_says_why(deployment: Deployment) -> None:
    deployment.jobs = [("running", 1), ("failed", 24)]

    told = RUN.invoke(app, ["detail-report", *DAYS])

    assert told.exit_code == REFUSED
    assert "the report failed: no more" in told.output
