from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.detail.jobs import KEPT_SECONDS, PATIENCE
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, TODAY, fact, row, said
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.detailing import ASKED, asked, filed

OTHER = replace(DOMAIN, id=DomainId(20), name="brook.example", token="other")


def finished(api: Api, **filters: Any) -> str:
    filed(api)
    token = asked(api, **filters)
    api.run_detail_jobs()
    return f"/detail-reports/{token}"


def test_a_report_from_the_question_to_the_answer(api: Api) -> None:
    filed(api)

    told = api.post("/detail-reports", {**ASKED, "spf_result": ["+", "-"], "country_code": []})

    assert told.status == 202
    data = told.data
    assert len(data["token"]) == 16
    assert data["token"].isalnum()
    assert data["status"] == "waiting"
    assert data["progress"] == {"label": "waiting", "value": 0}
    assert data["filters"]["spf_result"] == ["fail", "pass"]
    assert data["filters"]["domains"] == []
    here = f"/detail-reports/{data['token']}"
    assert data["links"]["self"] == f"/v1{here}"
    for part in ("sources", "sources/1", "domains", "charts"):
        early = api.get(f"{here}/{part}")
        assert (early.status, early.error["code"]) == (404, "not_ready")
    api.run_detail_jobs()
    assert api.get(f"{here}/progress").data == {"label": "finished", "value": 100}
    assert api.get(here).data["status"] == "finished"
    assert api.get(here).data["ended_at"] is not None
    assert api.get(f"{here}/domains").status == 200


def test_the_same_question_is_answered_by_the_same_report(api: Api) -> None:
    filed(api)
    first = api.post("/detail-reports", {**ASKED, "providers": ["B", "a"], "dkim_policy": "p"})
    named = {"domains": ["ud_19"], **ASKED}

    again = api.post("/detail-reports", {**ASKED, "providers": ["A", "b"], "dkim_policy": "pass"})
    other = api.post("/detail-reports", {**ASKED, "providers": ["A"]})

    assert (first.status, again.status, other.status) == (202, 200, 202)
    assert again.data["token"] == first.data["token"]
    assert api.post("/detail-reports", named).status == 202
    assert api.post("/detail-reports", {**named, "domains": ["orchard.example", "19"]}).status == 200


def test_asking_twice_with_one_key_gives_one_answer(api: Api) -> None:
    first = api.post("/detail-reports", ASKED, Idempotency_Key="k1")
    again = api.post("/detail-reports", ASKED, Idempotency_Key="k1")

    assert (first.status, again.status) == (202, 202)
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_new_reports_make_it_another_question(api: Api) -> None:
    filed(api)
    token = asked(api, domains=["ud_19"])
    whole = asked(api)

    api.file(fact(said(row("192.0.2.9", 5), report_id="late")))

    assert asked(api, domains=["ud_19"]) != token
    assert asked(api) != whole


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "start_date"),
        ({"start_date": "2026-11-31", "end_date": "2026-11-30"}, 400, "start_date"),
        ({"start_date": "2026-11-20", "end_date": "2026-11-10"}, 400, "start_date"),
        ({"start_date": "2026-11-22", "end_date": "2026-11-23"}, 422, "start_date"),
        ({"start_date": "2020-01-01", "end_date": "2026-11-10"}, 403, "start_date"),
        ({**ASKED, "domains": ["ud_77"]}, 404, "domains"),
        ({**ASKED, "domains": ["elsewhere.example"]}, 404, "domains"),
        ({**ASKED, "filter_option": "z"}, 400, "filter_option"),
        ({**ASKED, "ip_cidr": "10.0.0.0/99"}, 400, "ip_cidr"),
        ({**ASKED, "ip_cidr": "fe80::1%eth0"}, 400, "ip_cidr"),
        ({**ASKED, "spf_domain": "two words"}, 422, "spf_domain"),
        ({**ASKED, "ptr": "a..b"}, 422, "ptr"),
        ({**ASKED, "country_code": ["Germany"]}, 400, "country_code"),
        ({**ASKED, "spf_result": ["y"]}, 400, "spf_result"),
        ({**ASKED, "dkim_result": ["~"]}, 400, "dkim_result"),
        ({**ASKED, "spf_policy": "n"}, 400, "spf_policy"),
        ({**ASKED, "dkim_policy": "q"}, 400, "dkim_policy"),
        ({**ASKED, "dmarc_policy": ["p"]}, 400, "dmarc_policy"),
        ({**ASKED, "rule_number": [2**40]}, 400, "rule_number.0"),
        ({**ASKED, "domains": ["x"] * 501}, 400, "domains"),
    ],
)
def test_what_cannot_be_asked(api: Api, body: dict[str, Any], status: int, param: str) -> None:
    told = api.post("/detail-reports", body)

    assert (told.status, told.error["param"]) == (status, param)
    assert api.detail_steps.sent == []


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        ("ip_cidr", "::ffff:192.0.2.9/120", "192.0.2.0/24"),
        ("ip_cidr", "::FFFF:192.0.2.9", "192.0.2.9/32"),
        ("ip_cidr", "192.0.2.9/24", "192.0.2.0/24"),
        ("ip_cidr", "2001:DB8:0:0::/32", "2001:db8::/32"),
        ("ip_cidr", "::/0", "::/0"),
        ("spf_domain", "_SPF.Google.com.", "_spf.google.com"),
        ("ptr", "MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("ptr", " ", ""),
    ],
)
def test_what_is_asked_has_one_spelling(api: Api, field: str, text: str, shown: str) -> None:
    first, again = (api.post("/detail-reports", {**ASKED, field: each}) for each in (text, shown))
    assert first.data["filters"][field] == shown
    assert again.data["token"] == first.data["token"]


def test_days_to_come_are_cut_off(api: Api) -> None:
    told = api.post("/detail-reports", {"start_date": "2026-11-20", "end_date": "2026-12-31"})
    assert told.data["filters"]["end_date"] == TODAY.isoformat()


def test_sources_by_standing_with_what_a_stricter_policy_would_stop(api: Api) -> None:
    here = finished(api)

    data = api.get(f"{here}/sources").data

    assert data["source_counts"] == {standing: len(data[standing]) for standing in data["source_counts"]}
    sources = [source for standing in data["source_counts"] for source in data[standing]]
    assert sum(source["message_count"] for source in sources) == 16
    assert sum(source["affected_count"] for source in sources) == 5
    assert sum(source["forwarded_count"] for source in sources) == 2
    assert all(
        source["standing"] == standing for standing in data["source_counts"] for source in data[standing]
    )
    heading, *lines = api.get(f"{here}/sources", format="csv").body.decode().splitlines()
    assert len(lines) == len(sources)
    assert heading.split(",")[6:10] == ["affected_count", "forwarded_count", "source_number", "standing"]
    (own,) = data["dmarc_capable"]
    assert own["dmarc_pass_percent"] == 100.0
    assert (own["evidence"], own["evidence_value"], own["confidence"]) == ("none", "", "low")
    (forwarded,) = data["forwarders"]
    assert (forwarded["message_count"], forwarded["dmarc_pass_percent_without_forwarded"]) == (2, 0.0)


@pytest.mark.parametrize(("option", "messages"), [("n", 16), ("d", 10), ("x", 6), ("o", 5), ("impact", 5)])
def test_the_option_chooses_rows(api: Api, option: str, messages: int) -> None:
    here = finished(api, filter_option=option)
    rows = api.get(f"{here}/domains").data
    assert sum(found["message_count"] for found in rows) == messages


def test_rows_are_sorted_paged_and_filtered(api: Api) -> None:
    here = finished(api)

    first = api.get(f"{here}/domains", ordering="-ip", limit=3)
    rest = api.get(f"{here}/domains", ordering="-ip", limit=3, cursor=first.json["meta"]["next_cursor"])

    assert [found["ip"] for found in first.data + rest.data] == [
        "192.0.2.4",
        "192.0.2.3",
        "192.0.2.2",
        "192.0.2.1",
    ]
    assert first.json["meta"]["total_count"] == rest.json["meta"]["total_count"] == 4
    assert rest.json["meta"]["has_more"] is False
    number = first.data[0]["source_number"]
    of_one = api.get(f"{here}/domains", source_number=number).data
    assert {found["source_number"] for found in of_one} == {number}
    assert api.get(f"{here}/domains", ptr_org="nowhere.test").data == []
    assert api.get(f"{here}/domains", ordering="size").error["param"] == "ordering"
    assert api.get(f"{here}/domains", cursor="x").error["param"] == "cursor"


def test_rows_as_csv_have_the_columns_of_the_detail_viewer(api: Api) -> None:
    here = finished(api)

    told = api.get(f"{here}/domains", format="csv", ordering="ip")

    head, *rows = csv.reader(io.StringIO(told.body.decode()))
    assert ",".join(head) == (
        "Header-From,IP,PTR,CC,Count,Policy-Applied,OverrideReason,DKIM_Alignment,DKIM_Result,DKIM_Domain,"
        "SPF_Alignment,SPF_Result,SPF_Domain"
    )
    assert rows[0][:5] == ["orchard.example", "192.0.2.1", "", "", "10"]
    assert told.headers["X-Total-Count"] == "4"


def test_servers_of_a_source(api: Api) -> None:
    here = finished(api)
    (source,) = api.get(f"{here}/sources").data["dmarc_capable"]
    path = f"{here}/sources/{source['source_number']}"

    assert api.get(path, ordering="server_name", standing="dmarc_capable").data == [
        {
            **{name: value for name, value in source.items() if name.endswith(("_percent", "_count"))},
            "dmarc_pass_percent_without_forwarded": 100.0,
            "server_name": "192.0.2.1",
        }
    ]
    assert api.get(path, search="198.51").data == []
    assert api.get(f"{here}/sources/12345").error["param"] == "source_number"
    assert api.get(f"{here}/sources/abc").status == 404
    assert api.get(path, ordering="created").error["param"] == "ordering"


def test_the_timeline_has_every_day(api: Api) -> None:
    filed(api, TODAY, TODAY - timedelta(days=2))
    token = asked(api, start_date="2026-11-19")
    api.run_detail_jobs()

    timeline = api.get(f"/detail-reports/{token}/charts").data["timeline"]

    assert [day["date"] for day in timeline] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    assert [day["dmarc_capable"] for day in timeline] == [11, 0, 10]
    assert [day["forwarders"] for day in timeline] == [2, 0, 2]


def test_reports_are_listed_by_age(api: Api) -> None:
    tokens = []
    for number in range(3):
        api.now = NOW + number
        tokens.append(asked(api, spf_domain=f"d{number}.example"))

    first = api.get("/detail-reports", limit=2)
    rest = api.get("/detail-reports", limit=2, cursor=first.json["meta"]["next_cursor"])

    assert [each["token"] for each in first.data + rest.data] == tokens[::-1]
    assert rest.json["meta"] == {**rest.json["meta"], "has_more": False, "next_cursor": None}
    assert [each["token"] for each in api.get("/detail-reports", ordering="created").data] == tokens
    assert api.get("/detail-reports", cursor="nonsense").error["param"] == "cursor"
    assert api.get("/detail-reports", ordering="age").error["param"] == "ordering"


def test_a_deleted_report_is_gone_and_can_be_asked_again(api: Api) -> None:
    here = finished(api)

    assert api.delete(here).status == 204

    assert api.delete(here).status == 404
    assert api.get(f"{here}/sources").error["code"] == "not_found"
    assert api.detail_shelf.results == {}
    assert api.post("/detail-reports", ASKED).status == 202


def test_a_report_expires(api: Api) -> None:
    here = finished(api)
    api.now += KEPT_SECONDS
    assert api.get(here).status == 404
    assert api.get("/detail-reports").data == []


def test_a_report_that_stalled_says_why_and_can_be_asked_again(api: Api) -> None:
    filed(api)
    token = asked(api)
    api.detail_steps.sent.clear()
    api.now += PATIENCE + 1

    told = api.get(f"/detail-reports/{token}").data

    assert told["status"] == "failed"
    assert "ask again" in told["reason"]
    assert api.get(f"/detail-reports/{token}/progress").data["label"] == "failed"
    assert api.get(f"/detail-reports/{token}/sources").error["code"] == "not_ready"
    assert asked(api) != token


@pytest.mark.parametrize("token", ["short", "x" * 16, "!" * 16, "x" * 17])
def test_unknown_tokens(api: Api, token: str) -> None:
    for part in ("", "/progress", "/sources", "/sources/1", "/domains", "/charts"):
        assert api.get(f"/detail-reports/{token}{part}").status == 404


def group_key(api: Api, domain: Any) -> str:
    """A key that sees this domain and no other."""
    group = GroupId(50 + domain.id)
    api.groups.add(Group(group, ACCOUNT.id, f"Group {group}", NOW), most=99)
    api.groups.assign(domain, group)
    terms = Terms("one", frozenset({Scope.READ}), group)
    return api.new_key(ACCOUNT, terms=terms)


def test_reports_are_for_who_sees_all_of_their_domains(api: Api) -> None:
    api.domains.add(OTHER)
    filed(api)
    api.file(
        replace_domain(fact(said(row("198.51.100.1", 7, header_from="brook.example"), report_id="brook")))
    )
    key = group_key(api, DOMAIN)
    whole, mine, theirs = asked(api), asked(api, domains=["ud_19"]), asked(api, domains=["ud_20"])

    told = api.call("POST", "/detail-reports", body=json.dumps(ASKED), key=key)
    api.run_detail_jobs()

    assert told.status == 200
    assert told.data["token"] == mine
    own = told.data["token"]
    for token, status in ((whole, 404), (theirs, 404), (mine, 200), (own, 200)):
        for part in ("", "/sources", "/domains", "/charts"):
            assert api.call("GET", f"/detail-reports/{token}{part}", key=key).status == status
        if status == 404:
            assert api.call("DELETE", f"/detail-reports/{token}", key=key).status == 404
    listed = api.call("GET", "/detail-reports", key=key).data
    assert [each["token"] for each in listed] == [mine]
    named = api.call("POST", "/detail-reports", body=json.dumps({**ASKED, "domains": ["ud_20"]}), key=key)
    assert (named.status, named.error["param"]) == (404, "domains")
    rows = api.call("GET", f"/detail-reports/{own}/domains", key=key).data
    assert {found["from_domain"] for found in rows} == {"orchard.example"}


def test_a_report_hides_when_its_domain_does(api: Api) -> None:
    api.domains.add(OTHER)
    filed(api)
    key = group_key(api, DOMAIN)
    token = api.call("POST", "/detail-reports", body=json.dumps(ASKED), key=key).data["token"]
    api.run_detail_jobs()
    here = f"/detail-reports/{token}"
    assert api.call("GET", here, key=key).status == 200

    stored = api.domains.get(ACCOUNT.id, DOMAIN.id)
    assert stored is not None
    api.groups.unassign(stored, GroupId(50 + DOMAIN.id))

    assert api.call("GET", here, key=key).status == 404
    assert api.get(here).status == 200


def replace_domain(made: Any) -> Any:
    return replace(made, summary=replace(made.summary, domain_id=OTHER.id, domain=OTHER.name))


def test_a_day_that_nobody_keeps_any_more_is_refused(api: Api) -> None:
    first = TODAY - timedelta(days=ACCOUNT.plan.retention_days + 1)
    told = api.post("/detail-reports", {"start_date": first.isoformat(), "end_date": TODAY.isoformat()})
    assert told.error["code"] == "retention_exceeded"
