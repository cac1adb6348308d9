from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.errors import Conflict, Forbidden, Invalid, Limited, NotFound, Unauthenticated
from shared.core.ids import AccountId, UserId
from shared.core.people.passwords import GUESSES_AN_HOUR
from shared.core.people.people import Person, find_person
from shared.core.people.second_factor import (
    begin_totp,
    confirm_totp,
    remove_totp,
    reset_owner_totp,
    reset_totp,
    with_second_factor,
)
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

TOKEN = f"access.{MEMBER}"


def test_a_second_factor_is_begun_confirmed_and_removed(world: PeopleWorld) -> None:
    caller = world.caller(MEMBER)

    begun = begin_totp(world.people, caller, TOKEN)
    assert not world.user(MEMBER).totp
    assert begun.uri == (
        f"otpauth://totp/Postseal%3Amember%40orchard.example?secret={begun.secret}&issuer=Postseal"
    )
    assert begun.secret not in repr(begun)

    assert confirm_totp(world.people, caller, TOKEN, "000000", now=world.now).totp
    assert world.user(MEMBER).totp
    assert world.directory.known[MEMBER].secret == begun.secret

    assert not remove_totp(world.people, caller, TOKEN).totp
    assert not world.user(MEMBER).totp
    assert world.directory.known[MEMBER].secret is None


@pytest.mark.parametrize("code", ["123456", "", "00000", "0000000", "00000a", "\u0660" * 6])
def test_a_wrong_code_confirms_nothing(world: PeopleWorld, code: str) -> None:
    caller = world.caller(MEMBER)
    begin_totp(world.people, caller, TOKEN)

    with pytest.raises(Invalid) as refused:
        confirm_totp(world.people, caller, TOKEN, code, now=world.now)

    assert refused.value.param == "code"
    assert not world.user(MEMBER).totp


def test_codes_are_guessed_as_seldom_as_passwords(world: PeopleWorld) -> None:
    caller = world.caller(MEMBER)
    begin_totp(world.people, caller, TOKEN)
    for _ in range(GUESSES_AN_HOUR):
        with pytest.raises(Invalid):
            confirm_totp(world.people, caller, TOKEN, "123456", now=world.now)

    with pytest.raises(Limited):
        confirm_totp(world.people, caller, TOKEN, "000000", now=world.now)


def test_a_second_factor_is_for_who_signed_in(world: PeopleWorld) -> None:
    for caller, token in (
        (with_key(*Scope), TOKEN),
        (world.caller(MEMBER), None),
    ):
        with pytest.raises(Forbidden):
            begin_totp(world.people, caller, token)
        with pytest.raises(Forbidden):
            confirm_totp(world.people, caller, token, "000000", now=world.now)
        with pytest.raises(Forbidden):
            remove_totp(world.people, caller, token)
    with pytest.raises(Unauthenticated):
        begin_totp(world.people, world.caller(MEMBER), "access.999")


def test_who_signs_in_elsewhere_is_asked_there(world: PeopleWorld) -> None:
    world.users.stored[MEMBER] = replace(world.user(MEMBER), provider="Corp")

    with pytest.raises(Conflict):
        begin_totp(world.people, world.caller(MEMBER), TOKEN)


def given_totp(world: PeopleWorld, user: UserId) -> None:
    caller, token = world.caller(user), f"access.{user}"
    begin_totp(world.people, caller, token)
    confirm_totp(world.people, caller, token, "000000", now=world.now)


def seen(world: PeopleWorld, user: UserId) -> Person:
    return find_person(world.people, world.caller(OWNER), str(user))


def test_what_was_changed_in_the_pool_is_seen_and_kept(world: PeopleWorld) -> None:
    world.directory.known[MEMBER].secret = "SECRET"
    assert with_second_factor(world.people, seen(world, MEMBER)).user.totp
    assert world.user(MEMBER).totp

    world.directory.known[MEMBER].secret = None
    assert not with_second_factor(world.people, seen(world, MEMBER)).user.totp
    assert not world.user(MEMBER).totp


def test_nobody_is_looked_up_in_vain(world: PeopleWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither who is pending nor who signs in elsewhere; and a pool without time changes nothing."""

    def busy(user: UserId) -> bool:
        raise Limited("Too many requests", retry_after=5)

    world.users.stored[ADMIN] = replace(world.user(ADMIN), provider="Corp")
    given_totp(world, MEMBER)
    del world.directory.known[OWNER]
    monkeypatch.setattr(world.directory, "asks_totp", busy)

    for user in (PENDING, ADMIN, MEMBER):
        assert with_second_factor(world.people, seen(world, user)) == seen(world, user)
    monkeypatch.undo()
    assert with_second_factor(world.people, seen(world, OWNER)) == seen(world, OWNER)


def test_an_administrator_takes_off_what_a_member_has_lost(world: PeopleWorld) -> None:
    given_totp(world, MEMBER)

    reset_totp(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)

    known = world.directory.known[MEMBER]
    assert (known.secret, known.sessions) == (None, 0)
    assert not world.user(MEMBER).totp
    assert world.member(MEMBER).sessions_from == int(world.now)
    (letter,) = world.letters_to(EMAILS[MEMBER])
    assert "An administrator of your account" in letter.text
    with pytest.raises(Conflict):
        reset_totp(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)


def test_what_was_set_up_in_the_pool_is_taken_off_too(world: PeopleWorld) -> None:
    world.directory.known[MEMBER].secret = "SECRET"
    world.letters.refused.add(EMAILS[MEMBER])

    reset_totp(world.people, with_key(*Scope), str(MEMBER), now=world.now)

    assert world.directory.known[MEMBER].secret is None


def test_it_is_taken_off_nobody_for_whom_the_administrator_cannot_speak(world: PeopleWorld) -> None:
    for user in (OWNER, ADMIN, MEMBER):
        given_totp(world, user)
    world.join(ADMIN, OTHER)

    refused = [(ADMIN, OWNER), (ADMIN, ADMIN), (OWNER, OWNER), (OWNER, ADMIN), (MEMBER, ADMIN)]
    for by, whose in refused:
        with pytest.raises(Forbidden):
            reset_totp(world.people, world.caller(by), str(whose), now=world.now)
    with pytest.raises(NotFound):
        reset_totp(world.people, world.caller(OWNER), str(STRANGER), now=world.now)
    assert all(world.directory.known[user].secret for user in (OWNER, ADMIN, MEMBER))


def test_it_is_not_taken_off_again_and_again(world: PeopleWorld) -> None:
    for _ in range(3):
        given_totp(world, MEMBER)
        reset_totp(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)
    given_totp(world, MEMBER)
    with pytest.raises(Limited):
        reset_totp(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)


def test_the_operator_takes_it_off_an_owner(world: PeopleWorld) -> None:
    given_totp(world, OWNER)

    reset_owner_totp(world.people, ACCOUNT.id, now=world.now)

    assert world.directory.known[OWNER].secret is None
    assert "operator" in world.letters_to(EMAILS[OWNER])[-1].text
    with pytest.raises(Conflict):
        reset_owner_totp(world.people, ACCOUNT.id, now=world.now)
    with pytest.raises(NotFound):
        reset_owner_totp(world.people, AccountId(99), now=world.now)


def test_what_another_asks_for_nobody_takes_off(world: PeopleWorld) -> None:
    world.users.stored[MEMBER] = replace(world.user(MEMBER), provider="Corp")

    with pytest.raises(Conflict, match="Corp"):
        reset_totp(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)
