"""Programs as DMARCTrust documents them run here with another base URL and key, and nothing else."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from infra.local.stack_file import Stack
from infra.local.zone_files import remove_zone, txt, write_zone
from tests.local.tenants import Tenant, open_tenant, report, until

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


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_health_check_fails_with_a_broken_domain(stack: Stack) -> None:
    tenant = open_tenant(stack, base="/dmarctrust/api/v1")
    command = ["bash", str(PROGRAMS / "dns_health.sh")]
    dmarc = f"v=DMARC1; p=reject; rua=mailto:reports@{tenant.domain}"
    spf = "@ IN TXT " + txt("v=spf1 -all")
    records = [spf, f"{tenant.domain}._report._dmarc IN TXT {txt('v=DMARC1')}", f"_dmarc IN TXT {txt(dmarc)}"]
    try:
        write_zone(tenant.domain, records)
        checked(tenant, "valid")
        assert run(tenant, *command).splitlines()[-1] == "all healthy"

        write_zone(tenant.domain, [*records, f"_dmarc IN TXT {txt('v=DMARC1; p=none')}"])
        checked(tenant, "invalid")
        told = run(tenant, *command, status=1).splitlines()
        assert told == [f"FAIL {tenant.domain} DMARC=invalid SPF=valid", "1 unhealthy"]
    finally:
        remove_zone(tenant.domain)


def checked(tenant: Tenant, status: str) -> None:
    """Have the domain's DNS checked until its DMARC record is seen to be so."""

    def seen() -> bool:
        assert tenant.ask("POST", f"/domains/{tenant.domain}/refresh_dns").status_code == 202
        time.sleep(1)
        return bool(tenant.data(f"/domains/{tenant.domain}/dns")["dmarc"]["status"] == status)

    until(seen)
