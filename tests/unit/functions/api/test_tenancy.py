"""No request of one account reaches anything of another: over every route of the document."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from functions.api.docs.build import routes
from shared.core import ids
from shared.core.ids import DomainId
from tests.unit.core.world import DOMAIN, TODAY, fact, row, said
from tests.unit.functions.api.advising import advice
from tests.unit.functions.api.alerting import alert, webhook
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.detailing import detail_report
from tests.unit.functions.api.naming import sources
from tests.unit.functions.api.people import MEMBER, join
from tests.unit.functions.api.test_quarantine import entry
from tests.unit.functions.api.tls_reports import file_tls

OF_ONES_OWN = ("put_sender",)
"""Puts what the caller names as it likes, among its own: the name is nobody else's."""

WITH_ID = [
    (method, path)
    for method, path, operation in routes()
    if "{" in path and path.startswith("/v1") and operation not in OF_ONES_OWN
]
SOURCE = json.dumps({"name": "Mailer", "domain": "mailer.example"})
SENDER = {"name": "Cider press", "domain": "press.orchard.example", "category": "commerce"}
PASSWORDS = dict.fromkeys(("password_old", "password", "password_confirm"), "correct horse")
BODY = json.dumps(
    {
        **json.loads(SOURCE),
        **PASSWORDS,
        "domains": [],
        "users": [],
        "level": "write",
        "email": "new@orchard.example",
        "state": "closed",
        "ignore": True,
        "p": "none",
    }
)
"""All that some route cannot do without."""

PUBLIC = ("/v1/inspect", "/v1/validate")
"""What the DNS says, or the request itself: nobody's."""

OF_OWNERS = ("/v1/account/export",)
"""What no key opens."""

LISTS = [
    path
    for method, path, _ in routes()
    if method == "GET" and not path.startswith(PUBLIC) and "{" not in path and path not in OF_OWNERS
]


def theirs(api: Api) -> dict[str, list[str]]:
    """Every id of ``ACCOUNT``, in each of its forms, by the parameter that takes it."""
    brought = fact(said(row()))
    api.file(brought)
    api.set_aside(entry())
    api.mailbox.put("inbound/m1", b"mail")
    upload = api.call("POST", "/reports", body=b"x").data["id"]
    (key,) = api.get("/api-keys").data
    api.call("PUT", "/domains/ud_19/approved_sources/mailer", body=SOURCE)
    api.call("PUT", "/senders/cider-press", body=json.dumps(SENDER))
    group = api.post("/domain-groups", {"label": "orchards"}).data["id"]
    tag = api.post("/tags", {"name": "orchards"}).data["id"]
    join(api, MEMBER)
    raised, hook, delivery = alert(api), *webhook(api)
    file_tls(api)
    policy = api.get("/tls/policies").data[0]["id"]
    asked = {"start_date": TODAY.isoformat(), "end_date": TODAY.isoformat()}
    search = api.post("/failure-jobs", asked).data["search_token"]
    api.dns_checks.sent.clear()
    api.delivery_orders.sent.clear()
    return {
        "account_id": ["usr_7", "7"],
        "domain_id": ["ud_19", "19", "orchard.example"],
        "report_id": [ids.render(ids.REPORT, brought.summary.id), str(brought.summary.id)],
        "entry_id": [ids.render(ids.QUARANTINE, entry().id), str(entry().id)],
        "upload_id": [upload],
        "key_id": [key["id"]],
        "group_id": [group, group.removeprefix("grp_")],
        "tag_id": [tag, tag.removeprefix("tag_")],
        "user_id": ["user_13", "13"],
        "slug": ["mailer"],
        **{param: [made] for param, made in (detail_report(api) | sources(api)).items()},
        "sender": ["cider-press"],
        **{param: [made] for param, made in advice(api).items()},
        "alert_id": [raised, raised.removeprefix("alr_")],
        "webhook_id": [hook, hook.removeprefix("whk_")],
        "delivery_id": [delivery],
        "tls_policy_id": [policy, policy.removeprefix("tlsp_")],
        "search_token": [search],
    }


@pytest.mark.parametrize(
    ("method", "path", "operator"),
    [
        (method, path, operator)
        for method, path in WITH_ID
        # The operator knows of accounts, and of nothing that is in them.
        for operator in ((False,) if "{account_id}" in path else (False, True))
    ],
)
def test_the_things_of_others_are_404(api: Api, method: str, path: str, operator: bool) -> None:
    found = theirs(api)
    stranger = replace(other_account(), operator=operator)
    api.accounts.add(stranger)
    key = api.new_key(stranger)
    before = (
        dict(api.domains.stored),
        list(api.reports.facts),
        dict(api.quarantine.stored),
        len(api.keys.stored),
        dict(api.dns_states.sources.stored),
        dict(api.hosting.hostings.stored),
        dict(api.groups.stored),
        dict(api.tags.stored),
        dict(api.members.stored),
        dict(api.users.stored),
        list(api.letters.sent),
        dict(api.advices.stored),
        dict(api.policy_filters.stored),
        dict(api.source_filters.stored),
        dict(api.favourites.stored),
        dict(api.alerts.stored),
        dict(api.webhooks.stored),
        dict(api.deliveries.stored),
    )
    param, *others = re.findall(r"{(\w+)}", path)
    for other in others:
        path = path.replace(f"{{{other}}}", found[other][0])
    for reference in found[param]:
        answer = api.call(method, path.replace(f"{{{param}}}", reference), key=key, body=BODY)
        assert (answer.status, answer.error["code"]) == (404, "not_found")
    after = (
        dict(api.domains.stored),
        list(api.reports.facts),
        dict(api.quarantine.stored),
        len(api.keys.stored),
        dict(api.dns_states.sources.stored),
        dict(api.hosting.hostings.stored),
        dict(api.groups.stored),
        dict(api.tags.stored),
        dict(api.members.stored),
        dict(api.users.stored),
        list(api.letters.sent),
        dict(api.advices.stored),
        dict(api.policy_filters.stored),
        dict(api.source_filters.stored),
        dict(api.favourites.stored),
        dict(api.alerts.stored),
        dict(api.webhooks.stored),
        dict(api.deliveries.stored),
    )
    assert after == before
    assert (api.removed.sent, api.replays.sent, api.dns_checks.sent, api.sweeps.sent) == ([], [], [], [])
    assert api.delivery_orders.sent == []
    assert (api.hosting.changes.sent, api.hosting.checks.sent) == ([], [])


@pytest.mark.parametrize("path", LISTS)
def test_lists_show_nothing_of_others(api: Api, path: str) -> None:
    theirs(api)
    stranger = other_account()
    api.accounts.add(stranger)
    answer = api.call("GET", path, key=api.new_key(stranger))
    assert answer.status == 200
    if path not in ("/v1/docs", "/v1/openapi.json"):
        assert b"orchard" not in answer.body


def test_a_filter_by_the_domain_of_another_finds_nothing(api: Api) -> None:
    stranger = other_account()
    api.accounts.add(stranger)
    theirs(api)
    answer = api.call("GET", "/reports", query={"domain_id": "ud_19"}, key=api.new_key(stranger))
    assert (answer.status, answer.data, answer.json["meta"]["total_count"]) == (200, [], 0)


def test_two_accounts_may_watch_one_name_and_each_sees_its_own(api: Api) -> None:
    stranger = other_account()
    api.accounts.add(stranger)
    api.domains.add(replace(DOMAIN, id=DomainId(20), account=stranger.id, token="vine"))
    mine = api.get("/domains/orchard.example").data
    other = api.call("GET", "/domains/orchard.example", key=api.new_key(stranger)).data
    assert (mine["id"], other["id"]) == ("ud_19", "ud_20")


def test_every_route_with_an_id_is_swept() -> None:
    assert {param for _, path in WITH_ID for param in re.findall(r"{(\w+)}", path)} == {
        "account_id",
        "domain_id",
        "report_id",
        "entry_id",
        "upload_id",
        "key_id",
        "group_id",
        "tls_policy_id",
        "search_token",
        "tag_id",
        "user_id",
        "slug",
        "sender",
        "alert_id",
        "issue_id",
        "policy_filter_id",
        "task_id",
        "webhook_id",
        "delivery_id",
        "report_token",
        "ip",
        "source_number",
        "source_filter_id",
    }
