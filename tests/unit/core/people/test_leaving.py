from __future__ import annotations

from typing import Any

import pytest

from shared.core.errors import Conflict, Forbidden, NotFound
from shared.core.ids import UserId
from shared.core.people.inviting import invite
from shared.core.people.leaving import forget_membership, hand_over, remove_member
from shared.core.people.passwords import ask_reset
from shared.core.people.roles import Roles
from shared.core.rights import Scope
from tests.unit.core.people.world import (
    ADMIN,
    EMAILS,
    MEMBER,
    OTHER,
    OWNER,
    PENDING,
    STRANGER,
    PeopleWorld,
    with_key,
)
from tests.unit.core.world import ACCOUNT


@pytest.mark.parametrize("number", [MEMBER, PENDING, ADMIN])
def test_who_is_removed_is_gone_from_store_and_pool(world: PeopleWorld, number: UserId) -> None:
    ask_reset(world.people, EMAILS[number], now=world.now)

    remove_member(world.people, world.caller(OWNER), str(number))

    assert (ACCOUNT.id, number) not in world.members.stored
    assert number not in world.users.stored
    assert number not in world.directory.known
    assert all(ticket.user != number for ticket in world.tickets.stored.values())


def test_who_is_in_another_account_stays_there(world: PeopleWorld) -> None:
    world.join(MEMBER, OTHER)

    remove_member(world.people, world.caller(OWNER), str(MEMBER))

    assert world.member(MEMBER, OTHER).active
    assert world.user(MEMBER).accounts == {OTHER.id}
    assert MEMBER in world.directory.known


def test_the_owner_is_not_removed(world: PeopleWorld) -> None:
    for caller, reference in (
        (world.caller(OWNER), "me"),
        (world.caller(ADMIN), str(OWNER)),
        (with_key(*Scope), str(OWNER)),
    ):
        with pytest.raises(Forbidden):
            remove_member(world.people, caller, reference)
    assert world.member(OWNER).owner


def test_members_leave_and_remove_nobody_else(world: PeopleWorld) -> None:
    with pytest.raises(Forbidden):
        remove_member(world.people, world.caller(MEMBER), str(PENDING))
    with pytest.raises(NotFound):
        remove_member(world.people, world.caller(ADMIN), str(STRANGER))

    remove_member(world.people, world.caller(MEMBER), "me")

    assert MEMBER not in world.users.stored
    assert PENDING in world.users.stored


def test_of_two_admins_who_remove_each_other_one_stays(world: PeopleWorld) -> None:
    world.join(UserId(STRANGER), admin=True)
    first, second = world.caller(ADMIN), world.caller(STRANGER)

    remove_member(world.people, first, str(STRANGER))
    with pytest.raises(Forbidden):
        remove_member(world.people, second, str(ADMIN))

    assert world.member(ADMIN).active


def test_an_admin_leaves_where_an_owner_stays(world: PeopleWorld) -> None:
    remove_member(world.people, world.caller(ADMIN), "me")
    assert (ACCOUNT.id, ADMIN) not in world.members.stored


def test_the_last_administrator_does_not_leave(world: PeopleWorld) -> None:
    caller = world.caller(ADMIN)
    del world.members.stored[ACCOUNT.id, OWNER]

    with pytest.raises(Forbidden):
        remove_member(world.people, caller, "me")

    assert world.member(ADMIN).admin


def test_who_becomes_the_owner_meanwhile_stays(world: PeopleWorld) -> None:
    remove = world.members.remove

    def slowly(*arguments: Any, **named: Any) -> None:
        world.members.remove = remove  # type: ignore[method-assign]
        world.members.hand_over(ACCOUNT.id, owner=OWNER, to=ADMIN)
        remove(*arguments, **named)

    world.members.remove = slowly  # type: ignore[method-assign]

    with pytest.raises(Forbidden):
        remove_member(world.people, with_key(*Scope), str(ADMIN))

    assert world.member(ADMIN).owner


def test_a_key_removes_members(world: PeopleWorld) -> None:
    remove_member(world.people, with_key(Scope.ADMIN), str(ADMIN))
    with pytest.raises(Forbidden):
        remove_member(world.people, with_key(Scope.READ, Scope.WRITE), str(MEMBER))
    assert ADMIN not in world.users.stored


def test_who_is_invited_while_the_user_is_removed_stays(world: PeopleWorld) -> None:
    remove = world.users.remove

    def slowly(user: Any) -> bool:
        world.users.remove = remove  # type: ignore[method-assign]
        caller = world.caller(STRANGER, OTHER)
        invite(world.people, caller, EMAILS[MEMBER], Roles(), now=world.now)
        return remove(user)

    world.users.remove = slowly  # type: ignore[method-assign]

    remove_member(world.people, world.caller(OWNER), str(MEMBER))

    assert world.user(MEMBER).accounts == {OTHER.id}
    assert (OTHER.id, MEMBER) in world.members.stored
    assert MEMBER in world.directory.known


def test_nothing_of_a_membership_that_is_gone_is_left(world: PeopleWorld) -> None:
    who = invite(world.people, world.caller(OWNER), "new@orchard.example", Roles(), now=world.now)
    world.members.stored.pop((ACCOUNT.id, who.user.id))

    forget_membership(world.people, ACCOUNT.id, who.user.id)
    forget_membership(world.people, ACCOUNT.id, who.user.id)

    assert who.user.id not in world.users.stored
    assert world.tickets.stored == {}


def test_an_account_is_handed_over(world: PeopleWorld) -> None:
    member = hand_over(world.people, world.caller(OWNER), str(MEMBER))

    assert member.rights.owner
    assert (world.member(OWNER).owner, world.member(OWNER).admin) == (False, True)
    with pytest.raises(Forbidden):
        hand_over(world.people, world.caller(OWNER), str(ADMIN))


def test_handing_over_to_oneself_changes_nothing(world: PeopleWorld) -> None:
    assert hand_over(world.people, world.caller(OWNER), "me").owner


def test_an_owner_who_was_replaced_hands_nothing_over(world: PeopleWorld) -> None:
    before = world.caller(OWNER)
    hand_over(world.people, before, str(MEMBER))

    with pytest.raises(Conflict):
        hand_over(world.people, before, str(ADMIN))

    assert world.member(MEMBER).owner
    assert not world.member(ADMIN).owner


def test_only_the_owner_hands_over_and_only_to_an_active_member(world: PeopleWorld) -> None:
    for caller in (world.caller(ADMIN), with_key(*Scope)):
        with pytest.raises(Forbidden):
            hand_over(world.people, caller, str(MEMBER))
    with pytest.raises(Conflict):
        hand_over(world.people, world.caller(OWNER), str(PENDING))
    with pytest.raises(NotFound):
        hand_over(world.people, world.caller(OWNER), str(STRANGER))
    assert world.member(OWNER).owner
