from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.errors import Conflict, Forbidden, Invalid, Limited, NotFound, TooLarge
from shared.core.ids import UserId
from shared.core.people.passwords import ask_reset, confirm_reset
from shared.core.people.people import Person
from shared.core.people.profiles import LARGEST_SETTINGS, Changes, confirm_address, update_person, written
from shared.core.people.roles import Roles
from shared.core.rights import Level, Rights, Scope
from tests.unit.core.people.world import (
    ADMIN,
    EMAILS,
    MEMBER,
    NEW_PASSWORD,
    OTHER,
    OWNER,
    PENDING,
    STRANGER,
    PeopleWorld,
    with_key,
)
from tests.unit.core.world import ACCOUNT

NEW = "new@orchard.example"


def update(world: PeopleWorld, by: UserId, whom: UserId, **changes: Any) -> Person:
    return update_person(world.people, world.caller(by), str(whom), Changes(**changes), now=world.now)


def test_roles_are_given_and_taken(world: PeopleWorld) -> None:
    given = update(world, OWNER, MEMBER, roles=Roles(admin=True, forensic=True, billing=True)).member
    assert given.rights == Rights(frozenset(Scope))

    taken = update(world, OWNER, MEMBER, roles=Roles(admin=False, billing=False)).member
    assert (taken.admin, taken.forensic, taken.billing) == (False, True, False)
    assert world.member(MEMBER) == taken


def test_what_is_not_said_stays(world: PeopleWorld) -> None:
    before = world.member(MEMBER)
    assert update(world, OWNER, MEMBER).member == before
    assert world.member(MEMBER) == before


@pytest.mark.parametrize("by", [OWNER, ADMIN])
def test_the_roles_of_the_owner_stay(world: PeopleWorld, by: UserId) -> None:
    with pytest.raises(Forbidden):
        update(world, by, OWNER, roles=Roles(admin=False))
    assert world.member(OWNER).rights.owner


def test_nobody_drops_their_own_admin_role(world: PeopleWorld) -> None:
    with pytest.raises(Forbidden) as refused:
        update(world, ADMIN, ADMIN, roles=Roles(admin=False))
    assert refused.value.param == "is_admin"
    assert update(world, ADMIN, ADMIN, roles=Roles(admin=True)).member.admin


def test_of_two_admins_who_demote_each_other_one_stays(world: PeopleWorld) -> None:
    update(world, OWNER, MEMBER, roles=Roles(admin=True))
    first, second = world.caller(ADMIN), world.caller(MEMBER)

    demoted = Changes(roles=Roles(admin=False))
    update_person(world.people, first, str(MEMBER), demoted, now=world.now)
    with pytest.raises(Forbidden):
        update_person(world.people, second, str(ADMIN), demoted, now=world.now)

    assert world.member(ADMIN).admin
    assert not world.member(MEMBER).admin


@pytest.mark.parametrize(
    "roles", [Roles(admin=True), Roles(forensic=True), Roles(billing=True), Roles(admin=False)]
)
def test_members_change_no_roles_not_even_their_own(world: PeopleWorld, roles: Roles) -> None:
    before = world.member(MEMBER)
    for whom in (MEMBER, ADMIN):
        with pytest.raises(Forbidden):
            update(world, MEMBER, whom, roles=roles)
    assert world.member(MEMBER) == before


def test_an_admin_gives_no_right_that_they_lack(world: PeopleWorld) -> None:
    with pytest.raises(Forbidden) as refused:
        update(world, ADMIN, ADMIN, roles=Roles(forensic=True))
    assert refused.value.param == "has_forensic_access"
    assert not world.member(ADMIN).forensic


def test_a_right_that_somebody_has_already_can_be_said_again(world: PeopleWorld) -> None:
    update(world, OWNER, MEMBER, roles=Roles(forensic=True))

    assert update(world, ADMIN, MEMBER, roles=Roles(forensic=True, billing=False)).member.forensic


@pytest.mark.parametrize(
    "value", [None, {}, {"theme": "dark", "pages": [1, 2.5, None]}, [], "x", 0, "ü\u2028"]
)
def test_settings_are_any_json(world: PeopleWorld, value: object) -> None:
    before = replace(world.member(MEMBER), settings="", version=0)

    member = update(world, MEMBER, MEMBER, settings=written(value)).member

    assert member.settings == written(value)
    assert replace(member, settings="", version=0) == before


def test_settings_have_an_end() -> None:
    assert len(written("x" * (LARGEST_SETTINGS - 2))) == LARGEST_SETTINGS
    with pytest.raises(TooLarge) as refused:
        written("ü" * (LARGEST_SETTINGS // 2))
    assert refused.value.param == "settings"


def test_settings_are_for_oneself_and_for_admins(world: PeopleWorld) -> None:
    assert update(world, ADMIN, MEMBER, settings="1").member.settings == "1"
    with pytest.raises(Forbidden):
        update(world, MEMBER, ADMIN, settings="1")
    with pytest.raises(NotFound):
        update(world, ADMIN, STRANGER, settings="1")


def test_access_that_is_given_meanwhile_stays(world: PeopleWorld) -> None:
    change = world.members.change

    def slowly(*arguments: Any, **named: Any) -> Any:
        world.members.change = change  # type: ignore[method-assign]
        world.members.grant(ACCOUNT.id, MEMBER, 5, Level.WRITE)  # type: ignore[arg-type]
        return change(*arguments, **named)

    world.members.change = slowly  # type: ignore[method-assign]
    update(world, OWNER, MEMBER, roles=Roles(forensic=True))

    assert world.member(MEMBER).forensic
    assert world.member(MEMBER).levels == {5: Level.WRITE}


def test_a_new_address_holds_once_its_reader_confirms_it(world: PeopleWorld) -> None:
    update(world, MEMBER, MEMBER, email="New@ORCHARD.example")
    assert world.user(MEMBER).email == EMAILS[MEMBER]
    assert world.directory.known[MEMBER].email == EMAILS[MEMBER]

    user = confirm_address(world.people, world.token("New@orchard.example"), now=world.now)

    assert user.email == "New@orchard.example"
    assert world.users.with_email(NEW) == user
    assert world.users.with_email(EMAILS[MEMBER]) is None
    assert world.member(MEMBER).email == user.email
    assert world.directory.known[MEMBER].email == user.email
    (notice,) = world.letters_to(EMAILS[MEMBER])
    assert user.email in notice.text


def test_a_new_address_is_new_in_every_account(world: PeopleWorld) -> None:
    world.join(MEMBER, OTHER)
    update(world, MEMBER, MEMBER, email=NEW)

    confirm_address(world.people, world.token(NEW), now=world.now)

    assert [world.member(MEMBER, account).email for account in (ACCOUNT, OTHER)] == [NEW, NEW]


def test_a_reset_for_the_old_address_is_void_with_the_new_one(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)
    reset = world.token(EMAILS[MEMBER])
    update(world, MEMBER, MEMBER, email=NEW)
    confirm_address(world.people, world.token(NEW), now=world.now)

    with pytest.raises(Invalid):
        confirm_reset(world.people, reset, NEW_PASSWORD, now=world.now)


def test_a_confirmation_is_good_once_and_for_a_day(world: PeopleWorld) -> None:
    update(world, MEMBER, MEMBER, email=NEW)
    token = world.token(NEW)

    with pytest.raises(Invalid):
        confirm_address(world.people, token, now=world.now + 86_400)
    confirm_address(world.people, token, now=world.now)
    with pytest.raises(Invalid):
        confirm_address(world.people, token, now=world.now)


def test_an_address_that_was_taken_meanwhile_is_not_to_be_had(world: PeopleWorld) -> None:
    update(world, MEMBER, MEMBER, email=NEW)
    world.users.stored[ADMIN] = replace(world.user(ADMIN), email=NEW)

    with pytest.raises(Conflict):
        confirm_address(world.people, world.token(NEW), now=world.now)

    assert world.user(MEMBER).email == EMAILS[MEMBER]
    assert world.directory.known[MEMBER].email == EMAILS[MEMBER]


def test_an_address_that_is_taken_at_the_last_moment_moves_nothing(world: PeopleWorld) -> None:
    update(world, MEMBER, MEMBER, email=NEW)
    move = world.directory.set_email

    def slowly(user: UserId, email: str) -> None:
        move(user, email)
        if email == NEW:
            world.users.stored[ADMIN] = replace(world.user(ADMIN), email=NEW)

    world.directory.set_email = slowly  # type: ignore[method-assign]

    with pytest.raises(Conflict):
        confirm_address(world.people, world.token(NEW), now=world.now)

    assert world.user(MEMBER).email == EMAILS[MEMBER]
    assert world.directory.known[MEMBER].email == EMAILS[MEMBER]


@pytest.mark.parametrize("email", [EMAILS[MEMBER], f"  {EMAILS[MEMBER]}"])
def test_the_address_that_one_has_needs_no_letter(world: PeopleWorld, email: str) -> None:
    update(world, MEMBER, MEMBER, email=email)
    assert world.letters.sent == []


@pytest.mark.parametrize(
    ("by", "whom", "email", "refusal"),
    [
        (MEMBER, MEMBER, "no address", Invalid),
        (MEMBER, MEMBER, EMAILS[ADMIN].upper(), Conflict),
        (MEMBER, ADMIN, NEW, Forbidden),
        (ADMIN, OWNER, NEW, Forbidden),
        (ADMIN, PENDING, NEW, Conflict),
        (ADMIN, STRANGER, NEW, NotFound),
    ],
)
def test_addresses_that_may_not_change(
    world: PeopleWorld, by: UserId, whom: UserId, email: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        update(world, by, whom, email=email)
    assert world.letters.sent == []


def test_who_is_in_another_account_too_changes_the_address_in_person(world: PeopleWorld) -> None:
    """Whoever reads the mail of the address can set the password, and so gets into every account."""
    world.join(MEMBER, OTHER)

    with pytest.raises(Forbidden):
        update(world, OWNER, MEMBER, email=NEW)
    update(world, MEMBER, MEMBER, email=NEW)

    assert [letter.to for letter in world.letters.sent] == [NEW]


def test_an_account_that_was_left_does_not_count(world: PeopleWorld) -> None:
    world.join(MEMBER, OTHER)
    del world.members.stored[OTHER.id, MEMBER]

    update(world, OWNER, MEMBER, email=NEW)

    assert [letter.to for letter in world.letters.sent] == [NEW]


def test_who_signs_in_elsewhere_has_the_address_from_there(world: PeopleWorld) -> None:
    world.users.stored[MEMBER] = replace(world.user(MEMBER), provider="Corp")

    with pytest.raises(Conflict):
        update(world, MEMBER, MEMBER, email=NEW)


def test_where_the_address_is_refused_the_roles_stay(world: PeopleWorld) -> None:
    with pytest.raises(Conflict):
        update(world, OWNER, MEMBER, email=EMAILS[ADMIN], roles=Roles(admin=True), settings="1")
    assert world.member(MEMBER).settings == "{}"
    assert not world.member(MEMBER).admin


def test_letters_to_new_addresses_are_limited(world: PeopleWorld) -> None:
    for number in range(3):
        update(world, MEMBER, MEMBER, email=f"new{number}@orchard.example")
    with pytest.raises(Limited):
        update(world, MEMBER, MEMBER, email=NEW)


def test_a_key_changes_members_and_not_the_owner(world: PeopleWorld) -> None:
    caller = with_key(*Scope)
    changes = Changes(roles=Roles(admin=True), settings="1")

    assert update_person(world.people, caller, f"user_{MEMBER}", changes, now=world.now).member.admin
    with pytest.raises(Forbidden):
        update_person(world.people, caller, f"user_{OWNER}", Changes(email=NEW), now=world.now)
