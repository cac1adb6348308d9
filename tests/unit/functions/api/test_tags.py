from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.core.world import ACCOUNT
from tests.unit.functions.api.client import Api, other_account


def test_a_tag_is_made_read_changed_and_deleted(api: Api) -> None:
    made = api.post("/tags", {"name": " Urgent ", "color": "#ff00aa"}).data
    plain = api.post("/tags", {"name": "Later"}).data

    assert (made["name"], made["color"], made["domain_count"]) == ("Urgent", "#FF00AA", 0)
    assert api.get("/tags").data == [made, plain]
    assert api.get(f"/tags/{made['id']}").data == made
    changed = api.patch(f"/tags/{made['id']}", {"name": "URGENT"}).data
    assert changed == {**made, "name": "URGENT"}
    assert api.patch(f"/tags/{made['id']}", {}).data == changed
    assert api.delete(f"/tags/{made['id']}").status == 204
    assert api.get(f"/tags/{made['id']}").status == 404
    assert len(api.sweeps.sent) == 1


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": "urgent"}, 409, "name"),
        ({"name": "x", "color": "red"}, 422, "color"),
        ({"name": "x", "color": "#12345"}, 422, "color"),
        ({"name": "x", "color": "#\u0661\u0662\u0663\u0664\u0665\u0666"}, 422, "color"),
    ],
)
def test_what_is_no_tag_is_refused(api: Api, body: Any, status: int, param: str) -> None:
    api.post("/tags", {"name": "Urgent"})
    answer = api.post("/tags", body)
    assert (answer.status, answer.error["param"]) == (status, param)


def test_the_plan_limits_tags(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, tags=1))
    assert api.post("/tags", {"name": "one"}).status == 201
    assert api.post("/tags", {"name": "two"}).error["code"] == "plan_limit_reached"


def test_a_stranger_finds_no_tag(api: Api) -> None:
    made = api.post("/tags", {"name": "Urgent"}).data["id"]
    stranger = other_account()
    api.accounts.add(stranger)
    key = api.new_key(stranger)

    assert api.call("GET", "/tags", key=key).data == []
    assert api.call("GET", f"/tags/{made}", key=key).status == 404
    assert api.call("PATCH", f"/tags/{made}", body="{}", key=key).status == 404
    assert api.call("DELETE", f"/tags/{made}", key=key).status == 404


def test_a_tag_counts_the_domains_that_one_sees(api: Api) -> None:
    """Of one group: not how many others have the tag, neither in the list nor alone."""
    group = api.post("/domain-groups", {"label": "Clients"}).data["id"]
    empty = api.post("/domain-groups", {"label": "None"}).data["id"]
    tag = api.post("/tags", {"name": "Urgent"}).data["id"]
    for name, place in (("one.example", group), ("two.example", None), ("three.example", None)):
        body = {"domain": name, "tag_ids": [tag], **({"group_id": place} if place else {})}
        assert api.post("/domains", body).status == 201

    def counted(key: str) -> tuple[int, int]:
        (listed,) = api.call("GET", "/tags", key=key).data
        return listed["domain_count"], api.call("GET", f"/tags/{tag}", key=key).data["domain_count"]

    def key_of(reference: str) -> str:
        limited = {"name": "k", "group_id": reference, "scopes": ["read"]}
        return str(api.post("/api-keys", limited).data["key"])

    assert counted(api.key) == (3, 3)
    assert counted(key_of(group)) == (1, 1)
    assert counted(key_of(empty)) == (0, 0)
