from __future__ import annotations

import pytest

from shared.core.api_keys import hash_of
from shared.core.errors import Forbidden, NotFound, Unauthenticated
from shared.core.ids import UserId
from shared.core.member_tokens import enter_with_secret, owner_of
from shared.core.people.api_tokens import renew_token, revoke_token
from tests.unit.core.people.world import ADMIN, MEMBER, OWNER, PeopleWorld
from tests.unit.core.world import ACCOUNT


def test_a_new_token_takes_the_place_of_the_one_before(world: PeopleWorld) -> None:
    first, second = (renew_token(world.people, world.caller(MEMBER), "me")[1] for _ in range(2))
    stored = world.members.stored[ACCOUNT.id, MEMBER]

    assert owner_of(second) == (ACCOUNT.id, MEMBER)
    assert (stored.token_hash, stored.token_shown) == (hash_of(second), second[:-39])
    account, entered = enter_with_secret(world.members, second, world.now)
    assert (account, entered.user) == (ACCOUNT.id, MEMBER)
    with pytest.raises(Unauthenticated):
        enter_with_secret(world.members, first, world.now)


@pytest.mark.parametrize("who", [OWNER, ADMIN])
def test_nobody_makes_the_token_of_another(world: PeopleWorld, who: UserId) -> None:
    with pytest.raises(Forbidden):
        renew_token(world.people, world.caller(who), f"user_{MEMBER}")
    assert world.members.stored[ACCOUNT.id, MEMBER].token_hash is None


def test_an_admin_takes_it_away_and_a_member_only_his_own(world: PeopleWorld) -> None:
    for taker in (MEMBER, ADMIN):
        secret = renew_token(world.people, world.caller(MEMBER), "me")[1]
        revoke_token(world.people, world.caller(taker), f"user_{MEMBER}")
        with pytest.raises(Unauthenticated):
            enter_with_secret(world.members, secret, world.now)
    with pytest.raises(Forbidden):
        revoke_token(world.people, world.caller(MEMBER), f"user_{ADMIN}")
    with pytest.raises(NotFound):
        revoke_token(world.people, world.caller(ADMIN), "user_999")
