from __future__ import annotations

import pytest

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
