"""``postseal domains``: the DNS of watched domains."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()
FINDING = {"severity": "warning", "message": "Its policy is none.", "advice": "Make it quarantine."}
CHANGES = [
    {
        "id": "2",
        "kind": "dmarc",
        "changed_at": "2026-11-21T12:00:00Z",
        "before": ["_dmarc.a.example TXT v=DMARC1; p=none", "same"],
        "after": ["same", "_dmarc.a.example TXT v=DMARC1; p=reject"],
    },
    {"id": "1", "kind": "mx", "changed_at": "2026-11-20T12:00:00Z", "before": [], "after": ["a MX 10 m"]},
]


def kind(status: str, *records: str, findings: list[Any] | None = None) -> dict[str, Any]:
    return {"status": status, "records": list(records), "since": None, "findings": findings or []}


def state(**kinds: dict[str, Any]) -> dict[str, Any]:
    missing = dict.fromkeys(("dkim", "mx", "mta_sts", "tls_rpt", "bimi"), kind("missing"))
    return {
        "domain": "a.example",
        "last_checked_at": "2026-11-21T12:00:00Z",
        "dns_status_message": "There is no SPF record",
        "findings": [],
        "dmarc": kind("valid", "v=DMARC1; p=none", findings=[FINDING]),
        "spf": kind("valid", "v=spf1 -all"),
        **missing,
        **kinds,
    }


class Deployment:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.filters: dict[str, str] = {}
        self.state = state()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/domains/a.example")
        self.asked.append((request.method, path))
        self.filters = {name: value for name, value in request.url.params.items() if name != "limit"}
        meta = {"total_count": 2, "has_more": False, "next_cursor": None}
        said: Any = CHANGES if path.endswith("history") else self.state
        item = {"id": "ud_1", "domain": "a.example", "dns_status": "pending"}
        if path.endswith("refresh_dns"):
            said = item
        if path == "/v1/domains":
            said = [item]
        return httpx.Response(200, json={"data": said, "meta": meta})


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    original, transport = httpx.Client, httpx.MockTransport(made)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return made


def run(*arguments: str) -> tuple[int, str]:
    done = RUN.invoke(app, ["domains", *arguments])
    return done.exit_code, done.output


def test_the_state_is_shown_with_what_to_do(deployment: Deployment) -> None:
    code, output = run("dns", "a.example")
    assert code == 0
    assert deployment.asked == [("GET", "/dns")]
    for text in ("v=DMARC1; p=none", "v=spf1 -all", "mta-sts", "Its policy is none.", "Make it quarantine."):
        assert text in output


def test_a_domain_that_is_not_well_is_a_failure(deployment: Deployment) -> None:
    deployment.state = state(spf=kind("missing"))
    for arguments in (["dns", "a.example"], ["dns", "a.example", "--json"]):
        code, output = run(*arguments)
        assert code != 0
        assert "There is no SPF record" in output


def test_the_state_as_json_is_what_the_api_answers(deployment: Deployment) -> None:
    code, output = run("dns", "a.example", "--json")
    assert (code, json.loads(output)) == (0, deployment.state)


def test_a_check_is_asked_for(deployment: Deployment) -> None:
    code, output = run("refresh-dns", "a.example")
    assert (code, deployment.asked) == (0, [("POST", "/refresh_dns")])
    assert "pending" in output


def test_history_shows_what_went_and_what_came(deployment: Deployment) -> None:
    code, output = run("history", "a.example")
    assert (code, deployment.asked) == (0, [("GET", "/dns/history")])
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert "2026-11-21T12:00:00Z dmarc - _dmarc.a.example TXT v=DMARC1; p=none" in lines
    assert "+ _dmarc.a.example TXT v=DMARC1; p=reject" in lines
    assert "same" not in output
    assert json.loads(run("history", "a.example", "--json")[1]) == CHANGES


@pytest.mark.parametrize(
    ("options", "filters"),
    [
        ([], {}),
        (["--name", "shop", "--parent", "b.example"], {"name": "shop", "parent": "b.example"}),
        (["--dns", "invalid", "--errors"], {"dns_status": "invalid", "has_errors": "true"}),
        (["--policy", "none", "--unverified"], {"dmarc_policy": "none", "verified": "false"}),
    ],
)
def test_domains_are_listed_by_what_is_known_of_them(
    deployment: Deployment, options: list[str], filters: dict[str, str]
) -> None:
    code, output = run("list", *options)
    assert (code, deployment.filters) == (0, filters)
    assert "a.example" in output
