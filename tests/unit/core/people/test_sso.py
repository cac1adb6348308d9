from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.errors import Conflict, Forbidden, Invalid, NotFound
from shared.core.ids import UserId
from shared.core.people.passwords import ask_reset, confirm_reset
from shared.core.people.sso import convert_to_sso
from shared.core.rights import Scope
from tests.unit.core.people.world import (
    ADMIN,
    EMAILS,
    MEMBER,
    NEW_PASSWORD,
    OTHER,
    OWNER,
    PASSWORD,
    PENDING,
    STRANGER,
    PeopleWorld,
    with_key,
)


def test_who_is_converted_signs_in_there_and_not_here(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)
    world.users.stored[MEMBER] = replace(world.user(MEMBER), totp=True)

    who = convert_to_sso(world.people, world.caller(ADMIN), str(MEMBER))

    assert (who.user.provider, who.user.totp) == ("Corp", False)
    assert world.user(MEMBER) == who.user
    known = world.directory.known[MEMBER]
    assert known.links == {"Corp": EMAILS[MEMBER]}
    assert known.password not in (None, PASSWORD)
    assert len(known.password or "") > 40
    assert known.sessions == 0
    with pytest.raises(Invalid):
        confirm_reset(world.people, world.token(EMAILS[MEMBER]), NEW_PASSWORD, now=world.now)


def test_converting_again_is_harmless(world: PeopleWorld) -> None:
    convert_to_sso(world.people, world.caller(ADMIN), str(MEMBER))
    password = world.password(MEMBER)

    convert_to_sso(world.people, world.caller(ADMIN), str(MEMBER), "Corp")

    assert world.password(MEMBER) == password


@pytest.mark.parametrize(
    ("providers", "wanted"), [((), None), ((), "Corp"), (("Corp", "Lab"), None), (("Corp",), "Lab")]
)
def test_the_provider_has_to_be_one_of_the_pool(
    world: PeopleWorld, providers: tuple[str, ...], wanted: str | None
) -> None:
    world.providers = providers

    with pytest.raises(Invalid) as refused:
        convert_to_sso(world.people, world.caller(ADMIN), str(MEMBER), wanted)

    assert refused.value.param == "provider"
    assert world.password(MEMBER) == PASSWORD


def test_one_of_several_providers_is_named(world: PeopleWorld) -> None:
    world.providers = ("Corp", "Lab")

    assert convert_to_sso(world.people, world.caller(ADMIN), str(MEMBER), "Lab").user.provider == "Lab"


@pytest.mark.parametrize(
    ("by", "whom", "refusal"),
    [
        (MEMBER, "me", Forbidden),
        (MEMBER, str(ADMIN), Forbidden),
        (ADMIN, str(OWNER), Forbidden),
        (ADMIN, str(PENDING), Conflict),
        (ADMIN, str(STRANGER), NotFound),
    ],
)
def test_who_may_not_be_converted_keeps_the_password(
    world: PeopleWorld, by: UserId, whom: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        convert_to_sso(world.people, world.caller(by), whom)
    assert all(not known.links for known in world.directory.known.values())


def test_an_owner_converts_in_person_and_a_key_converts_members(world: PeopleWorld) -> None:
    assert convert_to_sso(world.people, world.caller(OWNER), "me").user.provider == "Corp"
    assert convert_to_sso(world.people, with_key(Scope.ADMIN), str(MEMBER)).user.provider == "Corp"


def test_who_is_in_another_account_too_is_not_this_ones_to_convert(world: PeopleWorld) -> None:
    world.join(MEMBER, OTHER)

    with pytest.raises(Forbidden):
        convert_to_sso(world.people, world.caller(OWNER), str(MEMBER))

    assert world.password(MEMBER) == PASSWORD
