from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.idempotency import CLAIM_SECONDS, fingerprint, own_key
from shared.core.ids import UserId
from tests.unit.core.world import ACCOUNT, CALLER
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.conftest import api

__all__ = ["api"]


def test_the_same_request_is_answered_again_and_done_once(api: Api) -> None:
    first = api.post("/domains", {"domain": "new.example"}, idempotency_key="k")
    again = api.post("/domains", {"domain": "new.example"}, idempotency_key="k")
    assert (again.status, again.data) == (201, first.data)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(api.get("/domains").data) == 2


def test_another_request_with_the_same_key_is_422(api: Api) -> None:
    api.post("/domains", {"domain": "new.example"}, idempotency_key="k")
    for path, body in (("/domains", {"domain": "other.example"}), ("/api-keys", {"domain": "new.example"})):
        answer = api.post(path, {"name": "a", **body}, idempotency_key="k")
        assert (answer.status, answer.error["param"]) == (422, "Idempotency-Key")


def test_a_request_whose_first_is_under_way_is_409(api: Api) -> None:
    body = b'{"domain": "new.example"}'
    same = fingerprint("POST", "/domains", body)
    (listed,) = api.keys.list_of(ACCOUNT.id)
    mine = own_key(replace(CALLER, key=listed.id), "k")
    api.answers.claim(ACCOUNT.id, mine, same, int(api.now))
    answer = api.call("POST", "/domains", body=body, headers={"idempotency-key": "k"})
    assert (answer.status, answer.error["code"]) == (409, "conflict")
    api.now += CLAIM_SECONDS
    assert api.call("POST", "/domains", body=body, headers={"idempotency-key": "k"}).status == 201


def test_a_refused_request_gives_its_key_back(api: Api) -> None:
    for _ in range(2):
        answer = api.post("/domains", {"domain": "orchard.example"}, idempotency_key="k")
        assert (answer.status, "Idempotent-Replayed" in answer.headers) == (422, False)
    assert api.post("/domains", {"domain": "new.example"}, idempotency_key="k").status == 201


def test_an_error_of_ours_gives_the_key_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(api.domains, "add", None)
        assert api.post("/domains", {"domain": "new.example"}, idempotency_key="k").status == 500
    assert api.post("/domains", {"domain": "new.example"}, idempotency_key="k").status == 201


def test_after_a_day_the_key_is_free(api: Api) -> None:
    api.post("/domains", {"domain": "new.example"}, idempotency_key="k")
    api.now += 86_401
    assert api.post("/domains", {"domain": "other.example"}, idempotency_key="k").status == 201


def test_keys_are_an_accounts_own(api: Api) -> None:
    stranger = other_account()
    api.accounts.add(stranger)
    api.post("/domains", {"domain": "new.example"}, idempotency_key="k")
    answer = api.call(
        "POST",
        "/domains",
        body='{"domain": "new.example"}',
        headers={"idempotency-key": "k"},
        key=api.new_key(stranger),
    )
    assert answer.data["id"] not in {domain["id"] for domain in api.get("/domains").data}


def test_what_one_was_answered_is_not_for_others_of_the_account(api: Api) -> None:
    first = api.post("/domains", {"domain": "new.example"}, idempotency_key="k")
    body, headers = '{"domain": "new.example"}', {"idempotency-key": "k"}
    other = api.call("POST", "/domains", body=body, headers=headers, key=api.new_key(ACCOUNT))
    assert (first.status, other.status, "Idempotent-Replayed" in other.headers) == (201, 422, False)
    user = replace(CALLER, key=None, user=UserId(3))
    assert len({own_key(caller, "k") for caller in (user, replace(user, user=UserId(4)), CALLER)}) == 3


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
def test_a_bad_key_is_400(api: Api, key: str) -> None:
    answer = api.post("/domains", {"domain": "new.example"}, idempotency_key=key)
    assert (answer.status, answer.error["param"]) == (400, "Idempotency-Key")


def test_requests_that_change_nothing_take_no_key(api: Api) -> None:
    for _ in range(2):
        answer = api.call("GET", "/account", headers={"idempotency-key": "a b"})
        assert (answer.status, "Idempotent-Replayed" in answer.headers) == (200, False)
