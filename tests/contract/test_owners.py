"""An account has one owner, however many are invited to be it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from threading import Barrier
from unittest.mock import patch

import pytest

from shared.core.errors import Conflict
from shared.core.ids import AccountId
from shared.core.members import Member
from shared.core.people.inviting import invite_owner
from tests.contract import given
from tests.contract.stores import AwsStores, Stores
from tests.contract.test_members import ANNA, CARL, MOST, OWNER, got, member, team
from tests.contract.test_people import outcomes, people_of


def test_an_account_has_one_owner_until_the_invitation_is_withdrawn(stores: Stores) -> None:
    account = given.account(stores)
    pending = member(account, OWNER, active=False)
    stores.members.add(pending, most=MOST)
    other = replace(member(account, ANNA), owner=True)
    with pytest.raises(Conflict, match="has an owner"):
        stores.members.add(other, most=MOST)
    assert stores.members.get(account.id, ANNA) is None

    stores.members.remove(pending, by=None)
    stores.members.add(other, most=MOST)
    with pytest.raises(Conflict):
        stores.members.remove(other, by=None)
    with pytest.raises(Conflict, match="has an owner"):
        stores.members.add(pending, most=MOST)
    assert stores.members.owner_of(account.id) == ANNA


def test_who_was_handed_the_account_owns_it_alone(stores: Stores) -> None:
    account = team(stores)
    stores.members.hand_over(account.id, owner=OWNER, to=CARL)
    stores.members.remove(got(stores, account, OWNER), by=CARL)

    with pytest.raises(Conflict, match="has an owner"):
        stores.members.add(member(account, OWNER, active=False), most=MOST)


def test_of_owners_who_are_invited_at_once_there_is_one(aws: AwsStores) -> None:
    people = people_of(aws)
    account = given.account(aws)
    addresses = [f"owner{number}@orchard.example" for number in range(8)]
    looked = Barrier(len(addresses))
    list_of = aws.members.list_of

    def all_look_first(number: AccountId) -> list[Member]:
        found = list_of(number)
        looked.wait(timeout=30)
        return found

    with patch.object(aws.members, "list_of", all_look_first):
        came = outcomes(
            *[partial(invite_owner, people, account, each, now=aws.clock()) for each in addresses]
        )

    assert (came.count(None), came.count(Conflict)) == (1, len(addresses) - 1)
    assert [member.owner for member in aws.members.list_of(account.id)] == [True]
