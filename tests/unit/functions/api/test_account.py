from __future__ import annotations

import pytest

from shared.core.accounts import Status
from tests.unit.core.world import NOW, fact, row, said
from tests.unit.functions.api.client import DMARCTRUST, V1, Api, day_of

SHOWN = (
    *("id", "email", "reporting_address", "report_domain", "operator", "requests_per_minute", "created_at"),
    *("subscription", "usage"),
)


@pytest.mark.parametrize("base", [V1, DMARCTRUST])
def test_the_account_says_who_it_is_and_what_its_plan_allows(api: Api, base: str) -> None:
    answer = api.get(f"{base}/account")
    assert answer.status == 200
    assert answer.json["meta"] == {"request_id": "req-1"}
    assert {name: answer.data[name] for name in SHOWN} == {
        "id": "usr_7",
        "email": "postmaster@orchard.example",
        "reporting_address": "acct@reports.example",
        "report_domain": "reports.example",
        "operator": False,
        "requests_per_minute": 30,
        "created_at": "2026-11-21T12:00:00Z",
        "subscription": {
            "plan": "starter",
            "status": "active",
            "included_domains": 5,
            "extra_domains": 0,
            "total_allowed_domains": 5,
            "active_domains": 1,
            "retention_days": 90,
            "current_period_end": None,
        },
        "usage": {"reports_30d": 0, "messages_30d": 0},
    }


def test_usage_counts_reports_and_messages_of_thirty_days(api: Api) -> None:
    api.file(
        fact(said(row(count=5), report_id="a")),
        fact(said(row(count=7), report_id="b", day=day_of(-29))),
        fact(said(row(count=100), report_id="c", day=day_of(-40))),
    )
    assert api.get("/account").data["usage"] == {"reports_30d": 2, "messages_30d": 12}


def test_extra_domains_and_the_end_of_the_period_show(api: Api) -> None:
    api.change_account(extra_domains=1, current_period_end=NOW + 86_400)
    subscription = api.get("/account").data["subscription"]
    assert subscription["total_allowed_domains"] == 6
    assert subscription["current_period_end"] == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize("changes", [{"status": Status.EXPIRED}, {"current_period_end": NOW - 1}])
@pytest.mark.parametrize("path", ["/account", "/domains", "/reports", "/quarantine"])
def test_a_plan_that_has_run_out_is_403(api: Api, changes: dict[str, object], path: str) -> None:
    api.change_account(**changes)
    answer = api.get(path)
    assert (answer.status, answer.error["code"]) == (403, "subscription_required")


def test_keys_can_still_be_revoked_when_the_plan_has_run_out(api: Api) -> None:
    api.change_account(status=Status.EXPIRED)
    (key,) = api.get("/api-keys").data
    assert api.delete(f"/api-keys/{key['id']}").status == 204
