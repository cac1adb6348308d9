from __future__ import annotations

import pytest

from tests.fakes.dns import FAILED
from tests.unit.core.world import ACCOUNT
from tests.unit.functions.api.client import Api


def add(api: Api, name: str) -> str:
    answer = api.post("/domains", {"domain": name})
    assert answer.status == 201
    return str(answer.data["id"])


def test_activation_and_its_limit(api: Api) -> None:
    ids = [add(api, f"d{number}.example") for number in range(5)]
    for domain in ids:
        api.publish_proof(domain)
    for domain in ids[:4]:
        answer = api.post(f"/domains/{domain}/activate")
        assert (answer.status, answer.data["active"], answer.data["is_verified"]) == (200, True, True)
        assert answer.data["activated_at"] == "2026-11-21T12:00:00Z"
    assert api.post(f"/domains/{ids[4]}/activate").status == 422
    assert api.post(f"/domains/{ids[0]}/activate").status == 200
    off = api.post(f"/domains/{ids[0]}/deactivate")
    assert (off.status, off.data["active"]) == (200, False)
    assert api.post(f"/domains/{ids[4]}/activate").status == 200
    assert api.get(f"/domains/{ids[0]}").data["deactivated_at"] == "2026-11-21T12:00:00Z"


def test_an_unverified_domain_is_told_what_to_publish_when_it_is_activated(api: Api) -> None:
    domain = add(api, "new.example")
    record = api.get("/domains/new.example/verify").data["record"]

    refused = api.post(f"/domains/{domain}/activate")

    assert (refused.status, refused.error["code"], refused.error["param"]) == (
        422,
        "unprocessable_entity",
        "id",
    )
    assert record["name"] in refused.error["message"]
    assert record["value"] in refused.error["message"]
    assert api.get(f"/domains/{domain}").data["active"] is False


def test_a_dns_that_does_not_answer_is_not_called_missing(api: Api) -> None:
    domain = add(api, "new.example")
    api.zone["_postseal.new.example", "TXT"] = FAILED

    refused = api.post(f"/domains/{domain}/activate")

    assert refused.status == 422
    assert "gave no answer" in refused.error["message"]
    checks = api.post(f"/domains/{domain}/verify").data["checks"]
    assert [check["status"] for check in checks if check["proof"] == "txt_record"] == ["error"]


def test_verifying_shows_what_was_found_and_what_is_missing(api: Api) -> None:
    domain = add(api, "new.example")
    before = api.post(f"/domains/{domain}/verify")
    assert (before.status, before.data["is_verified"], before.data["proof"]) == (200, False, None)
    assert {check["status"] for check in before.data["checks"]} == {"missing"}

    api.publish_proof(domain)
    after = api.post(f"/domains/{domain}/verify").data

    assert (after["is_verified"], after["proof"]) == (True, "txt_record")
    assert after["verified_at"] == "2026-11-21T12:00:00Z"
    assert after["checks"][0]["status"] == "found"
    assert after["checks"][0]["name"] == "_postseal.new.example"
    api.zone.clear()
    again = api.post(f"/domains/{domain}/verify").data
    assert (again["is_verified"], again["checks"][0]["status"]) == (True, "missing")
    assert api.get(f"/domains/{domain}").data["verified_at"] == "2026-11-21T12:00:00Z"


def test_our_reporting_address_in_the_dmarc_record_is_a_proof(api: Api) -> None:
    domain = add(api, "new.example")
    api.zone["_dmarc.new.example", "TXT"] = [f"v=DMARC1; p=none; rua=mailto:{ACCOUNT.token}@reports.example"]
    assert api.post(f"/domains/{domain}/activate").data["is_verified"] is True
    assert api.get(f"/domains/{domain}/verify").data["proof"] == "reporting_address"


def test_a_domain_below_a_verified_one_is_verified(api: Api) -> None:
    domain = add(api, "mail.orchard.example")
    assert api.post(f"/domains/{domain}/activate").status == 200
    seen = api.post(f"/domains/{domain}/verify").data
    assert seen["proof"] == "parent_domain"
    assert seen["checks"][-1]["name"] == "orchard.example"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_verifies_the_domain_of_a_stranger(api: Api, method: str) -> None:
    assert api.call(method, "/domains/nobody.example/verify").status == 404


def test_a_domain_can_be_parked(api: Api) -> None:
    assert api.patch("/domains/ud_19", {"parked": True}).data["parked"] is True
    assert api.patch("/domains/ud_19", {"notes": "x"}).data["parked"] is True
    assert api.patch("/domains/ud_19", {"parked": "perhaps"}).status == 400
