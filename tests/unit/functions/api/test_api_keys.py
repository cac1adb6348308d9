from __future__ import annotations

import pytest

from shared.core.groups import Group
from shared.core.ids import GroupId
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Api, other_account


def test_a_new_key_is_shown_once_and_works(api: Api) -> None:
    made = api.post("/api-keys", {"name": "Nightly export"})
    assert made.status == 201
    secret = made.data["key"]
    assert secret.startswith("ps_live_")
    assert made.data["prefix"] == secret[:12]
    assert made.data["name"] == "Nightly export"
    assert made.data["last_used_at"] is None
    assert api.call("GET", "/account", key=secret).status == 200
    listed = api.get("/api-keys")
    assert {key["id"] for key in listed.data} >= {made.data["id"]}
    assert all("key" not in key for key in listed.data)
    assert listed.json["meta"]["total_count"] == 2


def test_a_revoked_key_is_401_at_once(api: Api) -> None:
    made = api.post("/api-keys", {"name": "leaked"}).data
    number = made["id"].removeprefix("key_")
    assert api.delete(f"/api-keys/{number}").status == 204
    answer = api.call("GET", "/account", key=made["key"])
    assert (answer.status, answer.error["code"]) == (401, "invalid_api_key")
    assert api.delete(f"/api-keys/{number}").status == 404


def test_a_key_can_revoke_itself(api: Api) -> None:
    (key,) = api.get("/api-keys").data
    answer = api.delete(f"/api-keys/{key['id']}")
    assert (answer.status, answer.body) == (204, b"")
    assert api.get("/account").status == 401


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "name"),
        ({"name": 3}, 400, "name"),
        ({"name": None}, 400, "name"),
        ([], 400, "body"),
        ("x", 400, "body"),
        ({"name": " "}, 422, "name"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"name": "x" * 101}, 422, "name"),
    ],
)
def test_bad_names_are_refused(api: Api, body: object, status: int, param: str) -> None:
    answer = api.post("/api-keys", body)
    assert (answer.status, answer.error["param"]) == (status, param)


def test_unknown_fields_are_ignored(api: Api) -> None:
    assert api.post("/api-keys", {"name": "a", "colour": "red"}).status == 201


def test_the_keys_of_others_are_not_there(api: Api) -> None:
    stranger = other_account()
    api.accounts.add(stranger)
    secret = api.new_key(stranger)
    (theirs,) = api.call("GET", "/api-keys", key=secret).data
    assert api.delete(f"/api-keys/{theirs['id']}").status == 404
    assert api.call("GET", "/account", key=secret).status == 200


def test_the_same_request_makes_one_key_and_does_not_show_it_again(api: Api) -> None:
    first = api.post("/api-keys", {"name": "a"}, idempotency_key="k-1")
    again = api.post("/api-keys", {"name": "a"}, idempotency_key="k-1")
    assert (first.status, again.status) == (201, 201)
    assert again.data == {**first.data, "key": None}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(api.get("/api-keys").data) == 2


def test_a_key_of_a_group_that_expires(api: Api) -> None:
    api.groups.add(Group(GroupId(42), ACCOUNT.id, "clients", NOW), most=1)
    wanted = {
        "name": "a",
        "scopes": ["read"],
        "group_id": "grp_42",
        "expires_at": "2026-12-01T00:00:00+01:00",
    }
    made = api.post("/api-keys", wanted)
    assert made.status == 201
    assert (made.data["scopes"], made.data["group_id"]) == (["read"], "grp_42")
    assert made.data["expires_at"] == "2026-11-30T23:00:00Z"
    (listed, _) = api.get("/api-keys").data
    assert listed == {name: value for name, value in made.data.items() if name != "key"}
    refused = api.call("GET", "/api-keys", key=made.data["key"])
    assert (refused.status, refused.error["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"scopes": "read"}, 400, "scopes"),
        ({"scopes": ["all"]}, 400, "scopes.0"),
        ({"scopes": []}, 422, "scopes"),
        ({"scopes": ["admin"], "group_id": "1"}, 422, "scopes"),
        ({"group_id": "grp_43"}, 422, "group_id"),
        ({"group_id": "clients"}, 404, "group_id"),
        ({"group_id": 42}, 400, "group_id"),
        ({"expires_at": "tomorrow"}, 400, "expires_at"),
        ({"expires_at": "2030-01-01"}, 400, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, 400, "expires_at"),
        ({"expires_at": 1_900_000_000}, 400, "expires_at"),
        ({"expires_at": "2026-11-21T11:59:59Z"}, 422, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-23:59"}, 422, "expires_at"),
        ({"expires_at": "0001-01-01T00:00:00+23:59"}, 422, "expires_at"),
    ],
)
def test_terms_that_no_key_can_have(api: Api, body: dict[str, object], status: int, param: str) -> None:
    answer = api.post("/api-keys", {"name": "k", **body})
    assert (answer.status, answer.error["param"]) == (status, param)


def test_a_key_is_renamed_and_nothing_else_of_it_changes(api: Api) -> None:
    (key,) = api.get("/api-keys").data
    answer = api.patch(f"/api-keys/{key['id']}", {"name": "main", "scopes": ["read"], "key": "mine"})
    assert (answer.status, answer.data) == (200, {**key, "name": "main"})
    assert api.patch("/api-keys/key_1", {"name": "main"}).status == 404
    assert api.patch(f"/api-keys/{key['id']}", {"name": ""}).status == 422


def test_a_rotated_key_and_its_successor_overlap(api: Api) -> None:
    made = api.post("/api-keys", {"name": "nightly", "scopes": ["read"]}).data
    rotated = api.post(f"/api-keys/{made['id']}/rotate", {"overlap_seconds": 60}, idempotency_key="r-1")
    assert rotated.status == 201
    assert rotated.data["key"] != made["key"]
    assert (rotated.data["name"], rotated.data["scopes"]) == ("nightly", ["read"])
    for secret in (made["key"], rotated.data["key"]):
        assert api.call("GET", "/account", key=secret).status == 200
    old = next(key for key in api.get("/api-keys").data if key["id"] == made["id"])
    assert old["successor_id"] == rotated.data["id"]
    api.now += 60
    assert api.call("GET", "/account", key=made["key"]).status == 401
    assert api.call("GET", "/account", key=rotated.data["key"]).status == 200
    assert api.post(f"/api-keys/{made['id']}/rotate", {}).status == 409


@pytest.mark.parametrize(
    ("overlap", "status"), [(-1, 422), (604_801, 422), ("60", 400), (1.5, 400), (None, 400), (10**30, 422)]
)
def test_overlaps_that_are_none(api: Api, overlap: object, status: int) -> None:
    (key,) = api.get("/api-keys").data
    answer = api.post(f"/api-keys/{key['id']}/rotate", {"overlap_seconds": overlap})
    assert (answer.status, answer.error["param"]) == (status, "overlap_seconds")


def test_a_plan_has_so_many_keys(api: Api) -> None:
    made = [api.post("/api-keys", {"name": "k"}).status for _ in range(ACCOUNT.plan.api_keys)]
    assert made == [201] * (ACCOUNT.plan.api_keys - 1) + [422]
    assert api.post("/api-keys", {"name": "k"}).error["code"] == "plan_limit_reached"
