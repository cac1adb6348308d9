from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.unit.cli import samples

KEYS = {
    "kind",
    "reporter",
    "report_id",
    "domain",
    "begin",
    "end",
    "messages",
    "dmarc_pass",
    "rows",
    "deviations",
}
WHERE = {"file", "path"}


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["parse", *map(str, arguments)], input=stdin)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.eml"
    path.write_bytes(samples.mail(samples.aggregate()))
    return path


def test_an_aggregate_report_is_one_object_with_the_documented_keys(report: Path) -> None:
    result = run(report)
    assert result.exit_code == 0
    (said,) = objects(result)
    assert said.keys() == KEYS | WHERE
    assert (said["kind"], said["reporter"], said["report_id"]) == ("aggregate", "reporter.example", "id-1")
    assert (said["domain"], said["begin"], said["end"]) == (
        "example.com",
        "2026-09-21T14:13:20Z",
        "2026-09-22T14:13:19Z",
    )
    assert (said["messages"], said["dmarc_pass"], said["rows"]) == (10, 5, 2)
    assert said["file"] == str(report)


def test_a_tls_report_counts_sessions(tmp_path: Path) -> None:
    path = tmp_path / "tls.json"
    path.write_bytes(samples.tls())
    (said,) = objects(run(path))
    assert (said["kind"], said["messages"], said["dmarc_pass"]) == ("tls", 9, None)
    assert (said["sessions_ok"], said["sessions_failed"]) == (7, 2)
    assert said["begin"] == "2026-09-20T00:00:00Z"


def test_a_failure_report_counts_incidents(tmp_path: Path) -> None:
    path = tmp_path / "failure.eml"
    path.write_bytes(samples.failure())
    (said,) = objects(run(path))
    assert (said["kind"], said["domain"]) == ("failure", "example.com")
    assert (said["messages"], said["dmarc_pass"], said["rows"]) == (1, 0, 1)
    assert said["begin"] == said["end"] == "2026-09-20T10:00:00Z"


def test_rows_come_as_records(report: Path) -> None:
    (said,) = objects(run(report, "--rows"))
    assert said["rows"] == len(said["records"]) == 2
    first = said["records"][0]
    assert (first["source_ip"], first["count"], first["dkim"], first["spf"]) == (
        "192.0.2.1",
        5,
        "pass",
        "fail",
    )
    assert first["dkim_auth"] == [
        {"domain": "example.com", "selector": "=s1", "result": "pass", "human_result": None}
    ]


def test_rows_of_the_other_kinds_are_policies_and_the_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(samples.tls())
    (tmp_path / "b.eml").write_bytes(samples.failure())
    about_tls, about_failure = objects(run(tmp_path, "--rows"))
    assert about_tls["records"][0]["sessions_failed"] == 2
    assert about_failure["records"][0]["source_ip"] == "192.0.2.9"


def test_what_is_refused_is_an_object_too_and_the_rest_is_read(tmp_path: Path, report: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"")
    result = run(tmp_path / "a.xml", report)
    assert result.exit_code == 1
    refused, read = objects(result)
    assert refused.keys() == {"file", "path", "refused", "detail"}
    assert refused["refused"] == "empty"
    assert read["kind"] == "aggregate"


def test_standard_input_is_read(report: Path) -> None:
    (said,) = objects(run("-", stdin=report.read_bytes()))
    assert (said["file"], said["messages"]) == ("-", 10)


def test_csv_has_a_line_a_report_and_one_a_refusal(tmp_path: Path, report: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<other/>")
    result = run(tmp_path, "--format", "csv")
    refused, read = csv.DictReader(io.StringIO(result.stdout))
    assert refused["refused"] == "not_a_report"
    assert (read["reporter"], read["messages"], read["dmarc_pass"]) == ("reporter.example", "10", "5")
    assert result.exit_code == 1


def test_csv_rows_repeat_the_report_on_every_line(report: Path) -> None:
    lines = list(csv.DictReader(io.StringIO(run(report, "--rows", "--format", "csv").stdout)))
    assert [line["report_id"] for line in lines] == ["id-1", "id-1"]
    assert [line["dkim"] for line in lines] == ["pass", "fail"]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "evil.xml"
    path.write_bytes(samples.aggregate(org='=HYPERLINK("http://x")'))
    (line,) = csv.DictReader(io.StringIO(run(path, "--format", "csv").stdout))
    assert line["reporter"] == '\'=HYPERLINK("http://x")'


def test_wrong_usage_has_its_own_exit_code(tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert run("--format", "yaml", tmp_path).exit_code == 2
    missing = run(tmp_path / "missing.xml")
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)


def test_many_rows_are_read_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "many.xml"
    path.write_bytes(samples.aggregate(rows=3_000))
    (said,) = objects(run(path, "--rows"))
    assert said["messages"] == 15_000
    assert len(said["records"]) == 3_000


def test_the_example_of_the_documentation_is_a_report_without_fault() -> None:
    result = run(Path(__file__).parents[3] / "docs" / "example-report.xml")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["messages"], found["dmarc_pass"], found["deviations"]) == (0, 44, 41, [])
