from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.ids import GroupId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, DOMAIN
from tests.unit.functions.api.client import Answer, Api, other_account


def group(api: Api, label: str = "Clients", **fields: Any) -> str:
    answer = api.post("/domain-groups", {"label": label, **fields})
    assert answer.status == 201
    made: str = answer.data["id"]
    return made


def labels(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [each["label"] for each in answer.data]


def add(api: Api, group_id: str, *domains: str, **fields: Any) -> Answer:
    return api.post(f"/domain-groups/{group_id}/add-domains", {"domains": list(domains), **fields})


def key_of(api: Api, group_id: str, *scopes: Scope) -> str:
    number = GroupId(int(group_id.removeprefix("grp_")))
    return api.new_key(ACCOUNT, terms=Terms("one group", scopes=frozenset(scopes), group=number))


def test_a_group_is_made_read_changed_and_deleted(api: Api) -> None:
    made = api.post("/domain-groups", {"label": " Clients ", "notes": "n", "is_default": True}).data

    assert made == {
        "id": made["id"],
        "uid": made["id"].removeprefix("grp_"),
        "label": "Clients",
        "notes": "n",
        "is_default": False,
        "parked_domains": False,
        "hide_assigned_domains": False,
        "domain_state": "unknown",
        "domain_count": 0,
        "issues": 0,
        "tasks": 0,
        "max_volume_count": 0,
        "created_at": made["created_at"],
    }
    assert api.get(f"/domain-groups/{made['id']}").data == made
    changed = api.patch(f"/domain-groups/{made['uid']}", {"label": "clients", "parked_domains": True})
    assert changed.data == {**made, "label": "clients", "parked_domains": True}
    assert api.patch(f"/domain-groups/{made['id']}", {}).data == changed.data
    assert api.delete(f"/domain-groups/{made['id']}").status == 204
    assert api.get(f"/domain-groups/{made['id']}").status == 404
    assert api.delete(f"/domain-groups/{made['id']}").status == 404
    assert [sent.group for sent in api.sweeps.sent if hasattr(sent, "group")] == [int(made["uid"])]


def test_the_default_group_is_there_and_stays(api: Api) -> None:
    default = api.get("/domain-groups/grp_1").data

    assert (default["label"], default["is_default"], default["domain_count"]) == ("Default", True, 1)
    assert default["domain_state"] == ("active" if DOMAIN.active else "inactive")
    assert api.delete("/domain-groups/grp_1").error["code"] == "forbidden"
    assert api.patch("/domain-groups/grp_1", {"parked_domains": True}).error["param"] == "parked_domains"
    assert api.post("/domain-groups/1/remove-domains", {"domains": [DOMAIN.name]}).status == 403
    add(api, group(api), DOMAIN.name)
    hidden = api.patch("/domain-groups/grp_1", {"hide_assigned_domains": True, "label": "All"}).data
    assert (hidden["hide_assigned_domains"], hidden["label"], hidden["domain_count"]) == (True, "All", 0)


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "label"),
        ({"label": "  "}, 422, "label"),
        ({"label": "x" * 129}, 422, "label"),
        ({"label": "a\u0007b"}, 422, "label"),
        ({"label": "x", "notes": "n" * 4_001}, 422, "notes"),
        ({"label": "CLIENTS"}, 409, "label"),
        ({"label": "default"}, 409, "label"),
        ({"label": 5}, 400, "label"),
    ],
)
def test_what_is_no_group_is_refused(api: Api, body: Any, status: int, param: str) -> None:
    group(api)
    answer = api.post("/domain-groups", body)
    assert (answer.status, answer.error["param"]) == (status, param)


def test_only_the_default_group_hides_and_only_an_empty_one_becomes_parked(api: Api) -> None:
    made = group(api)
    hides = api.patch(f"/domain-groups/{made}", {"hide_assigned_domains": True})
    assert (hides.status, hides.error["param"]) == (422, "hide_assigned_domains")
    add(api, made, DOMAIN.name)
    assert api.patch(f"/domain-groups/{made}", {"parked_domains": True}).status == 409


def test_the_plan_limits_groups(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, groups=1))
    group(api)
    assert api.post("/domain-groups", {"label": "more"}).error["code"] == "plan_limit_reached"


def test_groups_are_listed_page_by_page_and_filtered(api: Api) -> None:
    first, second = group(api, "Clients"), group(api, "Internal")
    add(api, second, "shop.example", "www.shop.example")

    assert labels(api.get("/domain-groups")) == ["Default", "Clients", "Internal"]
    page = api.get("/domain-groups", limit=2)
    assert (labels(page), page.json["meta"]["total_count"]) == (["Default", "Clients"], 3)
    assert labels(api.get("/domain-groups", cursor=page.json["meta"]["next_cursor"])) == ["Internal"]
    assert labels(api.get("/domain-groups", label="CLI")) == ["Clients"]
    assert labels(api.get("/domain-groups", search="shop")) == ["Default", "Internal"]
    assert labels(api.get("/domain-groups", search="client")) == ["Clients"]
    assert labels(api.get("/domain-groups", search_exact="shop.example")) == ["Default", "Internal"]
    assert labels(api.get("/domain-groups", search_exact="INTERNAL")) == ["Internal"]
    assert labels(api.get("/domain-groups", search_exact="shop")) == []
    assert labels(api.get("/domain-groups", domain_state="unknown")) == ["Clients"]
    api.patch("/domain-groups/grp_1", {"hide_assigned_domains": True})
    assert labels(api.get("/domain-groups", search="shop")) == ["Internal"]
    assert api.get("/domain-groups", domain_state="asleep").status == 400
    assert api.get(f"/domain-groups/{first}").data["domain_count"] == 0


def test_who_is_no_admin_sees_the_groups_of_a_level(api: Api) -> None:
    mine, other = group(api, "Mine"), group(api, "Other")
    key = key_of(api, mine, Scope.READ, Scope.WRITE)

    assert labels(api.call("GET", "/domain-groups", key=key)) == ["Mine"]
    assert api.call("GET", f"/domain-groups/{mine}", key=key).status == 200
    assert api.call("GET", f"/domain-groups/{other}", key=key).status == 404
    assert api.call("GET", "/domain-groups/grp_1", key=key).status == 404
    for method, path, body in (
        ("POST", "/domain-groups", '{"label": "x"}'),
        ("PATCH", f"/domain-groups/{mine}", "{}"),
        ("DELETE", f"/domain-groups/{mine}", None),
        ("POST", f"/domain-groups/{mine}/add-domains", '{"domains": []}'),
        ("POST", f"/domain-groups/{mine}/move-domains", '{"domains": []}'),
        ("POST", f"/domain-groups/{mine}/remove-domains", '{"domains": []}'),
        ("GET", f"/domain-groups/{mine}/access", None),
        ("GET", "/access", None),
        ("POST", "/tags", '{"name": "x"}'),
    ):
        assert api.call(method, path, body=body, key=key).error["code"] == "forbidden", path


def test_a_stranger_finds_no_group(api: Api) -> None:
    made = group(api)
    stranger = other_account()
    api.accounts.add(stranger)
    key = api.new_key(stranger)

    assert api.call("GET", f"/domain-groups/{made}", key=key).status == 404
    assert api.call("DELETE", f"/domain-groups/{made}", key=key).status == 404
    body = f'{{"domains": ["{DOMAIN.name}"]}}'
    assert api.call("POST", f"/domain-groups/{made}/add-domains", body=body, key=key).status == 404


def test_domains_are_added_each_by_itself(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, domains=2, included_domains=2))
    made = group(api)

    answer = add(api, made, DOMAIN.name, "new.example", "one-too-many.example", "ud_404", "no name", "com")

    assert [each["domain"] for each in answer.data["added"]] == ["new.example"]
    assert [each["domain"] for each in answer.data["existing"]] == [DOMAIN.name]
    assert [(each["domain"], each["code"]) for each in answer.data["errors"]] == [
        ("one-too-many.example", "plan_limit_reached"),
        ("ud_404", "not_found"),
        ("no name", "unprocessable_entity"),
        ("com", "unprocessable_entity"),
    ]
    assert api.get(f"/domain-groups/{made}").data["domain_count"] == 2
    assert [check.domain for check, _ in api.dns_checks.sent] == [
        int(answer.data["added"][0]["id"].removeprefix("ud_"))
    ]
    again = add(api, made, DOMAIN.name, "NEW.example", "new.example.")
    assert again.data["added"] == again.data["errors"] == []
    assert {each["domain"] for each in again.data["existing"]} == {DOMAIN.name, "new.example"}


def test_one_new_domain_in_two_spellings_is_added_once(api: Api) -> None:
    answer = add(api, group(api), "b\u00fccher.example", "xn--bcher-kva.example")

    assert [each["domain"] for each in answer.data["added"]] == ["xn--bcher-kva.example"]
    assert [each["domain"] for each in answer.data["existing"]] == ["xn--bcher-kva.example"]
    assert answer.data["errors"] == []


def test_no_more_domains_than_a_request_takes(api: Api) -> None:
    made = group(api)
    names = [f"d{number}.example" for number in range(1_001)]
    assert add(api, made, *names).error["param"] == "domains"
    moves = [{"domain": name, "group_id": "grp_1"} for name in names]
    assert api.post(f"/domain-groups/{made}/move-domains", {"domains": moves}).status == 422


def test_added_domains_can_be_switched(api: Api) -> None:
    made = group(api)

    off = add(api, made, DOMAIN.name, domain_state="inactive")
    assert off.data["errors"] == []
    assert not api.get(f"/domains/{DOMAIN.name}").data["active"]
    on = add(api, made, DOMAIN.name, "new.example", domain_state="active")
    assert [(each["domain"], each["param"]) for each in on.data["errors"]] == [
        ("new.example", "domain_state")
    ]
    assert [each["domain"] for each in on.data["added"]] == ["new.example"]
    assert api.get(f"/domains/{DOMAIN.name}").data["active"]
    assert api.get(f"/domain-groups/{made}").data["domain_state"] == "active"
    assert add(api, made, DOMAIN.name, domain_state="unknown").data["errors"] == []


def test_domains_that_enter_a_parked_group_become_parked(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, parked_domains=2))
    made = group(api, "Parked", parked_domains=True)

    answer = add(api, made, DOMAIN.name, "new.example", "third.example")

    assert [each["code"] for each in answer.data["errors"]] == ["plan_limit_reached"]
    parked = {each.name for each in api.domains.stored.values() if each.parked}
    assert len(parked) == 2
    inside = {each.name for each in api.domains.stored.values() if each.groups}
    assert inside == parked
    name = min(parked)
    assert api.patch(f"/domains/{name}", {"parked": False}).status == 409
    assert api.post(f"/domain-groups/{made}/remove-domains", {"domains": [name]}).data["errors"] == []
    assert api.get(f"/domains/{name}").data["parked"]
    assert not api.patch(f"/domains/{name}", {"parked": False}).data["parked"]


def test_domains_move_out_of_one_group_into_another(api: Api) -> None:
    left, right, third = group(api, "Left"), group(api, "Right"), group(api, "Third")
    add(api, left, "a.example", "b.example")
    add(api, third, "a.example", "c.example")

    def move(*moves: tuple[str, str]) -> Answer:
        body = {"domains": [{"domain": domain, "group_id": source} for domain, source in moves]}
        return api.post(f"/domain-groups/{right}/move-domains", body)

    moves = [
        ("a.example", left),
        ("b.example", left),
        ("c.example", left),
        ("d.example", left),
        (DOMAIN.name, "grp_1"),
        ("b.example", "nothing"),
    ]
    answer = move(*moves)

    assert {each["domain"] for each in answer.data["moved"]} >= {"a.example", DOMAIN.name}
    failed = {(each["domain"], each["param"]) for each in answer.data["errors"]}
    assert failed == {("c.example", "group_id"), ("d.example", "domains"), ("b.example", "group_id")}
    assert api.get(f"/domain-groups/{left}").data["domain_count"] == 0
    assert api.get(f"/domain-groups/{third}").data["domain_count"] == 2
    assert api.get(f"/domain-groups/{right}").data["domain_count"] == 3
    again = move(("a.example", left))
    assert [each["domain"] for each in again.data["moved"]] == ["a.example"]
    back = api.post(
        "/domain-groups/grp_1/move-domains", {"domains": [{"domain": "a.example", "group_id": right}]}
    )
    assert back.data["errors"] == []
    assert api.get(f"/domain-groups/{right}").data["domain_count"] == 2


def test_domains_are_taken_out_again(api: Api) -> None:
    made = group(api)
    add(api, made, DOMAIN.name)

    for _ in range(2):
        answer = api.post(f"/domain-groups/{made}/remove-domains", {"domains": [DOMAIN.name, "not.example"]})
        assert [each["domain"] for each in answer.data["removed"]] == [DOMAIN.name]
        assert [each["domain"] for each in answer.data["errors"]] == ["not.example"]
    assert api.get(f"/domain-groups/{made}").data["domain_count"] == 0
    assert api.get(f"/domains/{DOMAIN.name}").status == 200


def test_a_group_can_be_made_again_under_its_label_and_has_another_id(api: Api) -> None:
    made = group(api)
    add(api, made, DOMAIN.name)
    api.delete(f"/domain-groups/{made}")

    again = group(api)

    assert again != made
    assert api.get(f"/domain-groups/{again}").data["domain_count"] == 0
