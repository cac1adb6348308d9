from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()
TARGET = "label1.h1.postseal.example"


def cname(host: str, status: str = "awaiting_setup") -> dict[str, Any]:
    current = "old.example" if status == "misconfigured" else None
    return {"host": host, "expected_value": TARGET, "current_value": current, "status": status, "error": ""}


def text(value: str) -> dict[str, Any]:
    return {"host": TARGET, "value": value, "status": "queued"}


FINDING = {"severity": "error", "message": "It leads elsewhere.", "advice": "Point it back."}
DMARC = {
    "enabled": True,
    "overall_status": "action_required",
    "record": "v=DMARC1; p=none",
    "cname": cname("_dmarc.a.example", "misconfigured"),
    "txt_record": text("v=DMARC1; p=none"),
    "findings": [FINDING],
}
MTA_STS: dict[str, Any] = {
    "enabled": False,
    "overall_status": None,
    "policy": {"mode": "none", "mx": [], "max_age": 86_400},
    "policy_cname": cname("mta-sts.a.example"),
    "policy_file": {
        "url": "https://mta-sts.a.example/x",
        "status": "pending",
        "host_state": "failed",
        "reason": "caa",
    },
    "mta_sts_record": {"cname": cname("_mta-sts.a.example"), "txt_record": text("v=STSv1; id=1;")},
    "tls_rpt_record": None,
    "findings": [],
}
MADE = {"record": "v=DMARC1; p=reject", "findings": [{**FINDING, "severity": "info"}]}
PARKED = {"records": [{"name": "a.example", "type": "MX", "value": "0 .", "purpose": "No mail."}]}


class Deployment:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.overall = "ready"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/v1/domains/")
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, path, body))
        return httpx.Response(200, json={"data": self.data(path)})

    def data(self, path: str) -> Any:
        if "/verify" in path:
            shown = DMARC if "/dmarc/" in path else MTA_STS
            return {**shown, "overall_status": self.overall}
        if path.endswith("-record"):
            return MADE
        if path.endswith("-records"):
            return PARKED
        if path.endswith("/hosting"):
            return {"dmarc": DMARC, "mta_sts": MTA_STS}
        return DMARC if path.endswith("/dmarc") else MTA_STS


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    original, transport = httpx.Client, httpx.MockTransport(made)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return made


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ("hosting show", ("GET", "a.example/hosting", None)),
        ("hosting dmarc on", ("PUT", "a.example/hosting/dmarc", {})),
        ("hosting dmarc on --record v=DMARC1", ("PUT", "a.example/hosting/dmarc", {"record": "v=DMARC1"})),
        ("hosting dmarc off", ("DELETE", "a.example/hosting/dmarc", None)),
        ("hosting dmarc show", ("GET", "a.example/hosting/dmarc", None)),
        ("hosting dmarc verify", ("POST", "a.example/hosting/dmarc/verify", {})),
        ("hosting mta-sts on", ("PUT", "a.example/hosting/mta-sts", {})),
        (
            "hosting mta-sts on --mode enforce --mx m1.example --mx *.m2.example --max-age 86400",
            (
                "PUT",
                "a.example/hosting/mta-sts",
                {"mode": "enforce", "mx": ["m1.example", "*.m2.example"], "max_age": 86_400},
            ),
        ),
        ("hosting mta-sts off", ("DELETE", "a.example/hosting/mta-sts", None)),
        ("hosting mta-sts show", ("GET", "a.example/hosting/mta-sts", None)),
        (
            "hosting mta-sts verify --record tls_rpt",
            ("POST", "a.example/hosting/mta-sts/verify?record=tls_rpt", None),
        ),
        ("generate --parked", ("GET", "a.example/parked-records", None)),
        (
            "generate --p reject --pct 0 --rua x@b.example --rua y@b.example --publish",
            (
                "POST",
                "a.example/dmarc-record",
                {
                    "p": "reject",
                    "pct": 0,
                    "additional_rua_emails": ["x@b.example", "y@b.example"],
                    "additional_ruf_emails": [],
                    "publish": True,
                },
            ),
        ),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_asked_for(
    deployment: Deployment, arguments: str, asked: tuple[str, str, Any], as_json: bool
) -> None:
    done = RUN.invoke(app, [*arguments.split(), "a.example", *(["--json"] if as_json else [])])
    assert done.exit_code == 0, done.output
    assert deployment.asked == [asked]
    assert not as_json or json.loads(done.stdout)


@pytest.mark.parametrize("overall", ["action_required", "pending"])
@pytest.mark.parametrize("service", ["dmarc", "mta-sts"])
def test_what_is_not_ready_has_an_exit_code(deployment: Deployment, service: str, overall: str) -> None:
    deployment.overall = overall
    done = RUN.invoke(app, ["hosting", service, "verify", "a.example"])
    assert done.exit_code == 1
    assert f"a.example is not ready: {overall}" in done.stderr


def test_the_cnames_to_make_and_what_stands_instead(deployment: Deployment) -> None:
    shown = RUN.invoke(app, ["hosting", "show", "a.example"]).stdout
    assert "DMARC: action_required" in shown
    assert "MTA-STS: off" in shown
    for part in ("_dmarc.a.example", TARGET, "old.example", "mode none, 86400 seconds, no hosts", "caa"):
        assert part in shown
    assert "error: It leads elsewhere. Point it back." in shown


def test_a_generated_record_is_alone_on_standard_output(deployment: Deployment) -> None:
    done = RUN.invoke(app, ["generate", "a.example"])
    assert done.stdout == "v=DMARC1; p=reject\n"
    assert done.stderr.startswith("info: ")
    assert "0 ." in RUN.invoke(app, ["generate", "a.example", "--parked"]).stdout
