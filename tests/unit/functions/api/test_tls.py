"""``/tls``: failures and policies, and TLS reports among the others."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.ids import DomainId
from shared.core.key_issuing import Terms
from tests.unit.core.world import DOMAIN, TODAY
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.tls_reports import failed, file_tls

PARCEL = replace(DOMAIN, id=DomainId(20), name="parcel.example", token="parcel")


@pytest.fixture
def world(api: Api) -> Api:
    api.domains.add(PARCEL)
    file_tls(api, failed("certificate-expired", 3), failed("", 2), failed_sessions=7)
    file_tls(api, failed("starttls-not-supported"), domain=PARCEL, failed_sessions=1, mode="testing")
    file_tls(api, failed("certificate-expired"), day=TODAY - timedelta(days=6), failed_sessions=1)
    file_tls(api, failed("sts-policy-invalid"), day=TODAY - timedelta(days=7), failed_sessions=1)
    file_tls(api, day=TODAY - timedelta(days=50), successful=500)
    return api


def causes(api: Api, **query: Any) -> list[tuple[str, str, int]]:
    answer = api.get("/tls/failures", **query)
    assert answer.status == 200, answer.body
    return [
        (item["policy_domain"], item["result_type"], item["failed_session_count"]) for item in answer.data
    ]


@pytest.mark.statement("7.5", "7.6")
def test_failures_of_the_last_week(world: Api) -> None:
    assert causes(world) == [
        ("orchard.example", "certificate-expired", 3),
        ("orchard.example", "", 2),
        ("parcel.example", "starttls-not-supported", 1),
        ("orchard.example", "certificate-expired", 1),
    ]
    item = world.get("/tls/failures").data[0]
    assert {name: item[name] for name in item if not name.endswith("_id")} == {
        "policy_domain": "orchard.example",
        "policy_type": "sts",
        "result_type": "certificate-expired",
        "sending_mta_ip": "192.0.2.1",
        "receiving_mx_hostname": "mx1.orchard.example",
        "receiving_ip": "192.0.2.9",
        "failed_session_count": 3,
        "failure_reason_code": "x509: expired",
        "additional_information": None,
        "organization_name": "reporter.example",
        "begin": "2026-11-21T00:00:00Z",
        "end": "2026-11-21T23:59:59Z",
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"begin": "2026-11-14"}, 5),
        ({"begin": "2026-11-14", "end": "2026-11-15"}, 2),
        ({"end": "2026-11-15"}, 2),
        ({"result_type": "certificate-expired"}, 2),
        ({"result_type": "unknown"}, 1),
        ({"domains": "parcel.example"}, 1),
        ({"domains": "ud_19,ud_20"}, 4),
    ],
)
def test_filters_of_failures(world: Api, query: dict[str, str], count: int) -> None:
    assert len(causes(world, **query)) == count
    meta = world.get("/tls/failures", limit=1, **query).json["meta"]
    assert (meta["total_count"], meta["has_more"]) == (count, count > 1)


@pytest.mark.parametrize(
    ("path", "query", "status", "param"),
    [
        ("failures", {"begin": "2026-09-01"}, 400, "begin"),
        ("failures", {"begin": "2026-09-22"}, 400, "begin"),
        ("failures", {"begin": "2026-09-22", "end": "2026-11-20"}, 400, "begin"),
        ("failures", {"begin": "2026-11-22", "end": "2026-11-21"}, 400, "begin"),
        ("failures", {"begin": "2026-13-01"}, 400, "begin"),
        ("failures", {"begin": "2026-11-22", "end": "2026-11-23"}, 400, "begin"),
        ("failures", {"end": "9999-12-31", "begin": "2026-11-20"}, 400, "end"),
        ("failures", {"domains": "stranger.example"}, 404, "domains"),
        ("failures", {"cursor": "e30"}, 400, "cursor"),
        ("failures/summary", {"begin": "2026-11-22"}, 400, "begin"),
        ("policies", {"ordering": "sum"}, 400, "ordering"),
        ("policies", {"filter_id": "pf_77"}, 404, "filter_id"),
        ("policies", {"filter_id": "pf_77", "domains": "ud_19"}, 400, "domains"),
        ("policies/tlsp_1", {}, 404, "id"),
    ],
)
def test_what_cannot_be_asked(world: Api, path: str, query: dict[str, str], status: int, param: str) -> None:
    refused = world.get(f"/tls/{path}", **query)
    assert (refused.status, refused.error["param"]) == (status, param)


def test_days_beyond_the_plan_are_refused_and_left_out(world: Api) -> None:
    plan = replace(world.accounts.stored[DOMAIN.account].plan, retention_days=30)
    world.change_account(plan=plan)
    refused = world.get("/tls/failures", begin="2026-10-15")
    assert (refused.status, refused.error["code"]) == (403, "retention_exceeded")
    assert world.get("/tls/policies").data[0]["sum_success"] == 30


@pytest.mark.statement("7.7")
def test_the_summary_tells_what_the_details_do_not_explain(world: Api) -> None:
    data = world.get("/tls/failures/summary").data
    assert (data["begin"], data["end"]) == ("2026-11-15", "2026-11-21")
    assert (data["total_successful"], data["total_failed"], data["unexplained"]) == (30, 9, 2)
    assert [(each["result_type"], each["failed_session_count"]) for each in data["failures"]] == [
        ("certificate-expired", 4),
        ("unknown", 2),
        ("starttls-not-supported", 1),
    ]
    assert data["days"] == [
        {"date": "2026-11-15", "successful": 10, "failed": 1},
        {"date": "2026-11-21", "successful": 20, "failed": 8},
    ]
    answer = world.get("/tls/failures/summary", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [row["result_type"] for row in rows] == [
        "certificate-expired",
        "unknown",
        "starttls-not-supported",
    ]


def test_policies_and_their_sessions(world: Api) -> None:
    first, second = world.get("/tls/policies").data
    assert (first["p_domain"], first["p_type"], first["sts_p_mode"]) == ("orchard.example", "sts", "enforce")
    assert (first["sum_success"], first["sum_failed"]) == (530, 9)
    assert first["last_seen"] == "2026-11-21T23:59:59Z"
    assert (second["p_domain"], second["sts_p_mode"]) == ("parcel.example", "testing")
    assert world.get("/tls/policies", ordering="-p_domain").data == [second, first]
    assert world.get("/tls/policies", ordering="sum_failed").data == [second, first]
    assert world.get("/tls/policies", domains="ud_20").data == [second]
    detail = world.get(f"/tls/policies/{first['id']}").data
    assert {name: detail[name] for name in first} == first
    assert [each["result_type"] for each in detail["failures"]] == [
        "certificate-expired",
        "sts-policy-invalid",
        "unknown",
    ]


def test_a_stored_filter_names_the_domains(world: Api) -> None:
    made = world.post("/policy-filters", {"domains": ["parcel.example"]})
    assert made.status == 201, made.body
    found = world.get("/tls/policies", filter_id=made.data["id"]).data
    assert [each["p_domain"] for each in found] == ["parcel.example"]


def test_tls_reports_are_listed_like_the_others(world: Api) -> None:
    listed = world.get("/reports", type="tls")
    assert listed.json["meta"]["total_count"] == 5
    assert {item["type"] for item in listed.data} == {"tls"}
    shown = world.get("/tls/failures").data[0]["report_id"]
    assert world.get(f"/reports/{shown}").data["policies"][0]["failed_sessions"] == 7


def test_another_account_sees_none_of_it(world: Api) -> None:
    stranger = other_account()
    world.accounts.add(stranger)
    key = world.new_key(stranger, terms=Terms("all"))
    number = world.get("/tls/policies").data[0]["id"]
    assert world.call("GET", "/tls/failures", key=key).data == []
    assert world.call("GET", "/tls/policies", key=key).data == []
    assert world.call("GET", f"/tls/policies/{number}", key=key).status == 404
    assert world.call("GET", "/tls/failures/summary", key=key).data["total_failed"] == 0
