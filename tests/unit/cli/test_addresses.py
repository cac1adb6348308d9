"""``postseal addresses`` and ``postseal sources`` of all domains."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()
ADDRESS = {
    "ip": "2001:db8::25",
    "hostname": None,
    "sender_name": "Mailer",
    "standing": "dmarc_capable",
    "country_code": "DE",
    "total_volume": 1_200,
    "passed_dmarc": 99.5,
    "passed_spf": 1.0,
    "passed_dkim": 99.5,
    "is_favorite": True,
}
SOURCE = {"sender_name": "Mailer", "source_number": 77, "domain_count": 3, "total_volume": 9}
ROW = {"report_source": "google.com", "total_volume": 4, "applied_policy": "reject"}


class Deployment:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.query: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v1")
        self.asked.append((request.method, path))
        self.query = dict(request.url.params)
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, json={"data": self._data(request.method, path), "meta": {}})

    def _data(self, method: str, path: str) -> Any:
        if method == "PUT":
            return {"ip": "2001:db8::25"}
        if path == "/sources/refresh":
            return {"refreshed": None}
        known = {"/sources": [SOURCE], "/domains/a.example/ips": [ADDRESS]}
        return known.get(path, [ROW])


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    client = httpx.Client

    def mocked(**options: Any) -> httpx.Client:
        return client(**{**options, "transport": httpx.MockTransport(made)})

    monkeypatch.setattr(httpx, "Client", mocked)
    monkeypatch.setenv("POSTSEAL_URL", "https://postseal.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "ps_live_x")
    return made


def said(*arguments: str) -> str:
    result = RUN.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_addresses_are_listed_and_filtered(deployment: Deployment) -> None:
    shown = said(
        "addresses", "list", "a.example", "--category", "spf", "--reporter", "google", "--limit", "5"
    )
    assert all(text in shown for text in ("2001:db8::25", "1,200", "99.5", "yes", "dmarc_capable"))
    assert deployment.query == {"category": "spf", "report_source": "google", "limit": "5"}
    assert json.loads(said("addresses", "list", "a.example", "--json")) == [ADDRESS]


def test_rows_of_an_address(deployment: Deployment) -> None:
    shown = said("addresses", "rows", "a.example", "2001:db8::25", "--from", "2026-11-01", "--search", "x")
    assert "google.com" in shown
    assert deployment.asked == [("GET", "/domains/a.example/ips/2001%3Adb8%3A%3A25")]
    assert deployment.query == {"date_from": "2026-11-01", "search": "x", "limit": "25"}


def test_favourites_are_marked_and_unmarked(deployment: Deployment) -> None:
    assert "2001:db8::25" in said("addresses", "mark", "a.example", "2001:DB8::25")
    said("addresses", "unmark", "a.example", "2001:DB8::25")
    said("addresses", "favorites", "a.example")
    path = "/domains/a.example/favorites"
    here = f"{path}/2001%3ADB8%3A%3A25"
    assert deployment.asked == [("PUT", here), ("DELETE", here), ("GET", path)]


def test_sources_of_all_domains(deployment: Deployment) -> None:
    shown = said("sources", "--filter", "sf_7", "--refresh")
    assert "Mailer" in shown
    assert "77" in shown
    assert deployment.asked == [("POST", "/sources/refresh"), ("GET", "/sources")]
    assert deployment.query == {"filter_id": "sf_7", "limit": "25"}
