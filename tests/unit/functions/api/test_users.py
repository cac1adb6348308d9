from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.core.world import ACCOUNT
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.people import (
    ADMIN,
    MEMBER,
    OWNER,
    PENDING,
    STRANGER,
    as_user,
    email_of,
    join,
    last_token,
    settle,
)

NEW = "new@orchard.example"


@pytest.fixture
def people(api: Api) -> Api:
    settle(api)
    return api


def test_a_user_is_shown_with_everything(people: Api) -> None:
    answer = as_user(people, MEMBER, "GET", "/users/me")

    assert answer.status == 200
    assert answer.data == {
        "id": f"user_{MEMBER}",
        "email": email_of(MEMBER),
        "username": email_of(MEMBER),
        "date_joined": "2026-11-21T12:00:00Z",
        "is_active": True,
        "is_admin": False,
        "is_owner": False,
        "has_forensic_access": False,
        "has_billing_access": False,
        "sso_ready": False,
        "identity_provider": None,
        "has_2fa_enabled": False,
        "last_login": "2026-11-21T11:59:00Z",
        "last_login_sso": False,
        "settings": {},
        "api_token_shown": None,
    }
    assert as_user(people, ADMIN, "GET", f"/users/{MEMBER}").data == answer.data


def test_the_owner_has_every_role_and_nobody_invited_is_active(people: Api) -> None:
    owner = people.get(f"/users/user_{OWNER}").data
    assert [
        owner[role] for role in ("is_owner", "is_admin", "has_forensic_access", "has_billing_access")
    ] == [True] * 4
    assert not people.get(f"/users/{PENDING}").data["is_active"]
    assert people.get(f"/users/{PENDING}").data["last_login"] is None


def test_users_are_listed_by_address_in_pages(people: Api) -> None:
    first = people.get("/users", limit=3)
    assert [user["id"] for user in first.data] == [f"user_{each}" for each in (OWNER, ADMIN, MEMBER)]
    assert (first.json["meta"]["total_count"], first.json["meta"]["has_more"]) == (4, True)
    rest = people.get("/users", limit=3, cursor=first.json["meta"]["next_cursor"])
    assert [user["id"] for user in rest.data] == [f"user_{PENDING}"]
    assert rest.json["meta"]["next_cursor"] is None
    backwards = people.get("/users", ordering="-username")
    assert [user["id"] for user in backwards.data] == [f"user_{each}" for each in (14, 13, 12, 11)]


def test_users_are_filtered_by_address(people: Api) -> None:
    for name in ("email", "username"):
        found = people.get("/users", **{name: email_of(MEMBER).upper()})
        assert [user["id"] for user in found.data] == [f"user_{MEMBER}"]
    assert people.get("/users", email="nobody@orchard.example").data == []


def test_users_are_listed_as_csv(people: Api) -> None:
    answer = people.get("/users", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [row["email"] for row in rows] == [email_of(each) for each in (OWNER, ADMIN, MEMBER, PENDING)]


@pytest.mark.parametrize("query", [{"ordering": "id"}, {"limit": "0"}, {"cursor": "x"}])
def test_bad_questions_are_400(people: Api, query: dict[str, str]) -> None:
    (param,) = query
    answer = people.get("/users", **query)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_somebody_is_invited(people: Api) -> None:
    answer = people.post("/users", {"email": f" {NEW}", "has_forensic_access": True})

    assert answer.status == 201
    assert (answer.data["email"], answer.data["is_active"], answer.data["has_forensic_access"]) == (
        NEW,
        False,
        True,
    )
    (letter,) = people.letters.sent
    assert letter.to == NEW
    assert "https://postseal.example/v1/activate#inv_" in letter.text
    assert last_token(people, NEW).encode() not in answer.body


def test_the_same_invitation_is_sent_once(people: Api) -> None:
    first = people.post("/users", {"email": NEW}, idempotency_key="k")
    again = people.post("/users", {"email": NEW}, idempotency_key="k")
    assert (first.status, again.status, again.data) == (201, 201, first.data)
    assert len(people.letters.sent) == 1
    assert people.post("/users", {"email": NEW}).status == 409


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "email"),
        ({"email": None}, 400, "email"),
        ({"email": 3}, 400, "email"),
        ({"email": "x" * 1_001}, 400, "email"),
        ({"email": "no address"}, 422, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, 422, "email"),
        ({"email": NEW, "is_admin": "maybe"}, 400, "is_admin"),
        ([], 400, "body"),
        ("x", 400, "body"),
    ],
)
def test_bad_invitations_are_refused(people: Api, body: object, status: int, param: str) -> None:
    answer = people.post("/users", body)
    assert (answer.status, answer.error["param"]) == (status, param)
    assert people.letters.sent == []


def test_an_address_in_another_alphabet_is_invited_in_a_labels(people: Api) -> None:
    answer = people.post("/users", {"email": "anna@obstgärten.example"})
    assert answer.data["email"] == "anna@xn--obstgrten-z2a.example"


@pytest.mark.parametrize("path", ["/users", f"/users/{MEMBER}"])
def test_what_is_not_asked_for_is_not_assigned(people: Api, path: str) -> None:
    body = {
        "email": NEW,
        "is_owner": True,
        "is_active": True,
        "owner": True,
        "id": "user_11",
        "account": "usr_8",
        "version": 0,
        "token_hash": "x",
        "has_2fa_enabled": True,
        "sso_ready": True,
    }
    answer = people.post(path, body) if path == "/users" else people.patch(path, body)
    assert answer.status in (200, 201)
    number = answer.data["id"].removeprefix("user_")
    member = people.members.stored[ACCOUNT.id, int(number)]  # type: ignore[index]
    assert not member.owner
    assert member.active == (path != "/users")
    assert member.token_hash is None
    assert not people.users.stored[int(number)].totp  # type: ignore[index]
    assert people.members.stored[ACCOUNT.id, OWNER].owner


def test_the_plan_limits_members(people: Api) -> None:
    people.change_account(plan=replace(ACCOUNT.plan, members=4))
    answer = people.post("/users", {"email": NEW})
    assert (answer.status, answer.error["code"]) == (422, "plan_limit_reached")


def test_roles_settings_and_address_are_changed(people: Api) -> None:
    changed = people.patch(
        f"/users/{MEMBER}", {"is_admin": True, "settings": {"theme": "dark"}, "email": NEW}
    )
    assert changed.status == 200
    assert (changed.data["is_admin"], changed.data["settings"]) == (True, {"theme": "dark"})
    assert changed.data["email"] == email_of(MEMBER)

    confirmed = people.call(
        "POST", "/address-confirmations", body=f'{{"token": "{last_token(people, NEW)}"}}', key=None
    )

    assert (confirmed.status, confirmed.data) == (200, {"email": NEW})
    assert people.get(f"/users/{MEMBER}").data["email"] == NEW


def test_settings_can_be_null_and_stay_when_left_out(people: Api) -> None:
    assert as_user(people, MEMBER, "PATCH", "/users/me", {"settings": [1]}).data["settings"] == [1]
    assert as_user(people, MEMBER, "PATCH", "/users/me", {}).data["settings"] == [1]
    put = as_user(people, MEMBER, "PUT", "/users/me", {"email": email_of(MEMBER)})
    assert put.data["settings"] == [1]
    assert as_user(people, MEMBER, "PATCH", "/users/me", {"settings": None}).data["settings"] is None


def test_settings_have_an_end(people: Api) -> None:
    answer = as_user(people, MEMBER, "PATCH", "/users/me", {"settings": "x" * 16_384})
    assert (answer.status, answer.error["param"]) == (413, "settings")


def test_a_put_needs_the_address(people: Api) -> None:
    answer = people.call("PUT", f"/users/{MEMBER}", body="{}")
    assert (answer.status, answer.error["param"]) == (400, "email")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/users", None),
        ("POST", "/users", {"email": NEW}),
        ("GET", f"/users/{ADMIN}", None),
        ("PATCH", f"/users/{ADMIN}", {"settings": 1}),
        ("PATCH", "/users/me", {"is_admin": True}),
        ("PUT", "/users/me", {"email": email_of(MEMBER), "has_forensic_access": True}),
        ("DELETE", f"/users/{ADMIN}", None),
        ("POST", f"/users/{PENDING}/activation-reminder", None),
        ("POST", f"/users/{ADMIN}/password-reset", None),
        ("POST", f"/users/{ADMIN}/convert-to-sso", None),
        ("POST", f"/users/{ADMIN}/api-token", None),
        ("DELETE", f"/users/{ADMIN}/api-token", None),
        ("POST", f"/users/{MEMBER}/make-owner", None),
    ],
)
def test_members_administer_nobody(people: Api, method: str, path: str, body: Any) -> None:
    before = dict(people.members.stored)
    answer = as_user(people, MEMBER, method, path, body)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert people.letters.sent == []
    after = people.members.stored
    assert {key: replace(each, last_login=None) for key, each in before.items()} == {
        key: replace(each, last_login=None) for key, each in after.items()
    }


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("reference", [str(STRANGER), "user_999", "0", "x", "usr_11", "ME"])
def test_who_is_not_in_the_account_is_not_there(people: Api, method: str, reference: str) -> None:
    stranger = other_account()
    people.accounts.add(stranger)
    join(people, STRANGER, stranger, owner=True, admin=True)
    body = "{}" if method == "PATCH" else None
    answer = people.call(method, f"/users/{reference}", body=body)
    assert (answer.status, answer.error["param"]) == (404, "id")


def test_a_key_is_nobody(people: Api) -> None:
    answer = people.get("/users/me")
    assert (answer.status, answer.error["param"]) == (403, "id")


def test_a_user_is_removed(people: Api) -> None:
    answer = people.delete(f"/users/{MEMBER}")
    assert (answer.status, answer.body) == (204, b"")
    assert people.get(f"/users/{MEMBER}").status == 404
    assert as_user(people, MEMBER, "GET", "/users/me").status == 403
    assert MEMBER not in people.directory.known


def test_the_owner_stays(people: Api) -> None:
    assert people.delete(f"/users/{OWNER}").status == 403
    assert as_user(people, OWNER, "DELETE", "/users/me").status == 403


def test_of_two_admins_who_remove_each_other_one_stays(people: Api) -> None:
    join(people, STRANGER, admin=True)
    assert as_user(people, ADMIN, "DELETE", f"/users/{STRANGER}").status == 204
    assert as_user(people, STRANGER, "DELETE", f"/users/{ADMIN}").status == 403
    assert people.get(f"/users/{ADMIN}").status == 200


def test_an_invitation_is_mailed_again(people: Api) -> None:
    first = people.post(f"/users/{PENDING}/activation-reminder", idempotency_key="k")
    again = people.post(f"/users/{PENDING}/activation-reminder", idempotency_key="k")
    assert (first.status, first.body, again.status, again.body) == (204, b"", 204, b"")
    assert [letter.to for letter in people.letters.sent] == [email_of(PENDING)]
    answer = people.post(f"/users/{MEMBER}/activation-reminder")
    assert (answer.status, answer.error["code"]) == (409, "conflict")


def test_the_account_is_handed_over_by_the_owner(people: Api) -> None:
    assert people.post(f"/users/{MEMBER}/make-owner").status == 403
    answer = as_user(people, OWNER, "POST", f"/users/{MEMBER}/make-owner")
    assert (answer.status, answer.data["id"], answer.data["is_owner"]) == (200, f"user_{MEMBER}", True)
    former = as_user(people, OWNER, "GET", "/users/me").data
    assert (former["is_owner"], former["is_admin"]) == (False, True)


def test_an_api_token_is_shown_once_and_replaces_the_one_before(people: Api) -> None:
    first = as_user(people, MEMBER, "POST", "/users/me/api-token")
    assert first.status == 201
    secret = first.data["api_token"]
    assert (
        people.call("GET", "/users/me", key=secret).data["api_token_shown"] == first.data["api_token_shown"]
    )
    assert secret.startswith(first.data["api_token_shown"])

    second = as_user(people, MEMBER, "POST", f"/users/{MEMBER}/api-token").data["api_token"]
    assert people.call("GET", "/users/me", key=secret).status == 401
    assert people.call("GET", "/users/me", key=second).status == 200

    assert as_user(people, ADMIN, "DELETE", f"/users/{MEMBER}/api-token").status == 204
    assert people.call("GET", "/users/me", key=second).status == 401
    assert people.get(f"/users/{MEMBER}").data["api_token_shown"] is None


def test_people_are_managed_when_the_plan_has_run_out(people: Api) -> None:
    people.change_account(current_period_end=1)
    assert people.get("/users").status == 200


def test_scopes_of_a_key_bound_what_it_gives(people: Api) -> None:
    secret = people.post("/api-keys", {"name": "people", "scopes": ["admin"]}).data["key"]
    answer = people.call("POST", "/users", body=f'{{"email": "{NEW}", "is_admin": true}}', key=secret)
    assert (answer.status, answer.error["param"]) == (403, "is_admin")
