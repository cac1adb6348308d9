from __future__ import annotations

import csv
import io
import json

import pytest

from shared.core import ids
from shared.core.audit import AuditEntry
from shared.core.reports import Fact
from shared.mailauth.reports.values import Kind
from tests.unit.core.world import NOW, fact, said
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.test_quarantine import entry
from tests.unit.functions.api.test_reports import failure_fact


def entries(api: Api) -> list[AuditEntry]:
    """Oldest first."""
    return sorted(api.audit.entries.values(), key=lambda each: each.id)


def only(api: Api) -> AuditEntry:
    (found,) = entries(api)
    return found


def test_an_entry_tells_who_did_what_to_what_from_where(api: Api) -> None:
    made = api.post("/domains", {"domain": "new.example", "active": False})
    assert made.status == 201
    (shown,) = api.get("/audit").data
    (key,) = api.get("/api-keys").data
    assert shown == {
        "id": shown["id"],
        "at": "2026-11-21T12:00:00Z",
        "actor": {
            "type": "api_key",
            "id": key["id"],
            "label": "test",
            "ip_address": "203.0.113.9",
            "user_agent": "test",
        },
        "action": "add_domain",
        "resource": made.data["id"],
        "request_id": "req-1",
        "detail": {"domain": "new.example", "active": "false"},
    }
    assert shown["id"].startswith("aud_")


@pytest.mark.parametrize("reference", ["ud_19", "19", "orchard.example", "ORCHARD.example"])
def test_a_domain_is_named_by_its_id_however_it_was_named(api: Api, reference: str) -> None:
    path = f"/domains/{reference}/approved_sources/mailer"
    assert api.call("PUT", path, body='{"name": "M", "domain": "mailer.example"}').status == 200
    deed = only(api).deed
    assert (deed.action, deed.resource, deed.detail["slug"]) == ("approve_source", "ud_19", "mailer")


def test_what_is_gone_is_named_all_the_same(api: Api) -> None:
    assert api.delete("/domains/orchard.example").status == 202
    assert (only(api).deed.action, only(api).deed.resource) == ("delete_domain", "ud_19")
    assert [each["resource"] for each in api.get("/audit", resource="ud_19").data] == ["ud_19"]


def test_a_key_is_recorded_without_its_secret(api: Api) -> None:
    made = api.post("/api-keys", {"name": "Nightly", "secret_hint": "x"}).data
    assert only(api).deed.resource == made["id"]
    assert only(api).deed.detail == {"name": "Nightly", "secret_hint": "(concealed)"}
    assert made["key"] not in repr(only(api))


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/domains", '{"domain": "orchard.example"}', 422),
        ("POST", "/domains", "[", 400),
        ("DELETE", "/domains/ud_20", None, 404),
        ("PUT", "/domains", "{}", 405),
        ("DELETE", "/tags/a\nb", None, 404),
        ("POST", "/nothing/a\nb", "{}", 404),
        ("POST", "/validate/dmarc", '{"record": "v=DMARC1; p=none"}', 200),
        ("GET", "/domains/ud_19", None, 200),
        ("GET", "/reports", None, 200),
        ("GET", "/quarantine", None, 200),
    ],
)
def test_what_changes_nothing_is_not_recorded(
    api: Api, method: str, path: str, body: str | None, status: int
) -> None:
    assert api.call(method, path, body=body).status == status
    assert entries(api) == []


def test_a_replayed_answer_is_not_recorded_again(api: Api) -> None:
    for _ in range(2):
        assert api.post("/domains", {"domain": "new.example"}, idempotency_key="k").status == 201
    assert only(api).deed.action == "add_domain"


def test_a_report_that_is_sent_is_recorded_without_its_text(api: Api) -> None:
    sent = api.call("POST", "/reports", body=b"<feedback>secret of a third party</feedback>")
    assert (only(api).deed.resource, only(api).deed.detail) == (sent.data["id"], {})


def test_what_is_done_stays_done_when_the_log_cannot_be_written(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api.audit, "add", None)
    assert api.post("/domains", {"domain": "new.example"}).status == 201
    assert len(api.get("/domains").data) == 2
    assert "not in the audit log" in caplog.text


def failing(api: Api) -> Fact:
    brought = failure_fact()
    api.file(brought)
    api.mailbox.put(brought.summary.mail, b"mail")
    return brought


def failure_reads(brought: Fact) -> list[tuple[str, dict[str, str], str, str]]:
    report = ids.render(ids.REPORT, brought.summary.id)
    return [
        ("/reports", {"type": "failure"}, "list_reports", ""),
        ("/reports", {"type": "failure", "domain_id": "orchard.example"}, "list_reports", "ud_19"),
        (f"/reports/{report}", {}, "read_report", report),
        (f"/reports/{report}/raw", {}, "read_report_raw", report),
    ]


def test_who_reads_failure_reports_is_recorded(api: Api) -> None:
    for path, query, action, resource in failure_reads(failing(api)):
        api.audit.entries.clear()
        assert api.get(path, **query).status == 200
        assert (only(api).deed.action, only(api).deed.resource) == (action, resource)


def test_failure_reports_are_not_shown_to_who_cannot_be_recorded(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = failing(api)
    api.set_aside(entry())
    api.mailbox.put(entry().mail, b"mail")
    monkeypatch.setattr(api.audit, "add", None)
    reads = [(path, query) for path, query, _, _ in failure_reads(brought)]
    for path, query in [*reads, (f"/quarantine/{entry().id}/raw", {})]:
        answer = api.get(path, **query)
        assert (answer.status, answer.error["code"]) == (500, "internal_error")


def test_mail_in_quarantine_may_be_a_failure_report(api: Api) -> None:
    api.set_aside(entry())
    api.mailbox.put(entry().mail, b"mail")
    assert api.get(f"/quarantine/{entry().id}/raw").status == 200
    assert only(api).deed.action == "read_quarantine_raw"


def test_other_reports_are_read_without_an_entry(api: Api) -> None:
    brought = fact(said())
    api.file(brought)
    api.mailbox.put(brought.summary.mail, b"mail")
    report = ids.render(ids.REPORT, brought.summary.id)
    for path in (f"/reports/{report}", f"/reports/{report}/raw"):
        assert api.get(path).status == 200
    assert brought.summary.kind is Kind.AGGREGATE
    assert entries(api) == []


def fill(api: Api, count: int) -> None:
    for number in range(count):
        api.now = NOW + number
        assert api.post("/api-keys", {"name": f"key {number}"}).status == 201


def test_pages_are_newest_first_and_end(api: Api) -> None:
    fill(api, 5)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for more in (True, True, False):
        answer = api.get("/audit", limit=2, **cursor)
        seen += [each["detail"]["name"] for each in answer.data]
        assert answer.json["meta"]["has_more"] is more
        cursor = {"cursor": answer.json["meta"]["next_cursor"]}
    assert seen == [f"key {number}" for number in (4, 3, 2, 1, 0)]
    assert cursor == {"cursor": None}


def test_filters_narrow_it(api: Api) -> None:
    fill(api, 1)
    assert api.delete("/domains/ud_19").status == 202
    (key, _) = api.get("/api-keys").data[::-1]
    for query, found in (
        ({"action": "delete_domain"}, 1),
        ({"action": "delete"}, 0),
        ({"actor": key["id"]}, 2),
        ({"actor": "api_key"}, 2),
        ({"actor": "test"}, 2),
        ({"actor": "user"}, 0),
        ({"resource": "ud_19"}, 1),
        ({"start_date": "2026-11-22"}, 0),
        ({"start_date": "2026-11-21", "end_date": "2026-11-21"}, 2),
    ):
        assert len(api.get("/audit", **query).data) == found, query


def test_a_domain_is_filtered_for_by_its_name_too(api: Api) -> None:
    api.call("PUT", "/domains/ud_19/approved_sources/m", body='{"name": "M", "domain": "mailer.example"}')
    assert len(api.get("/audit", resource="orchard.example").data) == 1
    assert api.get("/audit", resource="other.example").data == []


def test_it_is_csv_when_asked_for(api: Api) -> None:
    api.post("/api-keys", {"name": "=cmd()"})
    answer = api.get("/audit", format="csv")
    ((row),) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert (row["action"], row["actor_label"], row["actor_ip_address"]) == (
        "create_api_key",
        "test",
        "203.0.113.9",
    )
    assert json.loads(row["detail"]) == {"name": "=cmd()"}


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"start_date": "2026-11-22", "end_date": "2026-11-21"}, "start_date"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"cursor": "?"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"action": "x" * 257}, "action"),
    ],
)
def test_bad_questions_are_400(api: Api, query: dict[str, str], param: str) -> None:
    answer = api.get("/audit", **query)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_another_account_sees_nothing_of_it(api: Api) -> None:
    api.post("/api-keys", {"name": "mine"})
    stranger = other_account()
    api.accounts.add(stranger)
    answer = api.call("GET", "/audit", key=api.new_key(stranger))
    assert (answer.status, answer.data) == (200, [])


def test_an_account_whose_plan_has_run_out_reads_it(api: Api) -> None:
    api.change_account(current_period_end=int(NOW) - 1)
    assert api.get("/audit").status == 200
