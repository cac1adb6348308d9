"""Issues, tasks, policy plans and simulations through the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.api.advice.schemas import MOST_SOURCES
from shared.core import ids
from shared.core.advice.ledger import Kind
from shared.core.advice.planning import Recommendation
from shared.core.ids import DomainId
from tests.unit.core.advice.worlds import looked, zone
from tests.unit.core.world import DOMAIN, NOW, TODAY, fact, row, said
from tests.unit.functions.api.advising import advice, advise, matter
from tests.unit.functions.api.client import Api

ISSUES = ("dmarc_missing", "spf_ptr", "dkim_key_short")


@pytest.fixture
def many(api: Api) -> Api:
    times: dict[str, Any] = {
        "dmarc_missing": {"created": int(NOW) - 86_400},
        "dkim_key_short": {"solved": int(NOW)},
    }
    found = [matter(Kind.ISSUE, rule, subject="s1", **times.get(rule, {})) for rule in ISSUES]
    steps = [
        matter(Kind.TASK, "publish_dmarc"),
        matter(Kind.TASK, "align_sender", subject="m.example", ignored=True),
    ]
    advise(api, *found, *steps)
    return api


def rules(api: Api, path: str = "/issues", **query: Any) -> list[str]:
    answer = api.get(path, **query)
    assert answer.status == 200, answer.body
    return [each["rule" if path == "/issues" else "step"] for each in answer.data]


def test_an_issue_is_shown_whole(many: Api) -> None:
    (shown,) = many.get("/issues", created_before=str(TODAY)).data
    assert shown == {
        "id": shown["id"],
        "rule": "dmarc_missing",
        "domain_id": "ud_19",
        "domain": "orchard.example",
        "subject": "s1",
        "problem": "orchard.example has no DMARC record.",
        "solution": shown["solution"],
        "details": "Details.",
        "created_at": "2026-11-20T12:00:00Z",
        "reopened_at": None,
        "solved_at": None,
        "ignore": False,
    }
    assert many.get(f"/issues/{shown['id']}").data == shown
    assert many.get(f"/issues/{shown['id'].removeprefix('iss_')}").data == shown


def test_a_task_is_shown_whole(many: Api) -> None:
    (shown,) = many.get("/tasks", ignored="false").data
    assert (shown["step"], shown["category"], shown["solved"], shown["solve_time"]) == (
        "publish_dmarc",
        "publish",
        False,
        None,
    )
    assert shown["subject"] is None
    assert many.get(f"/tasks/{shown['id']}").data == shown
    assert many.get(f"/issues/{shown['id'].removeprefix('task_')}").status == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"dmarc_missing", "spf_ptr", "dkim_key_short"}),
        ({"solved": "true"}, {"dkim_key_short"}),
        ({"solved": "false", "ignored": "false"}, {"dmarc_missing", "spf_ptr"}),
        ({"ignored": "true"}, set()),
        ({"created_after": "2026-11-21T00:00:00Z"}, {"spf_ptr", "dkim_key_short"}),
        ({"created_before": "2026-11-21"}, {"dmarc_missing"}),
        ({"domain": "orchard.example"}, {"dmarc_missing", "spf_ptr", "dkim_key_short"}),
        ({"group_id": "grp_1"}, {"dmarc_missing", "spf_ptr", "dkim_key_short"}),
        ({"assigned_to_group": "true"}, set()),
        ({"domain_state": "inactive"}, set()),
        ({"domain_state": "unknown", "top_level": "true"}, {"dmarc_missing", "spf_ptr", "dkim_key_short"}),
    ],
)
def test_filters_of_issues(many: Api, query: dict[str, str], found: set[str]) -> None:
    assert set(rules(many, **query)) == found


def test_pages_follow_each_other_and_belong_to_their_ordering(many: Api) -> None:
    for ordering in ("created", "-created", "solved", "-solved", "domain", "-domain"):
        whole = rules(many, ordering=ordering)
        first = many.get("/issues", ordering=ordering, limit=2)
        cursor = first.json["meta"]["next_cursor"]
        second = many.get("/issues", ordering=ordering, limit=2, cursor=cursor)
        assert [each["rule"] for each in first.data + second.data] == whole
        assert second.json["meta"] | {"request_id": ""} == {
            "request_id": "",
            "has_more": False,
            "next_cursor": None,
        }
        refused = many.get(
            "/issues", ordering="created" if ordering != "created" else "domain", cursor=cursor
        )
        assert (refused.status, refused.error["param"]) == (400, "cursor")
    assert rules(many, ordering="solved")[-1] == "dkim_key_short"
    assert rules(many, "/tasks", ordering="category") == ["align_sender", "publish_dmarc"]
    for ordering in ("solve_time", "-resolved"):
        assert set(rules(many, "/tasks", ordering=ordering)) == {"align_sender", "publish_dmarc"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"ordering": "name"}, 400),
        ({"cursor": "!"}, 400),
        ({"cursor": "W10"}, 400),
        ({"created_after": "yesterday"}, 400),
        ({"created_after": "2026-02-30"}, 400),
        ({"domain": "elsewhere.example"}, 404),
        ({"group_id": "grp_99"}, 404),
        ({"limit": "0"}, 400),
        ({"domain_state": "x"}, 400),
    ],
)
def test_what_cannot_be_asked_is_refused(many: Api, query: dict[str, str], status: int) -> None:
    for path in ("/issues", "/tasks"):
        assert many.get(path, **query).status == status


def test_lists_are_csv_as_well(many: Api) -> None:
    for path in ("/issues", "/tasks", "/policy-domains", "/policy-filters"):
        answer = many.call("GET", path, headers={"Accept": "text/csv"})
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(("path", "param"), [("/issues", "issue_id"), ("/tasks", "task_id")])
def test_what_is_ignored_counts_for_nothing_until_it_is_not(api: Api, path: str, param: str) -> None:
    number = advice(api)[param]
    noun = path.removeprefix("/")
    assert api.get("/domain-groups").data[0][noun] == 1
    changed = api.call("PUT", f"{path}/{number}", body='{"ignore": true}')
    assert (changed.status, changed.data["ignore"]) == (200, True)
    assert api.get("/domain-groups/grp_1").data[noun] == 0
    assert api.patch(f"{path}/{number}", {}).data["ignore"] is True
    assert api.patch(f"{path}/{number}", {"ignore": False}).data["ignore"] is False
    assert api.get("/domain-groups/grp_1").data[noun] == 1
    assert api.call("PUT", f"{path}/{number}", body="{}").status == 400
    assert api.call("PUT", f"{path}/{noun[:3]}_5", body='{"ignore": true}').status == 404


def test_policy_plans_are_listed_by_filters(api: Api) -> None:
    advise(api, ready=True, recommendation=Recommendation.QUARANTINE, messages=200, passed=190)
    other = replace(DOMAIN, id=DomainId(20), name="vine.example", token="vine")
    api.domains.add(other)
    advise(api, domain=other)
    first, second = api.get("/policy-domains").data
    assert first == {
        "id": "ud_19",
        "domain": "orchard.example",
        "current_policy": "none",
        "testing": False,
        "policy_ready": True,
        "recommendation": "quarantine",
        "message_count": 200,
        "dmarc_compliance_percent": 95.0,
        "days_at_policy": 40,
        "issue_count": 0,
        "task_count": 0,
    }
    assert second["dmarc_compliance_percent"] is None
    made = api.post("/policy-filters", {"domains": ["vine.example"]})
    assert made.status == 201
    for query, found in (
        ({"policy_ready": "true"}, ["ud_19"]),
        ({"recommendation": "none"}, ["ud_20"]),
        ({"filter_id": made.data["id"]}, ["ud_20"]),
        ({"filter_id": made.data["id"], "policy_ready": "true"}, []),
    ):
        assert [each["id"] for each in api.get("/policy-domains", **query).data] == found
    page = api.get("/policy-domains", limit=1)
    rest = api.get("/policy-domains", limit=1, cursor=page.json["meta"]["next_cursor"])
    assert [page.data[0]["id"], rest.data[0]["id"]] == ["ud_19", "ud_20"]
    assert api.get("/policy-domains", filter_id="pf_9").status == 404


def test_policy_filters_are_made_listed_read_and_deleted(api: Api) -> None:
    assert api.get("/policy-filters").data == []
    made = [api.post("/policy-filters", {"domains": ["ud_19"]}).data for _ in range(3)]
    assert made[0]["domains"] == ["ud_19"]
    page = api.get("/policy-filters", limit=2)
    rest = api.get("/policy-filters", limit=2, cursor=page.json["meta"]["next_cursor"])
    assert page.data + rest.data == made
    assert api.get(f"/policy-filters/{made[0]['id']}").data == made[0]
    assert api.delete(f"/policy-filters/{made[0]['id']}").status == 204
    assert api.get(f"/policy-filters/{made[0]['id']}").status == 404
    assert api.post("/policy-filters", {"domains": []}).status == 422
    assert api.post("/policy-filters", {"domains": ["ud_5"]}).status == 404


def mailed(api: Api, *, days: int = 20, passing: bool) -> None:
    """Reports of two receivers, of the domain's own server and of a service that is aligned or not."""
    result = "pass" if passing else "fail"
    own = row("192.0.2.1", 50)
    service = row(
        "192.0.2.9",
        30,
        dkim=result,
        spf="fail",
        signed_by="orchard.example" if passing else "sendgrid.net",
        returned_to="sendgrid.net",
    )
    api.file(
        *(
            fact(said(own, service, day=TODAY - timedelta(days=ago), reporter=name, report_id=f"{name}{ago}"))
            for ago in range(days)
            for name in ("google.com", "yahoo.com")
        )
    )


def test_the_plan_says_not_ready_and_why_and_then_ready(api: Api) -> None:
    """The misaligned sender is fixed, and the reports show it."""
    api.dns_states.replace(replace(looked(zone(), now=NOW - 40 * 86_400), version=1), (), expires=2**40)
    mailed(api, passing=False)
    plan = api.get("/domains/ud_19/policy-plan").data
    assert (plan["policy_ready"], plan["recommendation"], plan["days_at_policy"]) == (False, "none", 40)
    assert {each["code"] for each in plan["blockers"]} == {"compliance", "failing_sources"}
    (source,) = plan["sources"]
    assert (source["sender_domain"], source["failing"], source["yours"]) == ("sendgrid.com", 1_200, True)
    assert plan["dmarc_compliance_percent"] == 62.5

    api.reports.facts.clear()
    mailed(api, passing=True)
    fixed = api.get("/domains/orchard.example/policy-plan").data
    assert (fixed["policy_ready"], fixed["recommendation"], fixed["blockers"]) == (True, "quarantine", [])
    assert fixed["sources"] == []


def test_who_published_the_policy_before_it_was_watched_says_since_when(api: Api) -> None:
    seen = replace(looked(zone(), now=NOW - 5 * 86_400), version=1)
    api.dns_states.replace(seen, (), expires=2**40)
    mailed(api, passing=True)

    def asked(**query: Any) -> tuple[int, bool, list[str]]:
        plan = api.get("/domains/ud_19/policy-plan", **query).data
        return plan["days_at_policy"], plan["policy_ready"], [each["code"] for each in plan["blockers"]]

    assert asked() == (5, False, ["short_time"])
    assert asked(published_since=str(TODAY - timedelta(days=30))) == (30, True, [])
    assert asked(published_since=str(TODAY)) == (5, False, ["short_time"])
    assert api.get("/domains/ud_19/policy-plan").data["days_at_policy"] == 5
    assert api.get("/domains/ud_19/policy-plan", published_since="yesterday").status == 400
    tomorrow = api.get("/domains/ud_19/policy-plan", published_since=str(TODAY + timedelta(days=1)))
    assert (tomorrow.status, tomorrow.error["param"]) == (400, "published_since")


def test_thousands_of_forgers_fit_an_answer(api: Api) -> None:
    forgers = MOST_SOURCES + 5
    claimed = (f"forger{number}.example" for number in range(forgers))
    rows = (row(dkim="fail", spf="fail", signed_by=name, returned_to=name) for name in claimed)
    api.file(fact(said(*rows)))
    plan = api.get("/domains/ud_19/policy-plan").data
    simulated = api.post("/domains/ud_19/simulate", {"p": "reject"}).data
    assert simulated["simulated"]["rejected"] == forgers
    for found in (plan, simulated):
        assert (len(found["sources"]), found["source_count"]) == (MOST_SOURCES, forgers)


def test_a_plan_without_anything_known_says_so(api: Api) -> None:
    assert api.get("/domains/ud_19/policy-plan", published_since="2026-01-01").data["days_at_policy"] is None
    plan = api.get("/domains/ud_19/policy-plan").data
    assert (plan["current_policy"], plan["days_at_policy"], plan["policy_ready"]) == (None, None, False)
    assert [each["code"] for each in plan["blockers"]] == ["unknown_record"]


def test_a_simulation_tells_what_would_have_been_lost_by_source(api: Api) -> None:
    mailed(api, days=3, passing=False)
    body = {"p": "reject", "start_date": str(TODAY - timedelta(days=1))}
    found = api.post("/domains/ud_19/simulate", body)
    assert found.status == 200, found.body
    assert found.data["simulated"] == {
        "messages": 320,
        "delivered": 200,
        "quarantined": 0,
        "rejected": 120,
        "forwarded": 0,
    }
    assert found.data["reported"]["delivered"] == 320
    first = found.data["sources"][0]
    assert (first["sender_domain"], first["rejected"]) == ("sendgrid.com", 120)
    assert found.data["np_applied"] is False
    others: list[tuple[dict[str, Any], str]] = [
        ({"p": "reject", "t": True}, "quarantined"),
        ({"p": "none"}, "delivered"),
        ({"p": "reject", "sp": "none", "np": "reject", "adkim": "s", "aspf": "s"}, "rejected"),
    ]
    for policy, fate in others:
        assert api.post("/domains/ud_19/simulate", policy).data["simulated"][fate] >= 180


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"p": "monitor"}, 400),
        ({"p": "none", "adkim": "x"}, 400),
        ({"p": "none", "start_date": "2026-11-02", "end_date": "2026-11-01"}, 400),
        ({"p": "none", "start_date": "yesterday"}, 400),
        ({"p": "none", "start_date": "2026-02-30"}, 400),
        ({"p": "none", "start_date": "2026-11-01", "end_date": "2026-10-99"}, 400),
    ],
)
def test_simulations_that_cannot_be_are_refused(api: Api, body: dict[str, Any], status: int) -> None:
    assert api.post("/domains/ud_19/simulate", body).status == status


def test_ids_on_the_wire_are_those_of_the_ledger(api: Api) -> None:
    issue = matter(Kind.ISSUE, "spf_ptr")
    assert advice(api)["issue_id"] == ids.render(ids.ISSUE, issue.id)
