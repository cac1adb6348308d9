from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.errors import Conflict, Forbidden, Invalid, Limited, Unauthenticated
from shared.core.people.passwords import GUESSES_AN_HOUR
from shared.core.people.second_factor import begin_totp, confirm_totp, remove_totp
from shared.core.rights import Scope
from tests.unit.core.people.world import MEMBER, PeopleWorld, with_key

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
