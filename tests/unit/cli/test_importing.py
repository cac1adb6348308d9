from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.client import Api
from cli.connection import Connection
from cli.importing import SMALL, Imported, bring_in
from cli.outcomes import show_outcomes
from cli.stops import UNREACHABLE, Stop
from tests.unit.cli import samples


class Deployment:
    """Answers uploads as the API does: the bytes are read by the time of the second look."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.looks: dict[str, int] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.startswith("/bucket/"):
            self.stored[path.removeprefix("/bucket/")] = request.content
            return httpx.Response(200)
        if request.method == "POST":
            number = f"upl_{len(self.looks) + 1}"
            self.looks[number] = 0
            if path == "/v1/reports":
                self.stored[number] = request.content
                return httpx.Response(202, json={"data": self.upload(number)})
            link = {"upload_url": f"https://storage.example/bucket/{number}"}
            return httpx.Response(201, json={"data": {**self.upload(number), **link}})
        number = path.rpartition("/")[2]
        self.looks[number] += 1
        return httpx.Response(200, json={"data": self.upload(number)})

    def upload(self, number: str) -> dict[str, Any]:
        if self.looks[number] < 2:
            return {"id": number, "status": "waiting", "reports": [], "problems": []}
        first = list(self.stored.values()).count(self.stored[number]) == 1
        if not self.stored[number].lstrip().startswith(b"<"):
            problem = {"path": "", "reason": "not_a_report", "detail": "no report", "quarantine_id": "qua_1"}
            return {"id": number, "status": "done", "reports": [], "problems": [problem]}
        outcome = {"path": "", "outcome": "stored" if first else "duplicate", "id": "rpt_1"}
        return {"id": number, "status": "done", "reports": [outcome], "problems": []}


def bring(deployment: Any, *paths: Path) -> list[Imported]:
    api = Api(
        Connection("https://api.example", "key"),
        transport=httpx.MockTransport(deployment),
        sleep=lambda _: None,
    )
    return bring_in(api, [str(path) for path in paths], at_once=3, sleep=lambda _: None)


def test_every_delivery_is_sent_whole_and_told_in_order(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.xml").write_bytes(samples.aggregate(f"id-{number}"))
    deployment = Deployment()
    imported = bring(deployment, tmp_path)
    assert [Path(each.file).name for each in imported] == [f"{number}.xml" for number in range(9)]
    assert {each.reports[0]["outcome"] for each in imported} == {"stored"}
    assert sorted(deployment.stored.values()) == [samples.aggregate(f"id-{number}") for number in range(9)]


def test_a_large_one_goes_straight_to_storage(tmp_path: Path) -> None:
    large = samples.aggregate(rows=4_000)
    assert len(large) > SMALL
    (tmp_path / "large.xml").write_bytes(large)
    deployment = Deployment()
    (imported,) = bring(deployment, tmp_path)
    assert imported.reports
    assert list(deployment.stored.values()) == [large]


def test_what_is_quarantined_is_counted_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.xml").write_bytes(samples.aggregate())
    (tmp_path / "b.txt").write_bytes(b"nothing")
    imported = bring(Deployment(), tmp_path)
    assert show_outcomes(imported, as_json=False)
    shown = capsys.readouterr().out
    assert "not_a_report" in shown
    assert "b.txt" in shown
    assert show_outcomes(imported, as_json=True)
    assert [len(each["problems"]) for each in json.loads(capsys.readouterr().out)] == [0, 1]


def test_a_clean_import_has_nothing_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(samples.aggregate())
    assert not show_outcomes(bring(Deployment(), tmp_path), as_json=False)


def test_a_refusal_of_one_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"")
    (tmp_path / "b.xml").write_bytes(samples.aggregate())
    deployment = Deployment()

    def picky(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and not request.content:
            return httpx.Response(
                400, json={"error": {"code": "bad_request", "message": "The body is empty"}}
            )
        return deployment(request)

    empty, good = bring(picky, tmp_path)
    assert empty.error == "The body is empty (bad_request)"
    assert good.reports


def test_a_delivery_that_is_never_opened_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(samples.aggregate())
    waiting = {"id": "upl_1", "status": "waiting", "reports": [], "problems": []}
    (imported,) = bring(lambda _: httpx.Response(200, json={"data": waiting}), tmp_path)
    assert imported.error
    assert "upl_1" in imported.error


def test_a_wrong_key_stops_the_import(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(samples.aggregate())
    refusal = httpx.Response(401, json={"error": {"code": "invalid_api_key", "message": "Invalid"}})
    with pytest.raises(Stop) as stop:
        bring(lambda _: refusal, tmp_path)
    assert stop.value.code == UNREACHABLE
