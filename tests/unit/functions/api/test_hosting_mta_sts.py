from __future__ import annotations

import json
from typing import Any

import pytest

from shared.core.hosting.names import Service
from shared.core.hosting.policies import DAY
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import World
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.hosting import MTA_STS, put, refusal

VERIFY = f"{MTA_STS}/verify"
ENFORCE = {"mode": "enforce", "mx": ["mx.orchard.example"], "max_age": 7 * DAY}


def served(api: Api, world: World) -> None:
    assert put(api, MTA_STS, ENFORCE).status == 200
    world.point(Service.MTA_STS, Service.TLS_RPT, Service.POLICY)
    world.settle()


@pytest.mark.statement("8.11")
def test_the_first_policy_is_made_of_the_mx_records(api: Api, world: World) -> None:
    api.zone["orchard.example", "MX"] = ["10 mx1.orchard.example", "20 mx2.orchard.example"]
    on = put(api, MTA_STS).data
    assert on["policy"] == {
        "mode": "testing",
        "mx": ["mx1.orchard.example", "mx2.orchard.example"],
        "max_age": 86_400,
        "body": "version: STSv1\r\nmode: testing\r\nmx: mx1.orchard.example\r\n"
        "mx: mx2.orchard.example\r\nmax_age: 86400\r\n",
    }
    assert (on["enabled"], on["served_policy"], on["policy_id"]) == (True, None, None)
    assert on["policy_file"]["host_state"] == "waiting-dns"
    assert on["tls_rpt_record"]["txt_record"]["value"] == "v=TLSRPTv1; rua=mailto:dom@reports.example"


def test_from_off_to_ready(api: Api, world: World) -> None:
    assert put(api, MTA_STS, ENFORCE).status == 200
    seen = api.get(VERIFY).data
    assert (seen["overall_status"], seen["policy_file"]["status"]) == ("action_required", "pending")
    world.point(Service.MTA_STS, Service.TLS_RPT, Service.POLICY)
    assert api.get(VERIFY).data["overall_status"] == "pending"
    world.settle()

    seen = api.post(VERIFY).data

    assert seen["overall_status"] == "ready"
    assert seen["policy_cname"]["status"] == "verified"
    assert seen["policy_file"] == {
        "url": "https://mta-sts.orchard.example/.well-known/mta-sts.txt",
        "status": "active",
        "host_state": "active",
        "reason": "",
    }
    for name in ("mta_sts_record", "tls_rpt_record"):
        assert (seen[name]["cname"]["status"], seen[name]["txt_record"]["status"]) == (
            "verified",
            "published",
        )
    stored = api.get(MTA_STS).data
    assert (stored["overall_status"], stored["served_policy"]) == ("ready", stored["policy"])
    assert stored["mta_sts_record"]["txt_record"]["value"] == f"v=STSv1; id={stored['policy_id']};"
    assert stored["findings"] == []


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("policy", {"policy_cname", "policy_file"}),
        ("mta_sts", {"mta_sts_record"}),
        ("tls_rpt", {"tls_rpt_record"}),
        ("all", {"policy_cname", "policy_file", "mta_sts_record", "tls_rpt_record"}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_one_record_can_be_verified_alone(
    api: Api, world: World, part: str, told: set[str], method: str
) -> None:
    served(api, world)
    seen = api.call(method, VERIFY, query={"record": part}).data
    assert {name for name, shown in seen.items() if shown is not None} == told | {"overall_status"}
    assert seen["overall_status"] == "ready"


def test_a_record_that_there_is_not_cannot_be_verified(api: Api, world: World) -> None:
    served(api, world)
    assert refusal(api.get(VERIFY, record="spf")) == (400, "bad_request", "record")


def test_a_host_that_serves_no_more_is_unreachable(api: Api, world: World) -> None:
    served(api, world)
    world.web_down = True
    seen = api.get(VERIFY, record="policy").data
    assert (seen["overall_status"], seen["policy_file"]["status"]) == ("pending", "unreachable")


def test_a_host_that_is_refused_says_why(api: Api, world: World) -> None:
    put(api, MTA_STS, ENFORCE)
    world.hosts.taken.add("mta-sts.orchard.example")
    world.point(Service.POLICY)
    world.settle(3)
    stored = api.get(MTA_STS).data
    assert (stored["policy_file"]["host_state"], stored["policy_file"]["reason"]) == ("failed", "name_taken")
    assert "policy_host_taken" in {finding["code"] for finding in stored["findings"]}
    assert api.get(VERIFY, record="policy").data["overall_status"] == "action_required"


def test_what_is_left_out_of_a_change_stays(api: Api, world: World) -> None:
    served(api, world)
    before = api.get(MTA_STS)
    after = put(api, MTA_STS, {"mode": "testing"}, before.headers["ETag"])
    assert after.headers["ETag"] == '"2"'
    policy = after.data["policy"]
    assert (policy["mode"], policy["mx"], policy["max_age"]) == ("testing", ["mx.orchard.example"], 7 * DAY)
    assert after.data["served_policy"] == before.data["policy"], "until the new one is live"
    assert refusal(put(api, MTA_STS, ENFORCE, before.headers["ETag"]))[0] == 412


@pytest.mark.statement("8.12")
def test_switching_off_serves_mode_none_first(api: Api, world: World) -> None:
    served(api, world)
    before = api.get(MTA_STS).data["policy_id"]
    off = api.delete(MTA_STS)
    assert (off.status, off.data["enabled"], off.data["policy"]["mode"]) == (200, False, "none")
    assert off.data["overall_status"] is None
    world.settle(4)
    later = api.get(MTA_STS).data
    assert later["served_policy"]["mode"] == "none"
    assert later["policy_id"] != before
    assert later["mta_sts_record"]["txt_record"]["status"] == "published"
    assert api.delete(MTA_STS).data["revision"] == off.data["revision"]


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({**ENFORCE, "mode": "maybe"}, 422, "mode"),
        ({**ENFORCE, "mode": "x" * 21}, 400, "mode"),
        ({**ENFORCE, "mx": []}, 422, "mx"),
        ({**ENFORCE, "mx": ["localhost"]}, 422, "mx"),
        ({**ENFORCE, "mx": ["mx.example\r\nmode: none"]}, 422, "mx"),
        ({**ENFORCE, "mx": ["mx.example"] * 51}, 400, "mx"),
        ({**ENFORCE, "mx": "mx.example"}, 400, "mx"),
        ({**ENFORCE, "max_age": DAY - 1}, 422, "max_age"),
        ({**ENFORCE, "max_age": 31_557_601}, 422, "max_age"),
        ({**ENFORCE, "max_age": "soon"}, 400, "max_age"),
        ({"mode": "testing"}, 422, "mx"),
    ],
)
def test_policies_that_are_not_served(
    api: Api, world: World, body: dict[str, Any], status: int, param: str
) -> None:
    refused = api.call("PUT", MTA_STS, body=json.dumps(body))
    assert refused.status == status
    assert refused.error["param"].partition(".")[0] == param
    assert api.hosting.hostings.stored == {}


def test_a_parked_domain_gets_no_mta_sts(api: Api) -> None:
    api.patch("/domains/ud_19", {"parked": True})
    assert refusal(put(api, MTA_STS)) == (422, "unprocessable_entity", "id")


def test_mta_sts_needs_tls_reports(api: Api) -> None:
    api.patch("/domains/ud_19", {"report_kinds": {"tls": False}})
    assert refusal(put(api, MTA_STS, ENFORCE)) == (422, "unprocessable_entity", "report_kinds.tls")


def test_mail_hosts_that_cannot_be_looked_up_have_to_be_named(api: Api, world: World) -> None:
    api.zone["orchard.example", "MX"] = FAILED
    assert refusal(put(api, MTA_STS, {"mode": "testing"})) == (422, "unprocessable_entity", "mx")
