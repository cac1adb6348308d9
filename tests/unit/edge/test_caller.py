from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.access_tokens import SignedIn
from shared.core.api_keys import ApiKey, hash_of
from shared.core.errors import Forbidden, InvalidToken, Limited, NotFound, Unauthenticated
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.member_tokens import new_token
from shared.core.members import Member
from shared.core.rights import Scope
from shared.edge.caller import Admission, Doors, address_of, admit, admit_or_anyone, anyone, bearer_of
from tests.fakes import FakeAccessTokens, FakeAccounts, FakeAddressLimits, FakeApiKeys, FakeMembers
from tests.unit.core.world import ACCOUNT, NOW

OTHER = replace(ACCOUNT, id=AccountId(8), token="other")
ANNA = UserId(19)


def event(
    authorization: str | None = None, address: str = "192.0.2.1", account: str | None = None
) -> dict[str, Any]:
    given = {"Authorization": authorization, "x-postseal-account": account}
    headers = {name: value for name, value in given.items() if value is not None}
    return {"headers": headers, "requestContext": {"http": {"sourceIp": address}}}


class Door:
    """``secret`` is a key of ``ACCOUNT``. Anna is in it and in ``OTHER``: ``a.b.c`` is her access token."""

    def __init__(self, *, per_minute: int = 30, known: bool = True) -> None:
        self.accounts, self.keys, self.limits = FakeAccounts(), FakeApiKeys(), FakeAddressLimits()
        self.members, self.tokens = FakeMembers(), FakeAccessTokens()
        if known:
            self.accounts.add(ACCOUNT)
            self.accounts.add(OTHER)
        self.account = replace(ACCOUNT, plan=replace(ACCOUNT.plan, requests_per_minute=per_minute))
        self.key, self.secret = self.new_key(Terms("k"), "a")
        self.tokens.given["a.b.c"] = SignedIn(ANNA, NOW - 5)
        for account, admin in ((ACCOUNT, False), (OTHER, True)):
            self.members.add(
                Member(account.id, ANNA, "anna@orchard.example", NOW, per_minute, admin=admin, active=True),
                most=9,
            )

    def new_key(self, terms: Terms, letter: str) -> tuple[ApiKey, str]:
        minting = Minting(NOW, lambda: letter * 43, lambda bits: ord(letter))
        return create_key(self.keys, self.account, terms, minting)

    def change(self, account: AccountId, **changes: Any) -> None:
        self.members.change(replace(self.members.stored[account, ANNA], **changes), by=None)

    @property
    def doors(self) -> Doors:
        return Doors(self.keys, self.accounts, self.members, self.limits, lambda: self.tokens)

    def admit(self, asked: dict[str, Any], now: float = NOW) -> Admission:
        return admit(asked, self.doors, now)


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
    found = [admit_or_anyone(event(), door.doors, NOW) for _ in range(3)]
    assert [admission.caller for admission in found] == [None] * 3
    assert [admission.refusal is None for admission in found] == [True, True, False]
    admitted = admit_or_anyone(event(f"Bearer {door.secret}"), door.doors, NOW)
    assert admitted.caller is not None
    assert admitted.allowance.limit == 30


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic abc"])
def test_a_wrong_key_is_refused_where_none_is_needed(authorization: str) -> None:
    door = Door()
    admission = admit_or_anyone(event(authorization), door.doors, NOW)
    assert isinstance(admission.refusal, Unauthenticated)


def test_requests_without_a_key_are_counted_together_wherever_they_are_refused_or_not() -> None:
    door = Door()
    admit_or_anyone(event(), door.doors, NOW)
    assert isinstance(door.admit(event()).refusal, Unauthenticated)
    assert isinstance(admit_or_anyone(event(), door.doors, NOW).refusal, Limited)


def test_a_key_of_a_removed_group_opens_nothing() -> None:
    door = Door()
    _, secret = door.new_key(Terms("k", group=GroupId(42)), "g")
    assert door.admit(event(f"Bearer {secret}")).caller is not None
    door.accounts.stored[ACCOUNT.id] = replace(ACCOUNT, removed_groups=frozenset({GroupId(42)}))
    assert isinstance(door.admit(event(f"Bearer {secret}")).refusal, Unauthenticated)
    assert door.admit(event(f"Bearer {door.secret}")).caller is not None


def test_a_key_expires() -> None:
    door = Door()
    _, secret = door.new_key(Terms("k", expires=NOW + 60), "e")
    assert door.admit(event(f"Bearer {secret}"), NOW + 59).caller is not None
    assert isinstance(door.admit(event(f"Bearer {secret}"), NOW + 60).refusal, Unauthenticated)


@pytest.mark.parametrize(
    ("named", "account"), [(None, ACCOUNT.id), ("", ACCOUNT.id), ("usr_8", OTHER.id), ("8", OTHER.id)]
)
def test_an_access_token_brings_its_user_to_the_account_named(named: str | None, account: AccountId) -> None:
    door = Door()
    admission = door.admit(event("Bearer a.b.c", account=named))
    caller = admission.caller
    assert caller is not None
    assert (caller.account_id, caller.user, caller.key) == (account, ANNA, None)
    assert caller.label == "anna@orchard.example"
    assert (Scope.ADMIN in caller.rights.scopes) is (account == OTHER.id)
    assert admission.allowance.remaining == 29
    assert door.members.stored[account, ANNA].last_login == NOW - 5


@pytest.mark.parametrize("named", ["usr_9", "usr_0", "orchard", "key_7", "-1", "7; 8", "9" * 40, "\u0667"])
def test_an_account_that_is_none_of_hers_is_not_there(named: str) -> None:
    door = Door()
    refusals = [door.admit(event("Bearer a.b.c", account=named)).refusal for _ in range(31)]
    assert isinstance(refusals[0], NotFound)
    assert refusals[0].param == "X-Postseal-Account"
    assert isinstance(refusals[30], Limited)


def test_whoever_was_shut_out_of_an_account_acts_for_the_next() -> None:
    door = Door()
    door.change(ACCOUNT.id, active=False)
    caller = door.admit(event("Bearer a.b.c")).caller
    assert caller is not None
    assert caller.account_id == OTHER.id
    assert isinstance(door.admit(event("Bearer a.b.c", account="usr_7")).refusal, NotFound)
    door.change(OTHER.id, active=False)
    assert isinstance(door.admit(event("Bearer a.b.c")).refusal, Forbidden)


def test_a_user_is_limited_for_a_minute() -> None:
    door = Door(per_minute=2)
    found = [door.admit(event("Bearer a.b.c")) for _ in range(3)]
    assert [admission.refusal is None for admission in found] == [True, True, False]
    assert isinstance(found[2].refusal, Limited)
    assert door.admit(event("Bearer a.b.c", account="8")).refusal is None


def test_a_bad_access_token_is_401_thirty_times_a_minute() -> None:
    door = Door()
    refusals = [door.admit(event("Bearer x.y.z")).refusal for _ in range(31)]
    assert {type(refusal) for refusal in refusals[:30]} == {InvalidToken}
    assert isinstance(refusals[30], Limited)


def test_the_token_of_a_user_opens_the_account_it_is_of() -> None:
    door = Door()
    secret = new_token(OTHER.id, ANNA, lambda: "t" * 43)
    assert isinstance(door.admit(event(f"Bearer {secret}")).refusal, Unauthenticated)
    door.change(OTHER.id, token_hash=hash_of(secret))
    for named in (None, "usr_8"):
        caller = door.admit(event(f"Bearer {secret}", account=named)).caller
        assert caller is not None
        assert (caller.account_id, caller.user, caller.key) == (OTHER.id, ANNA, None)
    assert isinstance(door.admit(event(f"Bearer {secret}", account="usr_7")).refusal, NotFound)
    moved = new_token(ACCOUNT.id, ANNA, lambda: "t" * 43)
    assert isinstance(door.admit(event(f"Bearer {moved}")).refusal, Unauthenticated)
    door.change(OTHER.id, token_hash=hash_of("another"))
    assert isinstance(door.admit(event(f"Bearer {secret}")).refusal, Unauthenticated)


def test_a_key_does_not_act_for_another_account() -> None:
    door = Door()
    assert door.admit(event(f"Bearer {door.secret}", account="usr_7")).caller is not None
    for named in ("usr_8", "usr_9", "nonsense"):
        assert isinstance(door.admit(event(f"Bearer {door.secret}", account=named)).refusal, NotFound)
