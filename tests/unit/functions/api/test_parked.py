from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.core.plans import plan_named
from tests.unit.core.world import ACCOUNT, DOMAIN, fact, row, said
from tests.unit.functions.api.client import Answer, Api, day_of


def park(api: Api, domain: str = DOMAIN.name, *, parked: bool = True) -> Answer:
    return api.patch(f"/domains/{domain}", {"parked": parked})


def refusal(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error["code"], answer.error["param"]


def shown(data: Any) -> tuple[int | None, str | None]:
    return data["parked_domain_credits"], data["parked_domain_status"]


def test_a_parked_domain_shows_the_credits_that_are_left(api: Api) -> None:
    allowed = ACCOUNT.plan.parked_credits
    assert shown(api.get(f"/domains/{DOMAIN.name}").data) == (None, None)
    assert shown(park(api).data) == (allowed, "active")

    last_month = fact(said(row(count=9), report_id="b", day=day_of(-25)))
    api.file(fact(said(row(count=30), report_id="a")), last_month)

    assert shown(api.get(f"/domains/{DOMAIN.name}").data) == (allowed - 30, "active")
    assert shown(api.get("/domains").data[0]) == (allowed - 30, "active")
    parked = api.get("/account").data["parked"]
    assert (parked["credits_used"], parked["credits_left"]) == (30, allowed - 30)


def test_used_up_credits_stop_parking_and_nothing_else(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, parked_credits=10))
    park(api)
    other = api.post("/domains", {"domain": "vine.example"}).data["id"]
    api.file(fact(said(row(count=30), report_id="a")))

    assert shown(api.get(f"/domains/{DOMAIN.name}").data) == (0, "credits_used_up")
    assert refusal(park(api, other)) == (422, "plan_limit_reached", "parked")
    assert park(api).status == 200
    assert api.patch(f"/domains/{other}", {"notes": "x"}).status == 200
    assert len(api.get("/reports").data) == 1
    api.now += 40 * 86_400
    assert park(api, other).status == 200


def test_the_plan_limits_parked_domains(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, parked_domains=1))
    other = api.post("/domains", {"domain": "vine.example"}).data["id"]
    assert park(api).status == 200

    assert refusal(park(api, other)) == (422, "plan_limit_reached", "id")
    assert api.get(f"/domains/{other}").data["parked"] is False
    assert park(api, parked=False).status == 200
    assert park(api, other).status == 200


def test_a_parked_domain_leaves_its_active_place(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, included_domains=1))
    other = api.post("/domains", {"domain": "vine.example"}).data["id"]
    api.publish_proof(other)
    assert api.post(f"/domains/{other}/activate").status == 422

    park(api)

    assert api.post(f"/domains/{other}/activate").status == 200
    assert refusal(park(api, parked=False)) == (422, "unprocessable_entity", "id")


def test_the_plan_limits_how_many_domains_there_are(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, domains=2), extra_domains=1)

    added = [api.post("/domains", {"domain": f"d{number}.example"}) for number in range(3)]

    assert [answer.status for answer in added] == [201, 201, 422]
    assert refusal(added[2]) == (422, "plan_limit_reached", "domain")


def test_a_plan_without_failure_reports_keeps_none(api: Api) -> None:
    api.change_account(plan=plan_named("basic"))
    path = f"/domains/{DOMAIN.name}"
    wanted = {"report_kinds": {"failure": True}}

    assert api.patch(path, {"report_kinds": {"failure": False}}).status == 200
    assert refusal(api.patch(path, wanted)) == (422, "plan_limit_reached", "report_kinds.failure")
    api.change_account(plan=ACCOUNT.plan)
    assert api.patch(path, wanted).status == 200


@pytest.mark.parametrize("base", ["dmarc", "mta-sts"])
def test_a_plan_without_hosting_hosts_nothing(api: Api, base: str) -> None:
    api.change_account(plan=plan_named("basic"))
    body: dict[str, Any] = {"record": "v=DMARC1; p=none", "mode": "testing", "mx": ["mx.example"]}
    text = json.dumps({**body, "max_age": 86_400})

    answer = api.call("PUT", f"/domains/{DOMAIN.name}/hosting/{base}", body=text)

    assert (answer.status, answer.error["code"]) == (422, "plan_limit_reached")
