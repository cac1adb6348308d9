from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.core.access_tokens import SignedIn
from shared.core.accounts import Account, Status
from shared.core.ids import AccountId, UserId
from shared.core.key_issuing import Terms
from shared.core.members import Member, User
from shared.core.plans import plan_named
from shared.core.rights import Scope
from tests.letters import token_in
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Answer, Api, other_account

OWNER, ADMIN, MEMBER = UserId(11), UserId(12), UserId(13)
CLIENT = AccountId(8)
NEW = {"email": "olive@grove.example", "name": "Grove", "plan": "pro"}


class Scene:
    """``ACCOUNT`` with people in it, and another account."""

    def __init__(self, api: Api) -> None:
        self.api = api
        api.accounts.add(replace(other_account(CLIENT), name="Vineyard"))
        self.join(OWNER, owner=True)
        self.join(ADMIN, admin=True)
        self.join(MEMBER)

    def join(self, user: UserId, account: AccountId = ACCOUNT.id, **roles: Any) -> None:
        address = f"user{user}@orchard.example"
        if user not in self.api.users.stored:
            self.api.users.add(User(user, address, int(NOW), int(NOW)))
        self.api.members.add(Member(account, user, address, int(NOW), 1_000, active=True, **roles), most=100)
        self.api.tokens.given[f"access.{user}"] = SignedIn(user, int(NOW) - 60)

    def by(
        self, user: UserId, method: str, path: str, body: object = None, *, of: AccountId = ACCOUNT.id
    ) -> Answer:
        text = None if body is None else json.dumps(body)
        headers = {"x-postseal-account": f"usr_{of}"}
        return self.api.call(method, path, body=text, key=f"access.{user}", headers=headers)

    def stored(self, number: AccountId = ACCOUNT.id) -> Account:
        return self.api.accounts.stored[number]

    def run_the_deployment(self) -> None:
        self.api.change_account(operator=True)


@pytest.fixture
def scene(api: Api) -> Scene:
    return Scene(api)


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.error["code"]


def test_the_account_says_who_asks_and_what_for(scene: Scene) -> None:
    owner = scene.by(OWNER, "GET", "/account").data
    member = scene.by(MEMBER, "GET", "/account").data

    assert owner["you"] == {
        "user_id": "user_11",
        "api_key_id": None,
        "is_owner": True,
        "scopes": ["admin", "billing", "forensic", "read", "write"],
        "all_domains": True,
    }
    assert owner["owner_id"] == member["owner_id"] == "user_11"
    assert member["you"]["scopes"] == ["read", "write"]
    assert (member["you"]["all_domains"], member["usage"]) == (False, None)
    by_key = scene.api.get("/account").data["you"]
    assert (by_key["user_id"], by_key["is_owner"]) == (None, False)
    assert by_key["api_key_id"].startswith("key_")


def test_the_account_says_what_its_plan_allows_and_what_there_is(scene: Scene) -> None:
    scene.api.change_account(plan=plan_named("msp"), extra_domains=3, parked_domains=2)

    data = scene.api.get("/account").data

    assert data["limits"]["domains"] == plan_named("msp").domains + 3
    assert data["limits"]["check_interval_minutes"] == 360
    assert data["counts"]["parked_domains"] == 2
    allowed = plan_named("msp").parked_credits
    assert data["parked"] == {
        "credits": allowed,
        "credits_used": 0,
        "credits_left": allowed,
        "status": "active",
    }


def test_admins_rename_the_account_and_others_do_not(scene: Scene) -> None:
    changed = scene.by(ADMIN, "PATCH", "/account", {"name": " Orchard ", "operator": True, "plan": "msp"})

    assert (changed.status, changed.data["name"]) == (200, "Orchard")
    assert (scene.stored().plan.name, scene.stored().operator) == ("starter", False)
    assert refusal(scene.by(MEMBER, "PATCH", "/account", {"name": "Mine"})) == (403, "forbidden")
    assert scene.by(ADMIN, "PATCH", "/account", {"email": "x"}).status == 422
    assert scene.by(ADMIN, "PATCH", "/account", {"name": "x" * 300}).status == 422
    assert scene.stored().name == "Orchard"


def test_a_user_lists_the_accounts_that_it_is_in(scene: Scene) -> None:
    scene.join(MEMBER, CLIENT, owner=True)

    answer = scene.by(MEMBER, "GET", "/accounts")

    assert [(item["id"], item["is_owner"]) for item in answer.data] == [("usr_7", False), ("usr_8", True)]
    assert answer.json["meta"]["total_count"] == 2
    own = scene.api.get("/accounts").data
    assert [item["id"] for item in own] == ["usr_7"]


def test_the_operator_lists_every_account_in_pages(scene: Scene) -> None:
    scene.run_the_deployment()
    scene.api.accounts.add(other_account(9))

    first = scene.by(ADMIN, "GET", "/accounts?limit=2")
    first = scene.api.get("/accounts", limit=2)
    second = scene.api.get("/accounts", limit=2, cursor=first.json["meta"]["next_cursor"])

    assert [item["id"] for item in first.data] == ["usr_7", "usr_8"]
    assert [item["id"] for item in second.data] == ["usr_9"]
    assert first.json["meta"]["total_count"] == second.json["meta"]["total_count"] == 3
    assert not second.json["meta"]["has_more"]
    assert [item["id"] for item in scene.by(MEMBER, "GET", "/accounts").data] == ["usr_7"]


def test_the_operator_opens_an_account_and_its_owner_is_invited(scene: Scene) -> None:
    scene.run_the_deployment()

    opened = scene.api.post("/accounts", NEW).data

    assert (opened["name"], opened["subscription"]["plan"], opened["invited"]) == (
        "Grove",
        "pro",
        NEW["email"],
    )
    assert opened["key"] is None
    assert [letter.to for letter in scene.api.letters.sent] == [NEW["email"]]
    number = AccountId(int(opened["id"].removeprefix("usr_")))
    assert scene.api.members.owner_of(number) is not None
    again = scene.api.post(f"/accounts/{opened['id']}/owner", {"email": "other@grove.example"})
    assert again.status == 201
    assert again.data["owner_id"] != opened["owner_id"]
    taken = {"token": token_in(scene.api.letters.sent[-1].text), "password": "four plain words here"}
    assert scene.api.post("/activations", taken).status == 200
    third = scene.api.post(f"/accounts/{opened['id']}/owner", {"email": NEW["email"]})
    assert refusal(third) == (409, "conflict")


def test_the_operator_takes_a_second_factor_off_an_owner(scene: Scene) -> None:
    scene.run_the_deployment()
    owner = scene.api.post("/accounts", NEW).data["id"]
    taken = {"token": token_in(scene.api.letters.sent[-1].text), "password": "four plain words here"}
    user = UserId(int(scene.api.post("/activations", taken).data["id"].removeprefix("user_")))

    assert refusal(scene.api.post(f"/accounts/{owner}/owner/totp-reset")) == (409, "conflict")
    scene.api.directory.known[user].secret = "SECRET"
    assert scene.api.post(f"/accounts/{owner}/owner/totp-reset").status == 204
    assert scene.api.directory.known[user].secret is None
    assert refusal(scene.api.post("/accounts/usr_8/owner/totp-reset")) == (404, "not_found")


def test_an_account_opened_with_a_key_has_its_owner_invited_later(scene: Scene) -> None:
    scene.run_the_deployment()

    opened = scene.api.post("/accounts", {**NEW, "invite": False, "with_key": True}).data

    assert (opened["invited"], opened["owner_id"]) == (None, None)
    assert scene.api.call("GET", "/account", key=opened["key"]).data["id"] == opened["id"]
    later = scene.api.post(f"/accounts/{opened['id']}/owner", {"email": NEW["email"]})
    assert later.status == 201
    assert later.data["owner_id"].startswith("user_")


@pytest.mark.parametrize("change", [{"plan": "gold"}, {"email": "nobody"}, {"name": "\x07"}])
def test_bad_accounts_are_not_opened(scene: Scene, change: dict[str, str]) -> None:
    scene.run_the_deployment()

    assert scene.api.post("/accounts", {**NEW, **change}).status == 422
    assert len(scene.api.accounts.stored) == 2


OPERATING = [
    ("POST", "/accounts", NEW),
    ("GET", "/accounts/usr_8", None),
    ("PATCH", "/accounts/usr_8", {"plan": "msp"}),
    ("POST", "/accounts/usr_8/owner", {"email": "x@grove.example"}),
    ("POST", "/accounts/usr_8/owner/totp-reset", None),
    ("POST", "/accounts/usr_8/close", {"name": "Vineyard"}),
    ("POST", "/accounts/usr_8/reopen", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATING)
def test_accounts_of_others_are_for_the_operators_admins(
    scene: Scene, method: str, path: str, body: object
) -> None:
    before = dict(scene.api.accounts.stored)

    refused = refusal(scene.by(OWNER, method, path, body))
    assert refused == ((403, "forbidden") if path == "/accounts" else (404, "not_found"))
    scene.run_the_deployment()
    assert refusal(scene.by(MEMBER, method, path, body)) == (403, "forbidden")
    reading = scene.api.new_key(ACCOUNT, terms=Terms("r", scopes=frozenset({Scope.READ, Scope.WRITE})))
    text = None if body is None else json.dumps(body)
    assert refusal(scene.api.call(method, path, body=text, key=reading)) == (403, "forbidden")
    assert scene.stored(CLIENT) == before[CLIENT]
    assert len(scene.api.accounts.stored) == 2


def test_the_operator_changes_terms(scene: Scene) -> None:
    scene.run_the_deployment()
    terms = {"plan": "msp", "extra_domains": 7, "current_period_end": int(NOW) + 60}

    changed = scene.api.patch("/accounts/usr_8", terms)

    assert changed.status == 200
    assert changed.data["subscription"]["total_allowed_domains"] == 1_007
    assert changed.data["subscription"]["current_period_end"] == "2026-11-21T12:01:00Z"
    unending = scene.api.patch("/accounts/8", {"current_period_end": 0}).data["subscription"]
    assert (unending["plan"], unending["current_period_end"]) == ("msp", None)
    assert scene.api.patch("/accounts/usr_8", {"status": "suspended"}).data["subscription"]["status"] == (
        "suspended"
    )


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/accounts/usr_8", {"plan": "gold"}, 422),
        ("/accounts/usr_8", {"extra_domains": -1}, 400),
        ("/accounts/usr_8", {"status": "deleting"}, 400),
        ("/accounts/usr_99", {"plan": "msp"}, 404),
        ("/accounts/what", {"plan": "msp"}, 404),
    ],
)
def test_bad_terms_are_refused(scene: Scene, path: str, body: object, status: int) -> None:
    scene.run_the_deployment()
    before = scene.stored(CLIENT)

    assert scene.api.patch(path, body).status == status
    assert scene.stored(CLIENT) == before


def test_a_suspended_account_lets_nobody_in(scene: Scene) -> None:
    scene.api.change_account(status=Status.SUSPENDED)

    for answer in (scene.by(OWNER, "GET", "/account"), scene.api.get("/domains")):
        assert refusal(answer) == (403, "account_suspended")
