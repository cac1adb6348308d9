from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from functions.api.letters.pages import SCRIPT, STYLE
from shared.core.access_tokens import SignedIn
from tests.unit.core.world import NOW
from tests.unit.functions.api.client import Answer, Api, other_account
from tests.unit.functions.api.people import (
    ADMIN,
    MEMBER,
    NEW_PASSWORD,
    PASSWORD,
    PENDING,
    STRANGER,
    as_user,
    email_of,
    join,
    last_token,
    settle,
)

NEW = "new@orchard.example"
CHANGE = {"password_old": PASSWORD, "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}


@pytest.fixture
def people(api: Api) -> Api:
    settle(api)
    return api


def public(api: Api, path: str, body: Any, **more: Any) -> Answer:
    return api.call("POST", path, body=json.dumps(body), key=None, **more)


def change(api: Api, **other: str) -> Answer:
    return as_user(api, MEMBER, "POST", "/users/me/password-change", {**CHANGE, **other})


def test_from_invitation_to_reset(people: Api) -> None:
    invited = people.post("/users", {"email": NEW}).data
    number = int(invited["id"].removeprefix("user_"))

    taken = public(people, "/activations", {"token": last_token(people, NEW), "password": PASSWORD})
    assert (taken.status, taken.data) == (
        200,
        {"id": invited["id"], "email": NEW, "account_id": "usr_7", "password_set": True},
    )
    assert people.get(f"/users/{number}").data["is_active"]

    assert public(people, "/password-resets", {"email": NEW.upper()}).status == 202
    reset = {"token": last_token(people, NEW), "password": NEW_PASSWORD}
    confirmed = public(people, "/password-resets/confirm", reset)
    assert (confirmed.status, confirmed.body) == (204, b"")
    assert people.directory.known[number].password == NEW_PASSWORD  # type: ignore[index]
    again = public(people, "/password-resets/confirm", reset)
    assert (again.status, again.error["param"]) == (422, "token")


def test_who_has_a_sign_in_joins_without_a_password(people: Api) -> None:
    stranger = other_account()
    people.accounts.add(stranger)
    join(people, STRANGER, stranger, owner=True)
    people.post("/users", {"email": email_of(STRANGER)})

    taken = public(people, "/activations", {"token": last_token(people, email_of(STRANGER))})

    assert (taken.status, taken.data["password_set"], taken.data["account_id"]) == (200, False, "usr_7")


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "token"),
        ({"token": None}, 400, "token"),
        ({"token": ""}, 422, "token"),
        ({"token": f"inv_7_{PENDING}_{'x' * 43}"}, 422, "token"),
        ({"token": f"inv_7_{PENDING}_{'x' * 43}", "password": 5}, 400, "password"),
        ({"token": "x" * 100_000}, 422, "token"),
        ({"token": "inv_9999999999999999_9999999999999999_" + "x" * 43}, 422, "token"),
    ],
)
@pytest.mark.parametrize("path", ["/activations", "/password-resets/confirm", "/address-confirmations"])
def test_what_is_no_token_is_refused(
    people: Api, path: str, body: dict[str, Any], status: int, param: str
) -> None:
    if path == "/password-resets/confirm" and isinstance(body.get("token"), str):
        body = {"password": NEW_PASSWORD, **body}
    if path == "/address-confirmations" and param == "password":
        return
    answer = public(people, path, body)
    assert (answer.status, answer.error["param"] in (param, "password")) == (status, True)


def test_nothing_tells_whose_an_address_is(people: Api) -> None:
    people.letters.refused.add(email_of(ADMIN))
    answers = [
        public(people, "/password-resets", {"email": email})
        for email in (email_of(MEMBER), email_of(ADMIN), email_of(PENDING), "nobody@orchard.example")
    ]
    assert {(answer.status, answer.body) for answer in answers} == {(202, b"")}
    assert people.waited == [NOW + 1.5] * 4
    assert [letter.to for letter in people.letters.sent] == [email_of(MEMBER)]


@pytest.mark.parametrize("body", [{"email": "nothing"}, {"email": ""}])
def test_what_is_no_address_is_told(people: Api, body: dict[str, str]) -> None:
    answer = public(people, "/password-resets", body)
    assert (answer.status, answer.error["param"]) == (422, "email")


def test_public_routes_are_limited_for_each_address(people: Api) -> None:
    asked = [public(people, "/activations", {"token": "x"}).status for _ in range(21)]
    assert asked == [422] * 20 + [429]
    assert public(people, "/activations", {"token": "x"}, address="203.0.113.10").status == 422
    assert people.get("/users").status == 200


def test_a_password_is_changed(people: Api) -> None:
    answer = change(people)
    assert (answer.status, answer.body) == (204, b"")
    assert people.directory.known[MEMBER].password == NEW_PASSWORD
    over = as_user(people, MEMBER, "GET", "/users/me")
    assert (over.status, over.error["code"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("other", "param"),
    [
        ({"password_old": "wrong"}, "password_old"),
        ({"password_confirm": "other"}, "password_confirm"),
        ({"password": "short", "password_confirm": "short"}, "password"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_named(people: Api, other: dict[str, str], param: str) -> None:
    answer = change(people, **other)
    assert (answer.status, answer.error["param"]) == (422, param)
    assert all(secret not in answer.body.decode() for secret in (PASSWORD, NEW_PASSWORD, "wrong"))


@pytest.mark.parametrize("missing", list(CHANGE))
def test_all_of_a_change_is_needed(people: Api, missing: str) -> None:
    body = {name: value for name, value in CHANGE.items() if name != missing}
    answer = as_user(people, MEMBER, "POST", "/users/me/password-change", body)
    assert (answer.status, answer.error["param"]) == (400, missing)


def test_guesses_are_limited(people: Api) -> None:
    assert [change(people, password_old="wrong").status for _ in range(6)] == [422] * 5 + [429]
    answer = change(people)
    assert (answer.status, answer.error["code"]) == (429, "rate_limit_exceeded")
    assert int(answer.headers["Retry-After"]) > 0


def test_no_secret_is_in_the_audit_log(people: Api) -> None:
    change(people)
    token = last_token(people, people.post("/users", {"email": NEW}).data["email"])
    public(people, "/activations", {"token": token, "password": PASSWORD})
    as_user(people, MEMBER, "POST", "/users/me/api-token")

    changed = next(
        each.deed for each in people.audit.entries.values() if each.deed.action == "change_password"
    )
    assert changed.resource == f"user_{MEMBER}"
    written = repr(people.audit.entries)

    assert "change_password" in written
    assert "take_up_invitation" in written
    assert all(secret not in written for secret in (PASSWORD, NEW_PASSWORD, token))


def test_an_admin_mails_a_reset(people: Api) -> None:
    answer = people.post(f"/users/{MEMBER}/password-reset")
    assert (answer.status, answer.body) == (204, b"")
    assert last_token(people, email_of(MEMBER)).startswith("pwd_")
    assert people.post(f"/users/{PENDING}/password-reset").status == 409
    assert [people.post(f"/users/{MEMBER}/password-reset").status for _ in range(3)] == [204, 204, 429]


@pytest.mark.parametrize("body", [None, {}, {"provider": "Corp"}, {"provider": None}])
def test_a_user_is_converted_to_sso(people: Api, body: Any) -> None:
    answer = people.post(f"/users/{MEMBER}/convert-to-sso", body)
    assert answer.status == 200
    assert (answer.data["sso_ready"], answer.data["identity_provider"]) == (True, "Corp")
    assert not answer.data["last_login_sso"]
    assert change(people).status == 401
    people.tokens.given[f"access.{MEMBER}"] = SignedIn(MEMBER, int(people.now))
    assert change(people).status == 409
    assert people.get(f"/users/{MEMBER}").data["last_login_sso"]


def test_there_has_to_be_a_provider(people: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = people.post(f"/users/{MEMBER}/convert-to-sso", {"provider": "Other"})
    assert (answer.status, answer.error["param"]) == (422, "provider")
    monkeypatch.setenv("POSTSEAL_IDENTITY_PROVIDERS", "")
    assert people.post(f"/users/{MEMBER}/convert-to-sso").status == 422


def test_a_second_factor_is_begun_verified_and_removed(people: Api) -> None:
    begun = as_user(people, MEMBER, "POST", "/users/me/totp")
    assert begun.status == 201
    assert begun.data["uri"].startswith("otpauth://totp/")
    wrong = as_user(people, MEMBER, "POST", "/users/me/totp/verify", {"code": "123456"})
    assert (wrong.status, wrong.error["param"]) == (422, "code")
    assert as_user(people, MEMBER, "POST", "/users/me/totp/verify", {"code": "000000"}).status == 204
    assert as_user(people, MEMBER, "GET", "/users/me").data["has_2fa_enabled"]
    assert as_user(people, MEMBER, "DELETE", "/users/me/totp").status == 204
    assert not as_user(people, MEMBER, "GET", "/users/me").data["has_2fa_enabled"]


def test_a_second_factor_that_was_lost_is_taken_off(people: Api) -> None:
    assert people.post(f"/users/{MEMBER}/totp-reset").status == 409
    as_user(people, MEMBER, "POST", "/users/me/totp")
    as_user(people, MEMBER, "POST", "/users/me/totp/verify", {"code": "000000"})

    assert as_user(people, MEMBER, "POST", f"/users/{ADMIN}/totp-reset").status == 403
    assert as_user(people, ADMIN, "POST", "/users/me/totp-reset").status == 403
    reset = as_user(people, ADMIN, "POST", f"/users/{MEMBER}/totp-reset")
    assert (reset.status, reset.body) == (204, b"")
    assert not people.get(f"/users/{MEMBER}").data["has_2fa_enabled"]
    assert as_user(people, MEMBER, "GET", "/users/me").status == 401


def test_a_second_factor_is_shown_as_the_pool_has_it(people: Api) -> None:
    people.directory.known[MEMBER].secret = "SET THERE"
    assert as_user(people, MEMBER, "GET", "/users/me").data["has_2fa_enabled"]
    people.directory.known[MEMBER].secret = None
    assert not people.get(f"/users/{MEMBER}").data["has_2fa_enabled"]


def test_a_second_factor_is_for_who_signed_in(people: Api) -> None:
    token = as_user(people, MEMBER, "POST", "/users/me/api-token").data["api_token"]
    for secret in (token, ""):
        assert people.call("POST", "/users/me/totp", key=secret).status == 403
        assert people.call("DELETE", "/users/me/totp", key=secret).status == 403


@pytest.mark.parametrize("path", ["/activate", "/reset-password", "/confirm-address"])
def test_pages_load_nothing_and_run_their_own_script_alone(people: Api, path: str) -> None:
    answer = people.call("GET", path, key=None)
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<img|<link|style=|src=|http|\son\w+=", page)
    for kind, tag, text in (("style-src", "style", STYLE), ("script-src", "script", SCRIPT)):
        assert re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) == [text]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    (route,) = re.findall(r'data-to="([^"]+)"', page)
    assert public(people, f"/{route}", {}).status == 400
