from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from shared.core.clock import epoch_of
from shared.core.documents import pack_failure, pack_policies
from shared.core.queues import TouchedDay
from shared.core.reports import Fact, ReportNotes
from shared.edge import raw_mail
from shared.mailauth.reports.values import (
    Deviation,
    Evaluated,
    FailureReport,
    Kind,
    Override,
    PolicyPublished,
    TlsFailure,
    TlsPolicy,
)
from tests.unit.core.world import ACCOUNT, DOMAIN, FORGED, NOW, TODAY, fact, row, said
from tests.unit.functions.api.client import Api, day_of


def listed(api: Api, **query: object) -> list[str]:
    return [report["report_id"] for report in api.get("/reports", **query).data]


@pytest.fixture
def filled(api: Api) -> Api:
    api.file(
        fact(said(row(count=3), row("192.0.2.2", 1, dkim="fail", spf="fail"), report_id="new")),
        fact(said(row(count=2), report_id="old", day=day_of(-20), reporter="Other.example")),
        fact(said(row(count=1), report_id="forged", day=day_of(-3)), verdicts=FORGED),
        fact(said(row(count=1), report_id="below", day=day_of(-4), policy_domain="mail.orchard.example")),
    )
    return api


def number_of(api: Api, report_id: str = "new") -> str:
    return str(next(each["id"] for each in api.get("/reports").data if each["report_id"] == report_id))


def test_reports_are_listed_newest_first(filled: Api) -> None:
    answer = filled.get("/reports")
    assert [report["report_id"] for report in answer.data] == ["new", "forged", "below", "old"]
    assert answer.json["meta"]["total_count"] == 4
    assert answer.data[0] == {
        "id": answer.data[0]["id"],
        "type": "aggregate",
        "domain_id": "ud_19",
        "domain": "orchard.example",
        "policy_domain": "orchard.example",
        "sender_org": "reporter.example",
        "report_id": "new",
        "email": "dmarc@reporter.example",
        "begin_date": "2026-11-21T00:00:00Z",
        "end_date": "2026-11-21T23:59:59Z",
        "received_at": "2026-11-21T12:00:00Z",
        "created_at": "2026-11-21T12:00:00Z",
        "policy": {
            "p": "none",
            "sp": None,
            "np": None,
            "pct": None,
            "adkim": None,
            "aspf": None,
            "fo": None,
            "testing": None,
        },
        "total_messages": 4,
        "pass_count": 3,
        "fail_count": 1,
        "record_count": 2,
        "trust": "authenticated",
        "deviation_count": 0,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sender_org": "OTHER"}, ["old"]),
        ({"domain": "ORCHARD"}, ["new", "forged", "below", "old"]),
        ({"domain": "vineyard"}, []),
        ({"domain_id": "ud_19"}, ["new", "forged", "below", "old"]),
        ({"domain_id": "19", "trust": "failed"}, ["forged"]),
        ({"start_date": "2026-11-18"}, ["new", "forged"]),
        ({"end_date": "2026-11-17"}, ["below", "old"]),
        ({"start_date": "2026-11-17", "end_date": "2026-11-18"}, ["forged", "below"]),
        ({"type": "tls"}, []),
        ({"domain_id": "ud_77"}, []),
        ({"domain_id": "nonsense"}, []),
        ({"domain": "\x00"}, []),
    ],
)
def test_filters(filled: Api, query: dict[str, object], found: list[str]) -> None:
    assert listed(filled, **query) == found


def test_pages_follow_each_other(filled: Api) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        answer = filled.get("/reports", limit=1, **cursor)
        seen += [report["report_id"] for report in answer.data]
        assert answer.json["meta"]["total_count"] == 4
        cursor = {"cursor": answer.json["meta"]["next_cursor"]}
    assert seen == ["new", "forged", "below", "old"]
    assert answer.json["meta"]["has_more"] is False


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ({"limit": "0"}, 400, "limit"),
        ({"limit": "-1"}, 400, "limit"),
        ({"limit": "ten"}, 400, "limit"),
        ({"limit": "1.5"}, 400, "limit"),
        ({"limit": "1" * 5_000}, 400, "limit"),
        ({"limit": "1,2"}, 400, "limit"),
        ({"cursor": ""}, 400, "cursor"),
        ({"cursor": "garbage"}, 400, "cursor"),
        ({"cursor": "eyJpZCI6LTF9"}, 400, "cursor"),
        ({"cursor": "x" * 1_000}, 400, "cursor"),
        ({"type": "dmarc"}, 400, "type"),
        ({"trust": "none"}, 400, "trust"),
        ({"domain": "x" * 254}, 400, "domain"),
        ({"start_date": "2026-11-02", "end_date": "2026-11-01"}, 400, "start_date"),
        ({"start_date": "1999-01-01"}, 403, "start_date"),
        ({"end_date": "1999-01-01"}, 403, "end_date"),
    ],
)
def test_bad_questions(api: Api, query: dict[str, str], status: int, param: str) -> None:
    answer = api.get("/reports", **query)
    assert (answer.status, answer.error["param"]) == (status, param)


def test_reports_as_csv_page_like_json(filled: Api) -> None:
    answer = filled.get("/reports", format="csv", limit=3)
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [each["report_id"] for each in rows] == ["new", "forged", "below"]
    assert rows[0]["policy_p"] == "none"
    assert answer.headers["X-Total-Count"] == "4"
    following = filled.get("/reports", format="csv", cursor=answer.headers["X-Next-Cursor"])
    assert "X-Next-Cursor" not in following.headers


def test_a_report_has_all_its_rows(api: Api) -> None:
    first = row(count=3)
    evaluated = Evaluated("none", "fail", "fail", (Override("forwarded", "known"),))
    second = replace(row("198.51.100.7", 1, raw="softfail"), evaluated=evaluated)
    api.file(fact(said(first, second)))
    listed_one = api.get("/reports").data[0]
    data = api.get(f"/reports/{listed_one['id']}").data
    assert {name: data[name] for name in listed_one} == listed_one
    assert data["records_meta"] == {"total_count": 2, "has_more": False, "next_cursor": None}
    by_address = {record["source_ip"]: record for record in data["records"]}
    passed, failed = by_address["192.0.2.1"], by_address["198.51.100.7"]
    assert passed["count"] == 3
    assert (passed["dmarc_result"], passed["spf_aligned"], passed["dkim_aligned"]) == ("pass", True, True)
    assert (passed["spf_result"], passed["spf_domain"]) == ("pass", "orchard.example")
    assert (passed["dkim_result"], passed["dkim_selector"]) == ("pass", "s1")
    assert passed["sender_domain"] == "orchard.example"
    assert (failed["dmarc_result"], failed["disposition"]) == ("fail", "none")
    assert failed["override_reasons"] == [{"type": "forwarded", "comment": "known"}]
    assert failed["spf_auth"][0]["result"] == "softfail"


def test_a_large_report_is_read_in_parts(api: Api) -> None:
    api.file(fact(said(*(row(f"10.0.{n // 250}.{n % 250}") for n in range(25)))))
    path = f"/reports/{number_of(api, 'r1')}"
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        data = api.get(path, records_limit=10, **cursor).data
        seen += [record["source_ip"] for record in data["records"]]
        if not data["records_meta"]["has_more"]:
            break
        cursor = {"records_cursor": data["records_meta"]["next_cursor"]}
    assert len(seen) == len(set(seen)) == 25
    assert (
        api.get(path, records_limit=10, records_cursor=cursor["records_cursor"]).data["total_messages"] == 25
    )


def test_one_answer_holds_three_megabytes_of_rows(api: Api) -> None:
    wordy = Evaluated("none", "fail", "fail", (Override("other", "x" * 40_000),))
    api.file(fact(said(*(replace(row(f"10.0.0.{n}"), evaluated=wordy) for n in range(100)))))
    answer = api.get(f"/reports/{number_of(api, 'r1')}")
    assert len(answer.body) < 4_000_000
    meta = answer.data["records_meta"]
    assert (meta["has_more"], meta["total_count"]) == (True, 100)
    assert 0 < len(answer.data["records"]) < 100


@pytest.mark.parametrize(
    ("query", "param"),
    [({"records_limit": "0"}, "records_limit"), ({"records_cursor": "?"}, "records_cursor")],
)
def test_bad_parts_are_400(filled: Api, query: dict[str, str], param: str) -> None:
    answer = filled.get(f"/reports/{number_of(filled)}", **query)
    assert (answer.status, answer.error["param"]) == (400, param)


def tls_fact() -> Fact:
    failures = (TlsFailure("certificate-expired", "192.0.2.1", "mx.orchard.example", None, None, 2),)
    policies = (
        TlsPolicy("sts", "orchard.example", ("version: STSv1",), ("mx.orchard.example",), 8, 2, failures),
    )
    spoken = replace(
        said(report_id="tls-1"),
        kind=Kind.TLS,
        messages=10,
        passed=8,
        rows=1,
        policy=PolicyPublished("orchard.example"),
        segment=pack_policies(policies),
        notes=ReportNotes(deviations=(Deviation("bare_string", "mx-host"),)),
    )
    return fact(spoken)


def failure_fact() -> Fact:
    failed = FailureReport(
        feedback_type="auth-failure",
        user_agent="fixture/1",
        version="1",
        auth_failure=("dmarc",),
        reported_domain="orchard.example",
        reporter="reporter.example",
        arrival=epoch_of(TODAY),
        source_ip="192.0.2.1",
        source_port=None,
        incidents=1,
        delivery_result="reject",
        identity_alignment=("none",),
        dkim_domain=None,
        dkim_identity=None,
        dkim_selector=None,
        spf_dns=(),
        original_mail_from="h1@orchard.example",
        original_rcpt_to=("h2@else.example",),
        original_envelope_id=None,
        reporting_mta=None,
        reported_uri=(),
        authentication_results=("mx; dmarc=fail",),
        original_headers=(("Subject", "hello"), ("From", "h1@orchard.example")),
        original_body="x" * 200_000,
        report_id="f-1",
    )
    spoken = replace(
        said(report_id="f-1"), kind=Kind.FAILURE, messages=1, passed=0, rows=1, segment=pack_failure(failed)
    )
    return fact(spoken)


def test_a_tls_report_has_its_policies(api: Api) -> None:
    api.file(tls_fact())
    (listed_one,) = api.get("/reports", type="tls").data
    assert (listed_one["total_messages"], listed_one["fail_count"]) == (10, 2)
    data = api.get(f"/reports/{listed_one['id']}").data
    assert data["type"] == "tls"
    assert data["deviations"] == [{"code": "bare_string", "detail": "mx-host"}]
    (policy,) = data["policies"]
    assert (policy["policy_type"], policy["failed_sessions"], policy["failure_count"]) == ("sts", 2, 1)
    assert policy["failures"][0]["result_type"] == "certificate-expired"
    assert "records" not in data


def test_a_failure_report_has_its_headers(api: Api) -> None:
    api.file(failure_fact())
    (listed_one,) = api.get("/reports", type="failure").data
    data = api.get(f"/reports/{listed_one['id']}").data
    assert data["type"] == "failure"
    assert data["arrived_at"] == "2026-11-21T00:00:00Z"
    assert data["original_headers"][0] == {"name": "Subject", "value": "hello"}
    assert len(data["original_body"]) == 100_000
    assert data["auth_failure"] == ["dmarc"]


def test_the_mail_comes_as_it_came(filled: Api) -> None:
    filled.mailbox.put("inbound/m1", b"From: a\r\n\r\n\xff\x00")
    answer = filled.get(f"/reports/{number_of(filled)}/raw")
    assert (answer.status, answer.body) == (200, b"From: a\r\n\r\n\xff\x00")
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number_of(filled)}.eml"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_large_mail_is_behind_a_link(filled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_mail, "LARGEST_INLINE", 10)
    filled.mailbox.put("inbound/m1", b"x" * 11)
    answer = filled.get(f"/reports/{number_of(filled)}/raw")
    assert (answer.status, answer.body) == (302, b"")
    assert answer.headers["Location"].startswith("https://mailbox.test/inbound/m1")


def test_a_mail_that_is_gone_is_404(filled: Api) -> None:
    assert filled.get(f"/reports/{number_of(filled)}/raw").status == 404


def test_deleting_a_report_takes_its_mail_and_asks_for_the_rollup(filled: Api) -> None:
    filled.mailbox.put("inbound/m1", b"mail")
    number = number_of(filled)
    assert filled.delete(f"/reports/{number}").status == 204
    assert filled.mailbox.objects == {}
    assert set(filled.touched.sent) == {TouchedDay(ACCOUNT.id, DOMAIN.id, TODAY)}
    assert filled.get(f"/reports/{number}").status == 404
    assert filled.delete(f"/reports/{number}").status == 404


def test_the_mail_stays_when_it_brought_other_reports(api: Api) -> None:
    brought = fact(said(row()))
    api.file(replace(brought, summary=replace(brought.summary, sole=False)))
    api.mailbox.put("inbound/m1", b"mail")
    assert api.delete(f"/reports/{number_of(api, 'r1')}").status == 204
    assert "inbound/m1" in api.mailbox.objects


def test_a_report_of_before_a_smaller_plan_is_403(api: Api) -> None:
    brought = fact(said(row(), day=day_of(-100)))
    api.file(replace(brought, summary=replace(brought.summary, expires=NOW + 86_400)))
    for method, suffix in (("GET", ""), ("GET", "/raw"), ("DELETE", "")):
        answer = api.call(method, f"/reports/{brought.summary.id}{suffix}")
        assert (answer.status, answer.error["code"]) == (403, "retention_exceeded")


@pytest.mark.parametrize("reference", ["rpt_1", "1", "0", "rpt_x", "ud_19", "9" * 30, "%00"])
@pytest.mark.parametrize("suffix", ["", "/raw"])
def test_what_is_not_there_is_404(api: Api, reference: str, suffix: str) -> None:
    answer = api.get(f"/reports/{reference}{suffix}")
    assert (answer.status, answer.error["code"]) == (404, "not_found")
