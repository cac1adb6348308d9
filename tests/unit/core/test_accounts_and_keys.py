from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.accounts import open_account
from shared.core.api_keys import hash_of, revoke_key, spend_key
from shared.core.errors import Invalid, NotFound, Unauthenticated
from shared.core.ids import AccountId, ApiKeyId
from shared.core.key_issuing import Minting, Terms, create_key
from tests.fakes import FakeAccounts, FakeApiKeys
from tests.unit.core.world import ACCOUNT, NOW

SECRET = "s" * 43
MINTING = Minting(NOW, lambda: SECRET, lambda bits: 1)


def opened(email: str = "owner@orchard.example", plan: str = "pro") -> FakeAccounts:
    accounts = FakeAccounts()
    open_account(
        accounts,
        email=email,
        plan=plan,
        operator=False,
        now=NOW,
        new_token=lambda: "token",
        random_bits=lambda n: 1,
    )
    return accounts


def test_an_account_has_a_mailbox_of_its_own() -> None:
    accounts = opened()
    (account,) = accounts.list_all()
    recipient = accounts.recipient("token")
    assert recipient is not None
    assert (recipient.account, account.allowed_domains) == (account.id, 5)


@pytest.mark.parametrize(
    "email", ["", "nobody", "@x.example", "a@localhost", "a@b\n.example", "a" * 255 + "@b.example"]
)
def test_an_address_has_to_be_one(email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(email)
    assert refusal.value.param == "email"


def test_an_unknown_plan_is_named() -> None:
    with pytest.raises(Invalid, match="starter"):
        opened(plan="free")


def created(keys: FakeApiKeys) -> tuple[ApiKeyId, str]:
    account = replace(ACCOUNT, plan=replace(ACCOUNT.plan, requests_per_minute=3))
    key, secret = create_key(keys, account, Terms(" Nightly export "), MINTING)
    assert (key.name, key.shown) == ("Nightly export", "ps_live_ssss")
    assert SECRET not in repr(key)
    assert key.hash == hash_of(secret)
    return key.id, secret


def test_a_key_is_spent_up_to_its_limit_and_again_in_the_next_minute() -> None:
    keys = FakeApiKeys()
    _, secret = created(keys)
    left = [spend_key(keys, secret, NOW).allowance for _ in range(4)]
    assert [each.remaining for each in left] == [2, 1, 0, 0]
    assert [each.exceeded for each in left] == [False, False, False, True]
    assert not spend_key(keys, secret, NOW + 60).allowance.exceeded


def test_a_revoked_or_made_up_key_is_refused() -> None:
    keys = FakeApiKeys()
    number, secret = created(keys)
    for other in (
        "",
        "ps_live_",
        secret + "x",
        "dt_live_" + SECRET,
        "ps_live_" + "t" * 43,
        "ps_live_" + "é" * 43,
    ):
        with pytest.raises(Unauthenticated):
            spend_key(keys, other, NOW)
    with pytest.raises(NotFound):
        revoke_key(keys, AccountId(99), number)
    revoke_key(keys, ACCOUNT.id, number)
    with pytest.raises(Unauthenticated):
        spend_key(keys, secret, NOW)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "\x1b[31m"])
def test_a_key_needs_a_printable_name(name: str) -> None:
    with pytest.raises(Invalid):
        create_key(FakeApiKeys(), ACCOUNT, Terms(name), MINTING)
