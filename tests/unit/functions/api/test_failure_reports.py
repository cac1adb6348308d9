"""``/failure-reports`` and ``/failure-jobs``, on mails that were taken in."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.core import ids
from shared.core.addresses import HostName
from shared.core.failures.jobs import KEPT_DAYS
from shared.core.ids import DomainId, ReportId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from shared.core.withdrawing import FOLLOW_UP_SECONDS
from shared.mailauth.reports.redaction import token
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW
from tests.unit.functions.api.client import REDACTION_KEY, Answer, Api, other_account
from tests.unit.functions.api.failures import failure_mail, take_in, taken

PARCEL = replace(DOMAIN, id=DomainId(20), name="parcel.example", token="parcel")
JANE = f"{token('jane', REDACTION_KEY)}@else.example"
ASKED = {"start_date": "2026-11-20", "end_date": "2026-11-21"}


@pytest.fixture
def world(api: Api) -> Api:
    api.domains.add(PARCEL)
    return api


def listed(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.data]


def named(*numbers: ReportId) -> list[str]:
    return [ids.render(ids.REPORT, number) for number in sorted(numbers, reverse=True)]


def deleted(api: Api, path: str, body: Any = None, **query: str) -> Answer:
    return api.call("DELETE", path, query=query, body=None if body is None else json.dumps(body))


def key_of(api: Api, *scopes: Scope) -> str:
    return api.new_key(ACCOUNT, terms=Terms("other", frozenset(scopes)))


@pytest.mark.statement("6.3", "6.5", "6.6", "6.12")
def test_a_failure_report_is_shown_with_its_personal_data_hidden(world: Api) -> None:
    world.hosts.put_many({"192.0.2.1": HostName("mail.evil.example", True, NOW)})
    number = take_in(world, failure_mail(subject="Jane, your parcel at https://evil.example/x?jane"))
    (item,) = world.get("/failure-reports").data
    assert item["id"] == ids.render(ids.REPORT, number)
    assert item["email_file_name"] == f"rpt_{number}.eml"
    assert (item["domain"], item["reported_domain"]) == ("orchard.example", "orchard.example")
    assert item["arrival_date"] == "2026-11-21T08:00:00Z"
    assert (item["source_ip"], item["source_ptr"], item["country_code"]) == ("192.0.2.1", None, "NL")
    assert (item["provider"], item["feedback_type"]) == ("else.example", "auth-failure")
    assert item["to_address"] == JANE
    assert item["subject"] == f"{token('jane', REDACTION_KEY)}, your parcel at hxxps://evil[.]example/"
    assert (item["auth_failure"], item["spf_result"], item["dkim_result"]) == (["dmarc"], "softfail", "pass")
    assert (item["delivery_result"], item["urls"]) == ("reject", ["hxxps://evil[.]example/"])
    assert "jane" not in json.dumps(item).lower()
    assert "doe" not in json.dumps(item).lower()


def test_the_host_name_of_a_public_address_is_shown(world: Api) -> None:
    world.hosts.put_many(
        {"8.8.4.4": HostName("dns.example", True, NOW), "8.8.8.8": HostName("x", False, NOW)}
    )
    for address in ("8.8.4.4", "8.8.8.8"):
        take_in(world, failure_mail(source_ip=address))
    shown = {item["source_ip"]: item["source_ptr"] for item in world.get("/failure-reports").data}
    assert shown == {"8.8.4.4": "dns.example", "8.8.8.8": None}


@pytest.mark.statement("6.12")
def test_the_full_text_is_for_admins_with_the_forensic_scope(world: Api) -> None:
    path = f"/failure-reports/rpt_{take_in(world, failure_mail(subject='For Jane'))}"
    hidden = world.get(path).data
    assert (hidden["redacted"], hidden["body"]) == (True, None)
    full = world.get(f"{path}.eml", redact="false").data
    assert (full["redacted"], full["to_address"], full["subject"]) == (False, "jane@else.example", "For Jane")
    assert full["body"].strip() == "Hello Jane, pay at hxxps://Evil[.]example/p?for=jane"
    forensic = key_of(world, Scope.READ, Scope.FORENSIC)
    assert world.call("GET", path, key=forensic).status == 200
    assert world.call("GET", path, query={"redact": "false"}, key=forensic).status == 403
    deeds = (entry.deed for entry in world.audit.entries.values())
    reads = [deed for deed in deeds if deed.action == "read_failure_report"]
    assert [deed.detail["redact"] for deed in reads] == ["true", "false", "true"]


@pytest.mark.statement("6.12")
def test_without_the_forensic_scope_nothing_is_told(world: Api) -> None:
    number = take_in(world, failure_mail())
    key = key_of(world, Scope.READ, Scope.WRITE, Scope.ADMIN)
    body = json.dumps(ASKED)
    for method, path, sent in (
        ("GET", "/failure-reports", None),
        ("GET", f"/failure-reports/rpt_{number}", None),
        ("GET", "/failure-jobs", None),
        ("GET", "/failure-jobs/abc", None),
        ("POST", "/failure-jobs", body),
        ("DELETE", "/failure-reports/all", None),
        ("DELETE", "/failure-reports", json.dumps({"ids": [f"rpt_{number}"]})),
    ):
        assert world.call(method, path, body=sent, key=key).status == 403, path
    assert listed(world.get("/failure-reports")) == named(number)


@pytest.mark.statement("6.2")
def test_complaints_are_told_apart(world: Api) -> None:
    failed = take_in(world, failure_mail())
    abuse = take_in(world, failure_mail("abuse"))
    assert listed(world.get("/failure-reports")) == named(failed, abuse)
    assert listed(world.get("/failure-reports", feedback_type="Abuse")) == named(abuse)
    assert listed(world.get("/failure-reports", feedback_type="auth-failure")) == named(failed)
    (item,) = world.get("/failure-reports", feedback_type="abuse").data
    assert (item["feedback_type"], item["auth_failure"]) == ("abuse", [])


def test_a_complaint_about_somebody_elses_domain_is_set_aside(world: Api) -> None:
    (entry,) = taken(world, failure_mail("abuse", domain="stranger.example")).quarantined
    assert (entry.reason, world.get("/failure-reports").data) == ("unknown_domain", [])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"subject": "PARCEL"}, "ab"),
        ({"subject": "jane"}, "c"),
        ({"address": "Jane@Else.example"}, "abc"),
        ({"address": "anna@orchard.example"}, "ab"),
        ({"address": "example"}, "abc"),
        ({"address": "other.example"}, "c"),
        ({"report_source_ip": "2001:DB8::0:1"}, "b"),
        ({"provider": "ELSE"}, "abc"),
        ({"provider": "nobody"}, ""),
        ({"domain": "orch"}, "ac"),
        ({"domains": "parcel.example"}, "b"),
        ({"domains": "ud_19,ud_20", "subject": "parcel"}, "ab"),
        ({"start_date": "2026-11-21"}, "ab"),
        ({"end_date": "2026-11-20"}, "c"),
    ],
)
def test_filters(world: Api, filters: dict[str, str], found: str) -> None:
    numbers = {
        "a": take_in(world, failure_mail()),
        "b": take_in(world, failure_mail(domain=PARCEL.name, source_ip="2001:db8::1")),
        "c": take_in(
            world,
            failure_mail(
                subject="Hi Jane", author="x@mail.other.example", arrival="Fri, 20 Nov 2026 08:00:00 +0000"
            ),
        ),
    }
    wanted = named(*(numbers[each] for each in found))
    assert listed(world.get("/failure-reports", **filters)) == wanted
    if "domain" not in filters:
        asked: dict[str, Any] = ASKED | {"start_date": "2026-11-01"} | filters
        asked["domains"] = filters["domains"].split(",") if "domains" in filters else []
        job = world.post("/failure-jobs", asked).data
        assert (job["progress"], job["state"], job["total_count"]) == (100, "completed", len(wanted))
        assert listed(world.get("/failure-reports", search_token=job["search_token"])) == wanted


def test_pages_and_csv(world: Api) -> None:
    numbers = [take_in(world, failure_mail(subject=f"=cmd {place}")) for place in range(5)]
    token_of = world.post("/failure-jobs", ASKED).data["search_token"]
    first = world.get("/failure-reports", search_token=token_of, limit=3)
    assert first.json["meta"]["total_count"] == 5
    cursor = first.json["meta"]["next_cursor"]
    second = world.get("/failure-reports", search_token=token_of, limit=3, cursor=cursor)
    assert listed(first) + listed(second) == named(*numbers)
    rows = list(csv.DictReader(io.StringIO(world.get("/failure-reports", format="csv").body.decode())))
    assert {row["subject"] for row in rows} == {f"'=cmd {place}" for place in range(5)}


def test_the_same_question_is_the_same_job_and_only_its_askers(world: Api) -> None:
    first = world.post("/failure-jobs", ASKED | {"domains": ["ud_20", "orchard.example"]}).data
    again = world.post("/failure-jobs", ASKED | {"domains": ["ud_19", "ud_20"]}).data
    assert first == again
    assert len(first["search_token"]) == 16
    other = key_of(world, Scope.READ, Scope.FORENSIC)
    path = f"/failure-jobs/{first['search_token']}"
    assert world.get(path).data == first
    assert world.call("GET", path, key=other).status == 404
    refused = world.call("GET", "/failure-reports", query={"search_token": first["search_token"]}, key=other)
    assert (refused.status, refused.error["param"]) == (404, "search_token")
    own = world.post("/failure-jobs", ASKED | {"search_token": "mine"}).data
    assert own["search_token"] == "mine"
    taken_already = world.post("/failure-jobs", ASKED | {"search_token": "mine", "subject": "x"})
    assert (taken_already.status, taken_already.error["param"]) == (409, "search_token")
    assert [job["search_token"] for job in world.get("/failure-jobs").data] == sorted(
        ["mine", first["search_token"]], reverse=True
    )
    world.now = NOW + KEPT_DAYS * 86_400
    assert world.get("/failure-jobs").data == []


def test_a_job_fails_when_a_domain_of_it_goes(world: Api) -> None:
    job = world.post("/failure-jobs", ASKED | {"domains": ["parcel.example"]}).data
    world.domains.remove(PARCEL)
    now = world.get(f"/failure-jobs/{job['search_token']}").data
    assert (now["progress"], now["state"], bool(now["reason"])) == (700, "failed", True)
    assert world.get("/failure-reports", search_token=job["search_token"]).status == 409


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"start_date": "2026-11-22"}, 400, "start_date"),
        ({"start_date": "2026-02-30"}, 400, "start_date"),
        ({"start_date": "2020-01-01"}, 403, "start_date"),
        ({"end_date": None}, 400, "end_date"),
        ({"end_date": "9999-12-31"}, 400, "end_date"),
        ({"domains": ["stranger.example"]}, 404, "domains"),
        ({"report_source_ip": "localhost"}, 400, "report_source_ip"),
        ({"search_token": "x" * 17}, 400, "search_token"),
        ({"feedback_type": "a b"}, 400, "feedback_type"),
    ],
)
def test_questions_that_cannot_be_asked(world: Api, change: dict[str, Any], status: int, param: str) -> None:
    refused = world.post("/failure-jobs", ASKED | change)
    assert (refused.status, refused.error["param"]) == (status, param)


def test_a_search_is_of_as_many_days_as_the_plan_keeps(world: Api) -> None:
    """Neither more than that, asked as a list, nor fewer."""
    kept = ACCOUNT.plan.retention_days
    first = date(2026, 11, 1)
    for days, status in ((kept, 200), (kept + 1, 400)):
        period = {"start_date": str(first), "end_date": str(first + timedelta(days=days))}
        assert world.get("/failure-reports", **period).status == status


def test_filters_beside_a_search_are_refused(world: Api) -> None:
    refused = world.get("/failure-reports", search_token="x", subject="y")
    assert (refused.status, refused.error["param"]) == (400, "subject")


@pytest.mark.statement("6.12")
def test_named_reports_are_deleted_with_their_mail_and_figures(world: Api) -> None:
    gone, stays, by_mail = (take_in(world, failure_mail(subject=subject)) for subject in "abc")
    world.touched.sent.clear()
    body = {"ids": [f"rpt_{gone}", "rpt_77", "nonsense"], "email_file_names": [f"rpt_{by_mail}.eml"]}
    answer = deleted(world, "/failure-reports", body)
    assert answer.data == {
        "deleted": [f"rpt_{gone}", f"rpt_{by_mail}"],
        "missing": ["rpt_77", "nonsense"],
    }
    assert listed(world.get("/failure-reports")) == named(stays)
    assert len(world.mailbox.objects) == 1
    assert {touched.domain for touched in world.touched.sent} == {DOMAIN.id}
    assert world.touched.delays[-2:] == [FOLLOW_UP_SECONDS, 0]
    assert list(world.audit.entries.values())[-2].deed.action == "delete_failure_reports"
    assert deleted(world, "/failure-reports", {}).status == 400


def test_all_go_with_the_searches(world: Api) -> None:
    early = take_in(world, failure_mail(arrival="Fri, 20 Nov 2026 08:00:00 +0000"))
    late = take_in(world, failure_mail(domain=PARCEL.name))
    world.post("/failure-jobs", ASKED)
    assert deleted(world, "/failure-reports/all", before="2026-11-21").data == {
        "deleted_reports": 1,
        "deleted_jobs": 1,
        "has_more": False,
    }
    assert early != late
    assert listed(world.get("/failure-reports")) == named(late)
    assert deleted(world, "/failure-reports/all").data["deleted_reports"] == 1
    assert world.mailbox.objects == {}


@pytest.mark.statement("6.12")
def test_every_list_is_recorded_before_it_is_shown(world: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(world, failure_mail())
    world.get("/failure-reports", subject="parcel")
    deed = list(world.audit.entries.values())[-1].deed
    assert (deed.action, deed.detail) == ("list_failure_reports", {"subject": "parcel"})

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(world.audit, "add", full)
    assert world.get("/failure-reports").status == 500


@pytest.mark.statement("6.12")
def test_another_account_sees_none_of_it(world: Api) -> None:
    number = take_in(world, failure_mail())
    stranger = other_account()
    world.accounts.add(stranger)
    key = world.new_key(stranger, terms=Terms("all", frozenset(Scope)))
    assert world.call("GET", "/failure-reports", key=key).data == []
    assert world.call("GET", f"/failure-reports/rpt_{number}", key=key).status == 404
    body = json.dumps({"ids": [f"rpt_{number}"]})
    assert world.call("DELETE", "/failure-reports", body=body, key=key).data["deleted"] == []
    assert world.call("DELETE", "/failure-reports/all", key=key).data["deleted_reports"] == 0
    assert listed(world.get("/failure-reports")) == named(number)
