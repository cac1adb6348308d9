"""Programs as DMARCTrust documents them run here with another base URL and key, and nothing else."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from infra.local.stack_file import Stack
from tests.local.tenants import Tenant, open_tenant, report

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(scope="module")
def tenant(stack: Stack) -> Tenant:
    made = open_tenant(stack, base="/dmarctrust/api/v1")
    report(made)
    return made


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[bytes]]]:
    """A Slack webhook's stand-in: its URL, and what it was told."""
    told: list[bytes] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", told
    server.shutdown()
    thread.join()
    server.server_close()


def run(tenant: Tenant, *command: str, status: int = 0, **variables: str) -> str:
    environment = {
        **os.environ,
        "DMARC_API_BASE": tenant.url,
        "DMARC_API_KEY": tenant.key,
        "NO_PROXY": "127.0.0.1,localhost",
        **variables,
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_the_slack_alert_tells_who_failed(tenant: Tenant, webhook: tuple[str, list[bytes]]) -> None:
    url, told = webhook
    run(tenant, sys.executable, str(PROGRAMS / "slack_alert.py"), SLACK_WEBHOOK_URL=url)
    (message,) = told
    text = json.loads(message)["text"]
    assert f"*{tenant.domain}*" in text
    assert "(3 rejected, 0 quarantined)" in text


def test_the_csv_export_has_every_day(tenant: Tenant, tmp_path: Path) -> None:
    run(tenant, sys.executable, str(PROGRAMS / "csv_export.py"), str(tmp_path / "stats.csv"))
    rows = list(csv.DictReader((tmp_path / "stats.csv").open()))
    assert len(rows) == 31
    assert {row["domain"] for row in rows} == {tenant.domain}
    counted = [row for row in rows if row["total_messages"] != "0"]
    assert [(row["total_messages"], row["spf_pass"], row["dkim_fail"]) for row in counted] == [
        ("8", "5", "3")
    ]


def test_the_python_starter_runs(tenant: Tenant) -> None:
    domain, reports = run(tenant, sys.executable, str(PROGRAMS / "starter.py")).splitlines()
    assert domain.startswith(f"{tenant.domain}: ")
    assert reports == "0 reports"


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_node_starter_runs(tenant: Tenant) -> None:
    told = json.loads(run(tenant, "node", str(PROGRAMS / "starter.mjs")))
    assert told["domains"] == [tenant.domain]
    assert told["sources"] >= 1
