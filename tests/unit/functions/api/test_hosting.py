from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.core.accounts import Status
from shared.core.domains import Proof
from shared.core.hosting.names import DOMAINS_PER_ZONE, Service
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import World
from tests.unit.core.world import DOMAIN
from tests.unit.functions.api.client import DMARCTRUST, Api
from tests.unit.functions.api.hosting import DMARC, HOSTING, MTA_STS, OWN, REJECT, put, refusal

VERIFY = f"{DMARC}/verify"


def unverified(api: Api) -> None:
    api.domains.stored[DOMAIN.account, DOMAIN.id] = replace(DOMAIN, verified=None, active=False)


def parked(api: Api) -> None:
    assert api.patch("/domains/ud_19", {"parked": True}).status == 200


def test_a_domain_hosts_nothing_at_first(api: Api) -> None:
    shown = api.get(HOSTING).data
    assert (shown["dmarc"]["enabled"], shown["mta_sts"]["enabled"]) == (False, False)
    assert shown["dmarc"]["default_record"] == f"v=DMARC1; p=none; {OWN}"
    assert (shown["dmarc"]["cname"], shown["cname_records"]) == (None, [])
    assert shown["dmarc"]["overall_status"] is None
    assert api.hosting.hostings.stored == {}


def test_all_that_is_hosted_in_one_answer(api: Api) -> None:
    put(api, DMARC)
    put(api, MTA_STS, {"mx": ["mx.orchard.example"]})
    shown = api.get(HOSTING).data
    assert shown["dmarc"] == api.get(DMARC).data
    assert shown["mta_sts"] == api.get(MTA_STS).data
    assert [(each["host"], each["type"], each["status"]) for each in shown["cname_records"]] == [
        ("_dmarc.orchard.example", "CNAME", "awaiting_setup"),
        ("_mta-sts.orchard.example", "CNAME", "awaiting_setup"),
        ("_smtp._tls.orchard.example", "CNAME", "awaiting_setup"),
        ("mta-sts.orchard.example", "CNAME", "awaiting_setup"),
    ]
    assert len({each["expected_value"] for each in shown["cname_records"]}) == 4
    assert api.call("GET", f"{DMARCTRUST}{HOSTING}").data == shown


def test_dmarc_from_off_to_ready(api: Api, world: World) -> None:
    on = put(api, DMARC, {"record": REJECT})
    assert (on.status, on.data["record"], on.data["enabled"]) == (200, REJECT, True)
    assert on.data["txt_record"]["status"] == "queued"
    assert on.data["cname"]["expected_value"] == on.data["txt_record"]["host"]
    assert len(api.hosting.changes.sent) == 1
    seen = api.get(VERIFY).data
    assert (seen["overall_status"], seen["cname"]["status"]) == ("action_required", "awaiting_setup")

    api.zone["_dmarc.orchard.example", "CNAME"] = [on.data["cname"]["expected_value"]]
    seen = api.get(VERIFY).data
    assert (seen["overall_status"], seen["txt_record"]["status"]) == ("pending", "queued")
    world.settle(2)

    assert api.get(VERIFY).data == {
        "overall_status": "ready",
        "cname": {
            "host": "_dmarc.orchard.example",
            "type": "CNAME",
            "expected_value": on.data["cname"]["expected_value"],
            "current_value": on.data["cname"]["expected_value"],
            "status": "verified",
            "reason": "",
            "error": "",
            "checked_at": "2026-11-21T12:00:00Z",
        },
        "txt_record": {
            "host": on.data["cname"]["expected_value"],
            "type": "TXT",
            "value": REJECT,
            "status": "published",
        },
    }
    stored = api.get(DMARC).data
    assert (stored["overall_status"], stored["cname"]["status"]) == ("ready", "verified")


@pytest.mark.statement("15.7")
@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [("CNAME", "old.example", "other_target"), ("TXT", "v=DMARC1; p=none", "not_a_cname")],
)
def test_verifying_says_what_stands_in_the_way(
    api: Api, world: World, kind: str, value: str, reason: str
) -> None:
    put(api, DMARC)
    world.settle(2)
    api.zone["_dmarc.orchard.example", kind] = [value]
    seen = api.get(VERIFY).data
    assert seen["overall_status"] == "action_required"
    cname = seen["cname"]
    assert (cname["status"], cname["reason"]) == ("misconfigured", reason)
    assert cname["current_value"] == value
    world.look(after=60)
    (finding,) = api.get(DMARC).data["findings"]
    assert finding["severity"] == "error"


def test_a_dns_that_does_not_answer_is_pending(api: Api, world: World) -> None:
    put(api, DMARC)
    for kind in ("CNAME", "TXT"):
        api.zone["_dmarc.orchard.example", kind] = FAILED
    seen = api.post(VERIFY).data
    assert (seen["overall_status"], seen["cname"]["error"]) == ("pending", "timeout")


def test_verifying_by_post_goes_on_at_once(api: Api, world: World) -> None:
    put(api, DMARC)
    api.hosting.checks.sent.clear()
    assert api.get(VERIFY).status == 200
    assert api.hosting.checks.sent == []
    first = api.post(VERIFY, idempotency_key="k1")
    again = api.post(VERIFY, idempotency_key="k1")
    assert (first.data, again.headers["Idempotent-Replayed"]) == (again.data, "true")
    assert [(check.domain, delay) for check, delay in api.hosting.checks.sent] == [(DOMAIN.id, 0)]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", [DMARC, MTA_STS])
def test_what_is_off_cannot_be_verified(api: Api, method: str, path: str) -> None:
    assert refusal(api.call(method, f"{path}/verify")) == (409, "conflict", "id")
    assert api.hosting.checks.sent == []


@pytest.mark.statement("15.4")
def test_switched_off_the_record_goes_on_answering(api: Api, world: World) -> None:
    put(api, DMARC, {"record": REJECT})
    world.point(Service.DMARC)
    world.settle(2)
    off = api.delete(DMARC)
    assert (off.status, off.data["enabled"], off.data["disabled_at"]) == (200, False, "2026-11-21T12:00:00Z")
    assert (off.data["record"], off.data["txt_record"]["status"]) == (REJECT, "published")
    assert off.data["overall_status"] is None
    assert api.delete(DMARC).data == off.data
    assert api.get(HOSTING).data["cname_records"] == []


def test_switched_on_again_it_is_the_last_record(api: Api) -> None:
    put(api, DMARC, {"record": REJECT})
    api.delete(DMARC)
    assert put(api, DMARC).data["record"] == REJECT


def test_two_editors_do_not_overwrite_each_other(api: Api) -> None:
    tag = put(api, DMARC).headers["ETag"]
    assert api.get(DMARC).headers["ETag"] == tag == '"1"'
    assert put(api, DMARC, {"record": REJECT}, tag).headers["ETag"] == '"2"'
    late = put(api, DMARC, if_match=tag)
    assert refusal(late) == (412, "precondition_failed", "If-Match")
    assert refusal(api.call("DELETE", DMARC, headers={"if-match": tag}))[0] == 412
    assert put(api, DMARC, if_match="*").status == 200
    assert api.call("DELETE", DMARC, headers={"if-match": 'W/"3"'}).status == 200


@pytest.mark.parametrize("tag", ["1", '"x"', '"1", "2"', '"9999999999999999"', "", '"' + "1" * 200 + '"'])
@pytest.mark.parametrize("path", [DMARC, MTA_STS])
def test_an_etag_that_never_was_one_is_refused(api: Api, path: str, tag: str) -> None:
    assert put(api, path, if_match=tag).status == 400
    assert api.call("DELETE", path, headers={"if-match": tag}).status == 400


@pytest.mark.statement("15.2")
@pytest.mark.parametrize(("path", "body"), [(DMARC, {}), (MTA_STS, {"mx": ["mx.orchard.example"]})])
def test_an_unverified_domain_hosts_nothing(api: Api, path: str, body: dict[str, Any]) -> None:
    unverified(api)
    refused = put(api, path, body)
    assert refusal(refused) == (422, "unprocessable_entity", "id")
    assert "_postseal.orchard.example" in refused.error["message"]
    assert api.hosting.hostings.stored == {}

    api.publish_proof("ud_19")
    assert put(api, path, body).status == 200
    assert api.domains.stored[DOMAIN.account, DOMAIN.id].proof is Proof.TXT_RECORD


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"record": "v=spf1 -all"}, 422),
        ({"record": "v=DMARC1; p=none"}, 422),
        ({"record": f"v=DMARC1; {OWN}"}, 422),
        ({"record": f"v=DMARC1; p=none; p=reject; {OWN}"}, 422),
        ({"record": f"{REJECT}; x={'y' * 1_000}"}, 422),
        ({"record": f"{REJECT}; x=\u00fc"}, 422),
        ({"record": "v=DMARC1" + ";" * 5_000}, 400),
        ({"record": 1}, 400),
        ([], 400),
    ],
)
def test_records_that_are_not_hosted(api: Api, body: Any, status: int) -> None:
    refused = api.call("PUT", DMARC, body=json.dumps(body))
    assert refused.status == status
    assert refused.error["param"] in ("record", "body")
    assert api.hosting.hostings.stored == {}


def test_a_parked_domain_rejects(api: Api) -> None:
    parked(api)
    weak = put(api, DMARC, {"record": f"v=DMARC1; p=reject; sp=none; {OWN}"})
    assert refusal(weak) == (422, "unprocessable_entity", "record")
    assert refusal(put(api, DMARC, {"record": REJECT}))[0] == 422, "sp has to be said"
    assert put(api, DMARC).data["record"].startswith("v=DMARC1; p=reject; sp=reject; np=reject;")


def test_what_is_hosted_keeps_a_domain_from_being_parked(api: Api) -> None:
    put(api, DMARC, {"record": f"v=DMARC1; p=none; {OWN}"})
    assert refusal(api.patch("/domains/ud_19", {"parked": True})) == (409, "conflict", "parked")
    put(api, DMARC, {"record": f"v=DMARC1; p=reject; sp=reject; {OWN}"})
    put(api, MTA_STS, {"mx": ["mx.orchard.example"]})
    assert refusal(api.patch("/domains/ud_19", {"parked": True})) == (409, "conflict", "parked")
    no_tls = {"report_kinds": {"tls": False}}
    assert refusal(api.patch("/domains/ud_19", no_tls)) == (409, "conflict", "report_kinds.tls")
    assert api.call("DELETE", MTA_STS).status == 200
    assert api.patch("/domains/ud_19", {"parked": True, **no_tls}).data["parked"] is True


def test_zones_that_are_full_take_nobody(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    full = {"Z1": DOMAINS_PER_ZONE, "Z2": DOMAINS_PER_ZONE}
    monkeypatch.setattr(api.hosting.hostings, "loads", lambda zones: full)
    assert put(api, DMARC).error["code"] == "conflict"


@pytest.mark.parametrize(("method", "path"), [("PUT", DMARC), ("GET", HOSTING), ("POST", VERIFY)])
def test_an_account_without_a_subscription_hosts_nothing(api: Api, method: str, path: str) -> None:
    api.change_account(status=Status.EXPIRED)
    assert refusal(api.call(method, path, body="{}"))[:2] == (403, "subscription_required")


@pytest.mark.parametrize("reference", ["19", "orchard.example", "ORCHARD.example", "ud_19"])
def test_a_domain_has_several_names(api: Api, reference: str) -> None:
    assert api.get(f"/domains/{reference}/hosting").data["domain"] == "orchard.example"


def test_a_path_of_none_is_404_and_another_method_405(api: Api) -> None:
    assert api.get(f"{HOSTING}/spf").status == 404
    assert api.call("PATCH", DMARC, body="{}").headers["Allow"] == "DELETE, GET, PUT"
