from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.errors import Limited, Unauthenticated
from shared.core.key_issuing import Minting, Terms, create_key
from shared.edge.caller import Admission, address_of, anyone, bearer_of, with_key, with_or_without_key
from tests.fakes import FakeAccounts, FakeAddressLimits, FakeApiKeys
from tests.unit.core.world import ACCOUNT, NOW


def event(authorization: str | None = None, address: str = "192.0.2.1") -> dict[str, Any]:
    headers = {} if authorization is None else {"Authorization": authorization}
    return {"headers": headers, "requestContext": {"http": {"sourceIp": address}}}


class Door:
    def __init__(self, *, per_minute: int = 30, known: bool = True) -> None:
        self.accounts, self.keys, self.limits = FakeAccounts(), FakeApiKeys(), FakeAddressLimits()
        if known:
            self.accounts.add(ACCOUNT)
        self.key, self.secret = create_key(
            self.keys,
            replace(ACCOUNT, plan=replace(ACCOUNT.plan, requests_per_minute=per_minute)),
            Terms("k"),
            Minting(NOW, lambda: "a" * 43, lambda bits: 1),
        )

    def admit(self, asked: dict[str, Any], now: float = NOW) -> Admission:
        return with_key(asked, self.keys, self.accounts, self.limits, now)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_brings_its_account(scheme: str) -> None:
    door = Door()
    admission = door.admit(event(f"{scheme} {door.secret}"))
    assert admission.refusal is None
    assert admission.caller is not None
    assert (admission.caller.account, admission.caller.key) == (ACCOUNT, door.key.id)
    assert (admission.allowance.limit, admission.allowance.remaining) == (30, 29)


def test_a_key_is_limited_for_a_minute() -> None:
    door = Door(per_minute=2)
    asked = event(f"Bearer {door.secret}")
    assert [door.admit(asked).refusal for _ in range(2)] == [None, None]
    admission = door.admit(asked)
    assert isinstance(admission.refusal, Limited)
    assert admission.caller is None
    assert 0 < admission.refusal.retry_after <= 60
    assert admission.allowance.remaining == 0
    assert door.admit(asked, NOW + 60).refusal is None


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic abc", "Token x", "Bearer a b"])
def test_without_a_key_two_requests_a_minute_are_401_and_the_rest_429(authorization: str | None) -> None:
    door = Door()
    refusals = [door.admit(event(authorization)).refusal for _ in range(3)]
    assert [type(refusal) for refusal in refusals] == [Unauthenticated, Unauthenticated, Limited]
    assert isinstance(door.admit(event(authorization, "192.0.2.2")).refusal, Unauthenticated)


@pytest.mark.parametrize(
    "secret", ["ps_live_" + "b" * 43, "ps_live_short", "dt_live_" + "a" * 44, "x" * 5_000]
)
def test_wrong_keys_are_401_thirty_times_a_minute(secret: str) -> None:
    door = Door()
    refusals = [door.admit(event(f"Bearer {secret}")).refusal for _ in range(31)]
    assert {type(refusal) for refusal in refusals[:30]} == {Unauthenticated}
    assert isinstance(refusals[30], Limited)


def test_a_key_whose_account_is_gone_is_401() -> None:
    door = Door(known=False)
    assert isinstance(door.admit(event(f"Bearer {door.secret}")).refusal, Unauthenticated)


def test_others_do_not_use_up_the_limit_of_a_good_key() -> None:
    door = Door()
    for _ in range(40):
        door.admit(event("Bearer wrong"))
    assert door.admit(event(f"Bearer {door.secret}")).refusal is None


def test_anyone_is_admitted_so_many_times() -> None:
    limits = FakeAddressLimits()
    found = [anyone(event(), limits, bucket="docs", per_minute=2, now=NOW) for _ in range(3)]
    assert [admission.refusal is None for admission in found] == [True, True, False]
    assert found[0].caller is None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_an_ipv6_network_is_one_address(address: str, counted: str) -> None:
    assert address_of(event(address=address)) == counted


def test_the_header_is_found_in_any_case() -> None:
    assert bearer_of({"headers": {"AUTHORIZATION": "Bearer x"}}) == "x"
    assert bearer_of({"headers": None}) is None
    assert bearer_of(replace_headers({"authorization": "Bearer  x "})) == "x"


def replace_headers(headers: dict[str, str]) -> dict[str, Any]:
    return {**event(), "headers": headers}


def test_without_a_key_the_address_pays_and_with_one_the_key() -> None:
    door = Door()
    stores = (door.keys, door.accounts, door.limits)
    found = [with_or_without_key(event(), *stores, NOW) for _ in range(3)]
    assert [admission.caller for admission in found] == [None] * 3
    assert [admission.refusal is None for admission in found] == [True, True, False]
    admitted = with_or_without_key(event(f"Bearer {door.secret}"), *stores, NOW)
    assert admitted.caller is not None
    assert admitted.allowance.limit == 30


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic abc"])
def test_a_wrong_key_is_refused_where_none_is_needed(authorization: str) -> None:
    door = Door()
    admission = with_or_without_key(event(authorization), door.keys, door.accounts, door.limits, NOW)
    assert isinstance(admission.refusal, Unauthenticated)


def test_requests_without_a_key_are_counted_together_wherever_they_are_refused_or_not() -> None:
    door = Door()
    with_or_without_key(event(), door.keys, door.accounts, door.limits, NOW)
    assert isinstance(door.admit(event()).refusal, Unauthenticated)
    assert isinstance(
        with_or_without_key(event(), door.keys, door.accounts, door.limits, NOW).refusal, Limited
    )
