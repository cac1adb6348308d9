from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.ids import UserId
from shared.core.members import Member
from tests.unit.core.world import ACCOUNT
from tests.unit.functions.api.client import Api


def member(api: Api, number: int, *, owner: bool = False, admin: bool = False) -> str:
    made = Member(
        ACCOUNT.id,
        UserId(number),
        f"user{number}@vineyard.example",
        joined=1,
        requests_per_minute=30,
        owner=owner,
        admin=admin,
        active=True,
    )
    api.members.add(made, most=100)
    return f"user_{number}"


@pytest.fixture
def group_id(api: Api) -> str:
    made: str = api.post("/domain-groups", {"label": "Clients"}).data["id"]
    return made


def test_access_is_granted_changed_and_taken(api: Api, group_id: str) -> None:
    ada, ben = member(api, 2), member(api, 3)
    path = f"/domain-groups/{group_id}/access"

    granted = api.post(path, {"users": [ada, "3"], "level": "read"}).data
    assert granted[0] == {
        "id": ada,
        "username": "user2@vineyard.example",
        "email": "user2@vineyard.example",
        "is_active": True,
        "level": "read",
        "readwrite_access": False,
        "readonly_access": True,
        "always": False,
    }
    api.post(path, {"users": [ada], "level": "write"})
    api.post(path, {"users": [ben], "level": "none"})

    shown = api.get(path).data
    assert (shown["id"], shown["label"]) == (group_id, "Clients")
    assert [(each["id"], each["level"]) for each in shown["users"]] == [(ada, "write")]


def test_owner_and_admins_have_access_anyway(api: Api, group_id: str) -> None:
    owner, admin = member(api, 2, owner=True), member(api, 3, admin=True)
    path = f"/domain-groups/{group_id}/access"

    answer = api.post(path, {"users": [owner, admin], "level": "none"})

    assert [(each["id"], each["level"], each["always"]) for each in answer.data] == [
        (owner, "write", True),
        (admin, "write", True),
    ]
    assert [each["id"] for each in api.get(path).data["users"]] == [owner, admin]


def test_nobody_gets_a_level_when_one_is_no_user(api: Api, group_id: str) -> None:
    ada = member(api, 2)
    path = f"/domain-groups/{group_id}/access"

    for users in ([ada, "user_9"], [ada, "ada"], [str(number + 2) for number in range(101)]):
        answer = api.post(path, {"users": users, "level": "write"})
        assert (answer.status, answer.error["param"]) == (422, "users")
    assert api.post(path, {"users": [ada], "level": "admin"}).status == 400
    assert api.post("/domain-groups/grp_99/access", {"users": [ada], "level": "read"}).status == 404
    assert api.get(path).data["users"] == []
    assert api.post(path, {"users": [], "level": "read"}).data == []


def test_the_access_list_goes_group_by_group(api: Api, group_id: str) -> None:
    ada = member(api, 2)
    other = api.post("/domain-groups", {"label": "Internal"}).data["id"]
    api.post(f"/domain-groups/{other}/access", {"users": [ada], "level": "read"})

    def shown(**query: object) -> list[tuple[str, list[str]]]:
        listed = api.get("/access", **query).data
        return [(each["label"], [user["level"] for user in each["users"]]) for each in listed]

    assert shown() == [("Default", []), ("Clients", []), ("Internal", ["read"])]
    assert shown(label="inter") == [("Internal", ["read"])]
    assert shown(limit=1) == [("Default", [])]


def test_levels_of_a_deleted_group_are_gone(api: Api, group_id: str) -> None:
    ada = member(api, 2)
    api.post(f"/domain-groups/{group_id}/access", {"users": [ada], "level": "write"})

    api.delete(f"/domain-groups/{group_id}")

    assert api.get(f"/domain-groups/{group_id}/access").status == 404
    assert [each["label"] for each in api.get("/access").data] == ["Default"]
    again = api.post("/domain-groups", {"label": "Clients"}).data["id"]
    assert api.get(f"/domain-groups/{again}/access").data["users"] == []


def test_members_of_other_accounts_are_no_users(api: Api, group_id: str) -> None:
    member(api, 2)
    stranger = replace(api.members.stored[ACCOUNT.id, UserId(2)], account=type(ACCOUNT.id)(8), user=UserId(5))
    api.members.add(stranger, most=9)

    answer = api.post(f"/domain-groups/{group_id}/access", {"users": ["user_5"], "level": "read"})
    assert answer.status == 422
