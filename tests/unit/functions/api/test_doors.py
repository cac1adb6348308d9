"""Who gets in, and what the status of an account leaves to whoever did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.access_tokens import SignedIn
from shared.core.accounts import Status
from shared.core.api_keys import hash_of
from shared.core.ids import UserId
from shared.core.key_issuing import Terms
from shared.core.member_tokens import new_token
from shared.core.members import Member
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Api, other_account

ANNA = UserId(19)


def join(api: Api, *, admin: bool = False) -> str:
    """Anna's access token."""
    member = Member(ACCOUNT.id, ANNA, "anna@orchard.example", int(NOW), 30, active=True, admin=admin)
    api.members.add(member, most=9)
    api.tokens.given["a.b.c"] = SignedIn(ANNA, int(NOW))
    return "a.b.c"


def test_an_admin_has_to_do_with_keys_and_another_member_has_not(api: Api) -> None:
    token = join(api, admin=True)
    made = api.call("POST", "/api-keys", key=token, body='{"name": "mine"}')
    assert made.status == 201
    assert made.data["scopes"] == ["admin", "read", "write"]
    assert made.headers["X-RateLimit-Remaining"] == "29"

    api.members.change(replace(api.members.stored[ACCOUNT.id, ANNA], admin=False), by=None)
    for method, path in (
        ("GET", "/api-keys"),
        ("POST", "/api-keys"),
        ("DELETE", f"/api-keys/{made.data['id']}"),
    ):
        answer = api.call(method, path, key=token, body='{"name": "k"}' if method == "POST" else None)
        assert (answer.status, answer.error["code"]) == (403, "forbidden")


def test_tokens_are_refused_in_the_words_of_tokens(api: Api) -> None:
    answer = api.call("GET", "/domains/ud_19", key="x.y.z")
    assert (answer.status, answer.error["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_account_is_named_by_a_header(api: Api) -> None:
    token, stranger = join(api, admin=True), other_account()
    api.accounts.add(stranger)
    for named, status in ((f"usr_{ACCOUNT.id}", 200), (f"usr_{stranger.id}", 404), ("usr_x", 404)):
        answer = api.call("GET", "/domains/ud_19", key=token, headers={"X_Postseal_Account": named})
        assert answer.status == status


def test_a_users_own_token_opens_the_same(api: Api) -> None:
    join(api, admin=True)
    secret = new_token(ACCOUNT.id, ANNA, lambda: "t" * 43)
    api.members.change(replace(api.members.stored[ACCOUNT.id, ANNA], token_hash=hash_of(secret)), by=None)
    assert api.call("GET", "/domains/ud_19", key=secret).status == 200
    assert api.call("GET", "/domains/ud_19", key=secret[:-1] + "u").status == 401


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (Status.EXPIRED, "subscription_required", "subscription_required"),
        (Status.SUSPENDED, "account_suspended", "account_suspended"),
        (Status.CLOSING, None, "account_closing"),
        (Status.DELETING, "account_closing", "account_closing"),
    ],
)
def test_what_the_status_of_an_account_leaves(
    api: Api, status: Status, reading: str | None, writing: str
) -> None:
    api.change_account(status=status)
    for key in (api.key, join(api, admin=True)):
        read = api.call("GET", "/domains/ud_19", key=key)
        written = api.call("POST", "/domains", key=key, body='{"domain": "new.example"}')
        assert (read.status, written.status) == (200 if reading is None else 403, 403)
        assert reading is None or read.error["code"] == reading
        assert written.error["code"] == writing


def test_keys_are_managed_after_the_plan_has_run_out_and_not_while_closing(api: Api) -> None:
    (key,) = api.get("/api-keys").data
    api.change_account(status=Status.CLOSING)
    assert api.get("/api-keys").status == 200
    assert api.post("/api-keys", {"name": "k"}).status == 403
    api.change_account(status=Status.EXPIRED)
    assert api.delete(f"/api-keys/{key['id']}").status == 204


def test_a_key_without_the_scope_is_refused(api: Api) -> None:
    reader = api.new_key(ACCOUNT, terms=Terms("r", frozenset({Scope.READ})))
    assert api.call("GET", "/domains/ud_19", key=reader).status == 200
    assert api.call("GET", "/api-keys", key=reader).status == 403
    assert api.call("POST", "/domains", key=reader, body='{"domain": "new.example"}').status == 403
