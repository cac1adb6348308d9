from __future__ import annotations

from functools import partial
from urllib.parse import quote

import pytest

from shared.core.queues import RemovedDomain
from tests.unit.core.world import ACCOUNT, DOMAIN, fact, row, said
from tests.unit.functions.api.client import DMARCTRUST, Api, day_of

ITEM = {
    "id": "ud_19",
    "domain": "orchard.example",
    "active": True,
    "dns_status": "pending",
    "dns_status_message": "DNS has not been checked yet",
    "activated_at": None,
    "created_at": "2026-11-21T12:00:00Z",
    "reporting_address": "dom@reports.example",
    "report_kinds": {"aggregate": True, "failure": True, "tls": True},
    "notes": "",
    "is_verified": True,
    "parked": False,
    "parked_domain_credits": None,
    "parked_domain_status": None,
    "is_subdomain": False,
    "top_level": True,
    "dns": {
        "dmarc_policy": "unknown",
        "dmarc_policy_inherited": False,
        "spf_lookups": None,
        "has_errors": False,
        "nxdomain": None,
        "state_dmarc": "unknown",
        "state_spf": "unknown",
        "state_dkim": "unknown",
        "mx_txt": "",
        "soa_txt": "",
    },
    "groups": [],
    "tags": [],
}

COUNTS = (
    "volume",
    "count_dmarc_capable",
    "count_non_dmarc_capable",
    "count_forwarded",
    "count_threat_other",
)


def add(api: Api, *names: str) -> list[str]:
    return [api.post("/domains", {"domain": name}).data["id"] for name in names]


def test_a_list_of_domains(api: Api) -> None:
    answer = api.get("/domains")
    assert answer.data == [ITEM | dict.fromkeys(COUNTS, 0)]
    assert answer.json["meta"] == {
        "request_id": "req-1",
        "total_count": 1,
        "has_more": False,
        "next_cursor": None,
    }


def test_without_a_limit_every_domain_comes_at_once(api: Api) -> None:
    add(api, *(f"d{number}.example" for number in range(150)))
    assert len(api.get("/domains").data) == 151


def test_pages_follow_each_other_and_limits_beyond_the_largest_are_brought_down(api: Api) -> None:
    add(api, *(f"d{number}.example" for number in range(149)))
    first = api.get("/domains", limit=5_000)
    assert len(first.data) == 100
    assert first.json["meta"]["total_count"] == 150
    second = api.get("/domains", limit=100, cursor=first.json["meta"]["next_cursor"])
    assert len(second.data) == 50
    assert second.json["meta"]["next_cursor"] is None
    assert {each["id"] for each in first.data}.isdisjoint(each["id"] for each in second.data)


def test_filters_by_name_and_state_count_what_they_match(api: Api) -> None:
    add(api, "pear.example", "appletree.example", "apple.example")
    found = api.get("/domains", name="APPLE", limit=1)
    assert found.json["meta"]["total_count"] == 2
    rest = api.get("/domains", name="APPLE", limit=1, cursor=found.json["meta"]["next_cursor"])
    assert [each["domain"] for each in found.data + rest.data] == ["appletree.example", "apple.example"]
    assert rest.json["meta"]["has_more"] is False
    assert [each["domain"] for each in api.get("/domains", active="true").data] == ["orchard.example"]


def test_a_new_domain_is_inactive_and_pending(api: Api) -> None:
    answer = api.post("/domains", {"domain": " New-Domain.Example. "})
    assert answer.status == 201
    assert answer.data["domain"] == "new-domain.example"
    assert answer.data["active"] is False
    assert answer.data["activated_at"] is None
    assert answer.data["dns_status"] == "pending"
    assert answer.data["reporting_address"].endswith("@reports.example")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "bad_request"),
        ({"domain": None}, 400, "bad_request"),
        ({"domain": ["a.example"]}, 400, "bad_request"),
        ({"domain": ""}, 422, "unprocessable_entity"),
        ({"domain": "no spaces.example"}, 422, "unprocessable_entity"),
        ({"domain": "com"}, 422, "unprocessable_entity"),
        ({"domain": "192.0.2.1"}, 422, "unprocessable_entity"),
        ({"domain": "a\x00.example"}, 422, "unprocessable_entity"),
        ({"domain": "x" * 300 + ".example"}, 422, "unprocessable_entity"),
        ({"domain": "orchard.example"}, 422, "unprocessable_entity"),
    ],
)
def test_bad_domains_are_refused_by_name(api: Api, body: object, status: int, code: str) -> None:
    answer = api.post("/domains", body)
    assert (answer.status, answer.error["code"], answer.error["param"]) == (status, code, "domain")


@pytest.mark.parametrize("reference", ["ud_19", "19", "orchard.example", "ORCHARD.example"])
@pytest.mark.parametrize("base", ["", DMARCTRUST])
def test_a_domain_is_found_by_id_number_and_name(api: Api, base: str, reference: str) -> None:
    answer = api.get(f"{base}/domains/{reference}")
    assert answer.status == 200
    assert answer.data["id"] == "ud_19"


def test_a_domain_of_another_script_is_found_by_its_encoded_name(api: Api) -> None:
    add(api, "bücher.example")
    assert api.get("/domains/" + quote("bücher.example")).data["domain"] == "xn--bcher-kva.example"


def test_one_domain_has_the_figures_of_thirty_days(api: Api) -> None:
    api.file(
        fact(said(row(count=3), row("192.0.2.2", 1, dkim="fail", spf="fail", disposition="reject"))),
        fact(said(row(count=9), report_id="old", day=day_of(-45))),
    )
    data = api.get("/domains/ud_19").data
    assert {name: data[name] for name in ITEM} == ITEM
    assert data["last_checked_at"] is None
    assert data["deactivated_at"] is None
    assert data["updated_at"] == "2026-11-21T12:00:00Z"
    assert data["stats_30d"] == {
        "reports": 1,
        "total_messages": 4,
        "accepted": 3,
        "quarantined": 0,
        "rejected": 1,
        "spf_pass": 3,
        "spf_fail": 1,
        "dkim_pass": 3,
        "dkim_fail": 1,
        "dmarc_pass": 3,
        "dmarc_fail": 1,
        "forwarded": 0,
        "count_dmarc_capable": 4,
        "count_non_dmarc_capable": 0,
        "count_forwarded": 0,
        "count_threat_other": 0,
        "pass_rate": 75.0,
    }


def test_one_domain_has_the_messages_of_a_week_by_standing(api: Api) -> None:
    forged = partial(row, dkim="fail", spf="fail", raw="fail")
    listed = forged("192.0.2.3", 7, overrides=("mailing_list",))
    api.file(
        fact(said(row(count=3), forged("192.0.2.2", 5), listed)),
        fact(said(row(count=9), report_id="old", day=day_of(-9))),
    )
    data = api.get("/domains/ud_19").data
    counts = ("count_dmarc_capable", "count_non_dmarc_capable", "count_forwarded", "count_threat_other")
    assert [data[name] for name in counts] == [3, 0, 7, 5]
    assert [data["stats_30d"][name] for name in counts] == [12, 0, 7, 5]
    assert data["volume"] == 15
    (listed_one,) = api.get("/domains").data
    assert [listed_one[name] for name in ("volume", *counts)] == [15, 3, 0, 7, 5]
    api.now += 8 * 86_400
    (listed_one,) = api.get("/domains").data
    assert listed_one["volume"] == 0


def test_without_messages_there_is_no_pass_rate(api: Api) -> None:
    assert api.get("/domains/ud_19").data["stats_30d"]["pass_rate"] is None


def test_notes_and_report_kinds_change_one_by_one(api: Api) -> None:
    answer = api.patch("/domains/ud_19", {"notes": "ours", "report_kinds": {"failure": False}})
    assert answer.status == 200
    assert answer.data["notes"] == "ours"
    assert answer.data["report_kinds"] == {"aggregate": True, "failure": False, "tls": True}
    assert api.patch("/domains/ud_19", {}).data["notes"] == "ours"


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"notes": "x" * 4_001}, 422, "notes"),
        ({"notes": 1}, 400, "notes"),
        ({"report_kinds": {"tls": "perhaps"}}, 400, "report_kinds.tls"),
        ([1], 400, "body"),
    ],
)
def test_bad_changes_are_refused(api: Api, body: object, status: int, param: str) -> None:
    answer = api.patch("/domains/ud_19", body)
    assert (answer.status, answer.error["param"]) == (status, param)


def test_deleting_a_domain_hands_its_data_to_the_purge(api: Api) -> None:
    answer = api.delete("/domains/orchard.example")
    assert answer.status == 202
    assert answer.data == {"id": "ud_19", "domain": "orchard.example", "deleted": True}
    assert api.removed.sent == [RemovedDomain(ACCOUNT.id, DOMAIN.id)]
    assert api.get("/domains/ud_19").status == 404
    assert api.delete("/domains/ud_19").status == 404


@pytest.mark.parametrize("reference", ["ud_20", "0", "ud_", "usr_19", "nobody.example", "99999999999999999"])
def test_what_is_not_there_is_404(api: Api, reference: str) -> None:
    answer = api.get(f"/domains/{reference}")
    assert (answer.status, answer.error["code"]) == (404, "not_found")
