"""What is told of a domain's DNS, after looks at one that can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.core.ids import DomainId
from shared.core.queues import DnsCheck
from shared.core.watching.schedule import Turn
from tests.fakes.dns import FAILED
from tests.unit.core.watching.world import CHECK, DMARC, KEY, NAME, SELECTOR, SPF
from tests.unit.core.world import ACCOUNT, fact, row, said
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.hosting import DMARC as HOSTED_DMARC
from tests.unit.functions.api.hosting import put

PENDING = {"status": "pending", "record": None}


def dns(api: Api) -> Any:
    answer = api.get("/domains/ud_19/dns")
    assert answer.status == 200
    return answer.data


def test_nothing_is_known_before_the_first_check(api: Api) -> None:
    found = dns(api)
    assert found["domain"] == NAME
    assert (found["last_checked_at"], found["dns_status"], found["exists"]) == (None, "pending", None)
    assert found["dmarc"].items() >= {**PENDING, "policy": None, "dmarctrust_configured": None}.items()
    assert found["spf"].items() >= {**PENDING, "all_mechanism": None, "spf_status": None}.items()
    for part in ("bimi", "dkim", "mx", "mta_sts", "tls_rpt"):
        assert found[part].items() >= PENDING.items()
    assert set(map(str, found["records"].values())) == {"[]"}


def test_a_check_can_be_asked_for(api: Api) -> None:
    answer = api.post(f"/domains/{NAME}/refresh_dns")
    assert (answer.status, answer.data["id"]) == (202, "ud_19")
    assert api.dns_checks.sent == [(CHECK, 0)]


def test_a_healthy_domain(api: Api, look: Callable[..., None]) -> None:
    look()
    found = dns(api)
    assert (found["dns_status"], found["last_checked_at"]) == ("valid", "2026-11-21T12:00:00Z")
    assert (
        found["dmarc"].items()
        >= {
            "status": "valid",
            "record": DMARC,
            "policy": "reject",
            "effective_policy": "reject",
            "policy_domain": NAME,
            "dmarctrust_configured": True,
            "configuration": None,
            "dmarc_status": "dmarc_record_published",
            "dmarc_valid": False,
            "since": "2026-11-21T12:00:00Z",
            "failing_since": None,
        }.items()
    )
    spf = {"status": "valid", "record": SPF, "all_mechanism": "-all", "spf_status": "valid", "lookups": 0}
    assert found["spf"].items() >= spf.items()
    assert (found["mta_sts"]["mta_sts_status"], found["exists"]) == ("mta_sts_inactive", True)
    assert found["dkim"]["status"] == "unknown"
    assert (
        found["records"]["dmarc_records"][0].items()
        >= {
            "content": f'"{DMARC}"',
            "name": f"_dmarc.{NAME}",
            "type": "TXT",
            "resolved": None,
        }.items()
    )
    (item,) = api.get("/domains").data
    assert item["dns_status_message"] == "DNS verified"
    assert item["dns"]["dmarc_policy"] == "reject"


def test_selectors_that_reports_name_are_looked_at(api: Api, look: Callable[..., None]) -> None:
    api.file(fact(said(row(selector=SELECTOR))))
    look()
    found = dns(api)
    (key,) = found["dkim"]["keys"]
    assert (
        key.items() >= {"selector": SELECTOR, "status": "valid", "record": KEY, "key_type": "ed25519"}.items()
    )
    assert found["dmarc"]["dmarc_status"] == "dmarc_active"
    api.now += 40 * 86_400
    assert dns(api)["dmarc"]["dmarc_status"] == "dmarc_record_published"


def test_a_dead_dns_takes_nothing_away(api: Api, look: Callable[..., None]) -> None:
    look()
    api.zone.update(dict.fromkeys(api.zone, FAILED))
    look(after=3_600)
    found = dns(api)
    assert (found["dmarc"]["status"], found["dmarc"]["record"]) == ("valid", DMARC)
    assert found["dmarc"]["failing_since"] == "2026-11-21T13:00:00Z"
    assert found["dmarc"]["last_answer_at"] == "2026-11-21T12:00:00Z"


def test_the_wanted_record_is_ours_until_there_is_a_wish(api: Api, look: Callable[..., None]) -> None:
    look()
    assert "mailto:dom@reports.example" in dns(api)["dmarc"]["wanted_record"]
    spaced = DMARC.replace("; ", " ;  ")
    assert api.patch("/domains/ud_19", {"wanted_dmarc_record": spaced}).status == 200
    assert (dns(api)["dmarc"]["wanted_record"], dns(api)["dmarc"]["dmarc_valid"]) == (spaced, True)
    assert api.patch("/domains/ud_19", {"wanted_dmarc_record": ""}).status == 200
    assert dns(api)["dmarc"]["dmarc_valid"] is False


def test_the_hosted_record_is_the_wanted_one(api: Api) -> None:
    own = "rua=mailto:dom@reports.example; ruf=mailto:dom@reports.example"
    put(api, HOSTED_DMARC, {"record": f"v=DMARC1; p=quarantine; {own}"})
    api.patch("/domains/ud_19", {"wanted_dmarc_record": DMARC})
    assert dns(api)["dmarc"]["wanted_record"] == f"v=DMARC1; p=quarantine; {own}"


@pytest.mark.parametrize(
    "wish", ["v=spf1 -all", "v=DMARC1; p=maybe; p=none", "v=DMARC1; p=none;" + " " * 1_000]
)
def test_what_receivers_cannot_use_is_no_wish(api: Api, wish: str) -> None:
    answer = api.patch("/domains/ud_19", {"wanted_dmarc_record": wish})
    assert (answer.status, answer.error["param"]) == (422, "wanted_dmarc_record")


def test_the_wanted_record_of_a_parked_domain_rejects(api: Api) -> None:
    api.patch("/domains/ud_19", {"parked": True})
    assert "p=reject" in dns(api)["dmarc"]["wanted_record"]


def test_history_tells_what_was_seen_twice(api: Api, look: Callable[..., None]) -> None:
    look()
    for policy in ("none", "quarantine", "none"):
        api.zone[f"_dmarc.{NAME}", "TXT"] = [DMARC.replace("reject", policy)]
        look(after=600)
        look(after=600)
    api.zone[NAME, "TXT"] = ["v=spf1 +all"]
    look(after=600)

    first = api.get("/domains/ud_19/dns/history", limit=2)
    assert [each["after"][0].partition("; ")[2][:8] for each in first.data] == ["p=none; ", "p=quaran"]
    assert first.data[0].items() >= {"kind": "dmarc", "changed_at": "2026-11-21T12:50:00Z"}.items()
    assert first.json["meta"]["total_count"] == 3
    rest = api.get("/domains/ud_19/dns/history", limit=2, cursor=first.json["meta"]["next_cursor"])
    assert [each["before"] for each in rest.data] == [[f"_dmarc.{NAME} TXT {DMARC}"]]
    assert rest.json["meta"]["next_cursor"] is None
    rows = api.get("/domains/ud_19/dns/history", format="csv").body.decode().splitlines()
    assert rows[0] == "id,kind,changed_at,before,after"
    assert len(rows) == 4


def test_history_ends_where_the_plan_does(api: Api, look: Callable[..., None]) -> None:
    look()
    del api.zone[f"_dmarc.{NAME}", "TXT"]
    look(after=600, times=2)
    assert len(api.get("/domains/ud_19/dns/history").data) == 1
    api.now += ACCOUNT.plan.retention_days * 86_400
    assert api.get("/domains/ud_19/dns/history").data == []


def test_a_new_domain_is_looked_at_and_an_active_one_watched(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, included_domains=9, check_interval=24))
    number = DomainId(int(api.post("/domains", {"domain": "pear.example"}).data["id"].removeprefix("ud_")))
    check = DnsCheck(ACCOUNT.id, number)
    assert api.dns_checks.sent == [(check, 0)]
    assert api.dns_states.turns.stored == {}

    api.publish_proof("pear.example")
    assert api.post("/domains/pear.example/activate").status == 200
    assert api.post("/domains/pear.example/activate").status == 200
    assert api.dns_checks.sent == [(check, 0)] * 2
    assert list(api.dns_states.turns.stored.values()) == [Turn(ACCOUNT.id, number, 24)]

    assert api.post("/domains/pear.example/deactivate").status == 200
    assert api.dns_states.turns.stored == {}
