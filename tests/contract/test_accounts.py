from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.accounts import Recipient
from shared.core.errors import Conflict
from shared.core.ids import AccountId
from tests.contract import given
from tests.contract.stores import Stores


def test_an_account_is_found_by_id_and_token(stores: Stores) -> None:
    account = given.account(stores)

    assert stores.accounts.get(account.id) == account
    assert stores.accounts.recipient(account.token) == Recipient(account.id)


def test_strangers_are_nobody(stores: Stores) -> None:
    assert stores.accounts.get(AccountId(999)) is None
    assert stores.accounts.recipient("nobody") is None
    assert stores.accounts.operator() is None


def test_an_account_is_never_overwritten(stores: Stores) -> None:
    account = given.account(stores)

    with pytest.raises(Conflict):
        stores.accounts.add(account)


def test_a_token_belongs_to_one_account(stores: Stores) -> None:
    account = given.account(stores)
    other = replace(account, id=AccountId(12_345))

    with pytest.raises(Conflict):
        stores.accounts.add(other)
    assert stores.accounts.get(other.id) is None


def test_the_first_operator_stays_the_operator(stores: Stores) -> None:
    given.account(stores)
    first = given.account(stores, operator=True)
    given.account(stores, operator=True)

    assert stores.accounts.operator() == first.id


def test_all_accounts_are_listed(stores: Stores) -> None:
    accounts = [given.account(stores) for _ in range(3)]

    assert stores.accounts.list_all() == accounts
