from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.dynamodb import keys
from shared.core.senders.catalogue import builtin
from shared.core.senders.history import Seen, SenderHistory
from shared.core.senders.own import OwnSenders
from shared.core.senders.sender import Sender, SenderCategory
from tests.contract import given
from tests.contract.given import DAY
from tests.contract.stores import AwsStores, Stores

ACME = Sender("acme", "Acme", "acme.example", SenderCategory.CRM, networks=(64_500,))


def history(addresses: int = 3, version: int = 0) -> SenderHistory:
    seen = Seen(DAY, DAY + timedelta(days=3))
    return SenderHistory(
        {"acme.example": seen, "other.example": Seen(DAY, DAY)},
        {("acme.example", f"198.51.{n // 256}.{n % 256}"): seen for n in range(addresses)},
        frozenset({"acme.example"}),
        version,
    )


@pytest.mark.parametrize("addresses", [0, 3, 9_000])
def test_a_history_comes_back_whatever_its_size(stores: Stores, addresses: int) -> None:
    home = given.domain(stores, given.account(stores))
    assert stores.sender_histories.get(home.account, home.id) == SenderHistory()
    assert stores.sender_histories.replace(home.account, home.id, history(addresses))
    assert stores.sender_histories.get(home.account, home.id) == history(addresses, version=1)


def test_only_the_version_it_was_made_of_is_replaced(stores: Stores) -> None:
    home = given.domain(stores, given.account(stores))
    assert stores.sender_histories.replace(home.account, home.id, history())
    assert not stores.sender_histories.replace(home.account, home.id, history())
    assert stores.sender_histories.replace(home.account, home.id, history(5, version=1))
    assert not stores.sender_histories.replace(home.account, home.id, history(6, version=1))
    assert stores.sender_histories.get(home.account, home.id) == history(5, version=2)


def test_a_forgotten_history_leaves_nothing(aws: AwsStores) -> None:
    home = given.domain(aws, given.account(aws))
    aws.sender_histories.replace(home.account, home.id, history(9_000))
    aws.sender_histories.replace(home.account, home.id, history(9_001, version=1))
    assert aws.objects("data") == 1
    aws.sender_histories.forget(home.account, home.id)
    aws.sender_histories.forget(home.account, home.id)
    assert aws.objects("data") == 0
    assert aws.sender_histories.get(home.account, home.id) == SenderHistory()


def test_a_history_whose_bytes_are_lost_begins_anew(aws: AwsStores) -> None:
    home = given.domain(aws, given.account(aws))
    aws.sender_histories.replace(home.account, home.id, history(9_000))
    item = aws.table.get(keys.sender_history(home.account, home.id))
    assert item is not None
    aws.blobs.remove(item["blob"])
    assert aws.sender_histories.get(home.account, home.id) == SenderHistory(version=1)
    assert aws.sender_histories.replace(home.account, home.id, history(version=1))
    assert aws.sender_histories.get(home.account, home.id) == history(version=2)


def test_the_accounts_own_senders_come_back(stores: Stores) -> None:
    account = given.account(stores)
    assert stores.sender_extensions.get(account.id) == OwnSenders()
    own = (ACME, *(sender for _, sender in sorted(builtin().senders.items())[:20]))
    assert stores.sender_extensions.replace(account.id, own, expected=0)
    assert stores.sender_extensions.get(account.id) == OwnSenders(own, 1)
    assert not stores.sender_extensions.replace(account.id, (), expected=0)
    assert stores.sender_extensions.replace(account.id, (replace(ACME, name="A"),), expected=1)
    assert stores.sender_extensions.replace(account.id, (), expected=2)
    assert stores.sender_extensions.get(account.id) == OwnSenders((), 3)
