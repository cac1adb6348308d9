from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from shared.core.api_keys import ApiKey, revoke_keys_of_group
from shared.core.callers import Caller
from shared.core.errors import Conflict, Forbidden, Invalid, NotFound, PlanLimit, Refusal
from shared.core.groups import Group
from shared.core.ids import ApiKeyId, GroupId
from shared.core.key_issuing import (
    LONGEST_OVERLAP,
    Minting,
    Terms,
    issue_key,
    list_keys,
    rename_key,
    rotate_key,
    take_key,
)
from shared.core.rights import ALL, DEFAULT_GROUP, Rights, Scope
from tests import fakes
from tests.unit.core.world import ACCOUNT, NOW, stored_domains

CLIENTS = GroupId(42)
ADMIN = Rights(frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN}))


@dataclass
class World:
    rights: Rights = ADMIN
    now: float = NOW
    keys: fakes.FakeApiKeys = field(default_factory=fakes.FakeApiKeys)
    numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.groups = fakes.FakeGroups(stored_domains())
        self.groups.add(Group(CLIENTS, ACCOUNT.id, "clients", NOW), most=1)

    @property
    def caller(self) -> Caller:
        return Caller(ACCOUNT, None, self.now, self.rights)

    @property
    def minting(self) -> Minting:
        return Minting(self.now, lambda: f"{next(self.numbers):043d}", lambda bits: next(self.numbers))

    def issue(self, terms: Terms) -> ApiKey:
        return issue_key(self.caller, self.keys, self.groups, terms, self.minting)[0]

    def rotate(self, key: ApiKey, overlap: int = 60) -> ApiKey:
        return rotate_key(self.caller, self.keys, key.id, overlap, self.minting)[0]

    def names(self) -> list[str]:
        return [key.name for key in list_keys(replace(self.caller, rights=ALL), self.keys)]


@pytest.mark.parametrize("scopes", [frozenset(Scope) - {Scope.ADMIN}, frozenset[Scope]()])
def test_only_who_administers_has_to_do_with_keys(scopes: frozenset[Scope]) -> None:
    world = World()
    key = world.issue(Terms("there already"))
    world.rights = Rights(scopes)
    for attempt in (
        lambda: world.issue(Terms("mine", frozenset({Scope.READ}))),
        lambda: world.rotate(key),
        lambda: rename_key(world.caller, world.keys, key.id, "mine"),
        lambda: take_key(world.caller, world.keys, key.id),
        lambda: list_keys(world.caller, world.keys),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert world.names() == ["there already"]


def test_a_key_has_what_its_maker_has_unless_told_otherwise() -> None:
    world = World()
    assert world.issue(Terms("all")).scopes == ADMIN.scopes
    assert world.issue(Terms("of a group", group=CLIENTS)).scopes == {Scope.READ, Scope.WRITE}
    world.rights = ALL
    assert world.issue(Terms("all")).scopes == frozenset(Scope)


@pytest.mark.parametrize("scope", sorted(set(Scope) - ADMIN.scopes))
def test_nobody_makes_a_key_that_may_more_than_himself(scope: Scope) -> None:
    world = World()
    with pytest.raises(Forbidden) as refused:
        world.issue(Terms("more", frozenset({Scope.READ, scope})))
    assert refused.value.param == "scopes"

    world.rights = ALL
    key = world.issue(Terms("more", frozenset({scope})))
    world.rights = ADMIN
    with pytest.raises(Forbidden):
        world.rotate(key)
    assert len(world.names()) == 1


@pytest.mark.parametrize("scope", [Scope.WRITE, Scope.FORENSIC])
def test_who_may_write_may_read(scope: Scope) -> None:
    assert World(ALL).issue(Terms("k", frozenset({scope}))).scopes == {scope, Scope.READ}


@pytest.mark.parametrize(
    ("terms", "param"),
    [
        (Terms(""), "name"),
        (Terms("x" * 101), "name"),
        (Terms("a\u202eb"), "name"),
        (Terms("k", frozenset()), "scopes"),
        (Terms("k", frozenset({Scope.READ, Scope.ADMIN}), CLIENTS), "scopes"),
        (Terms("k", frozenset({Scope.READ, Scope.BILLING}), DEFAULT_GROUP), "scopes"),
        (Terms("k", group=GroupId(43)), "group_id"),
        (Terms("k", expires=NOW), "expires_at"),
        (Terms("k", expires=-1), "expires_at"),
        (Terms("k", expires=NOW + 11 * 366 * 86_400), "expires_at"),
    ],
)
def test_terms_that_no_key_can_have(terms: Terms, param: str) -> None:
    world = World(ALL)
    with pytest.raises(Invalid) as refused:
        world.issue(terms)
    assert refused.value.param == param
    assert world.names() == []


def test_a_successor_is_as_the_old_key_was() -> None:
    world = World(ALL)
    old = world.issue(Terms("nightly", frozenset({Scope.READ}), CLIENTS, NOW + 1_000))
    world.now = NOW + 900
    new = world.rotate(old, 500)
    assert (new.name, new.scopes, new.group, new.expires) == (old.name, old.scopes, old.group, NOW + 1_900)
    assert new.id != old.id
    assert new.hash != old.hash
    listed = {key.id: key for key in list_keys(world.caller, world.keys)}
    assert (listed[old.id].expires, listed[old.id].successor) == (NOW + 1_000, new.id)


@pytest.mark.parametrize("overlap", [0, 86_400, LONGEST_OVERLAP])
def test_the_old_key_lives_for_the_overlap(overlap: int) -> None:
    world = World(ALL)
    old = world.issue(Terms("k"))
    assert world.rotate(old, overlap).expires is None
    if overlap:
        assert world.keys.spend(old.hash, NOW + overlap - 1) is not None
    assert world.keys.spend(old.hash, NOW + overlap) is None


def test_what_cannot_be_rotated() -> None:
    world = World(ALL)
    short, rotated = world.issue(Terms("short", expires=NOW + 60)), world.issue(Terms("rotated"))
    world.rotate(rotated)
    world.now = NOW + 60
    for key, overlap, refusal in (
        (short, 60, Conflict),
        (rotated, 60, Conflict),
        (replace(short, id=ApiKeyId(999)), 60, NotFound),
        (short, -1, Invalid),
        (short, LONGEST_OVERLAP + 1, Invalid),
    ):
        with pytest.raises(refusal):
            world.rotate(key, overlap)
    assert len(world.names()) == 3


def test_a_full_account_can_rotate_every_key_once_and_add_none() -> None:
    world = World(ALL)
    keys = [world.issue(Terms(f"{number}")) for number in range(ACCOUNT.plan.api_keys)]
    newest = [world.rotate(key) for key in keys]
    with pytest.raises(PlanLimit):
        world.issue(Terms("more"))
    with pytest.raises(PlanLimit):
        world.rotate(newest[0])
    assert len(world.names()) == 2 * ACCOUNT.plan.api_keys


def test_expired_keys_make_room() -> None:
    world = World(ALL)
    keys = [world.issue(Terms(f"{number}")) for number in range(ACCOUNT.plan.api_keys)]
    world.rotate(keys[0])
    world.keys.revoke(ACCOUNT.id, keys[1].id)
    world.now = NOW + 60
    world.issue(Terms("room"))
    assert "room" in world.names()
    assert world.keys.get(ACCOUNT.id, keys[0].id) is None


def test_the_keys_of_a_removed_group_are_swept_up() -> None:
    world = World(ALL)
    for group in (CLIENTS, DEFAULT_GROUP, None):
        world.issue(Terms(f"of {group}", group=group))
    revoke_keys_of_group(world.keys, ACCOUNT.id, CLIENTS)
    assert world.names() == ["of None", "of 1"]


def test_keys_are_named_anew() -> None:
    world = World(ALL)
    key = world.issue(Terms("k"))
    assert rename_key(world.caller, world.keys, key.id, " nightly ").name == "nightly"
    for number, name, refusal in ((key.id, "\n", Invalid), (ApiKeyId(999), "x", NotFound)):
        with pytest.raises(refusal) as refused:
            rename_key(world.caller, world.keys, number, name)
        assert isinstance(refused.value, Refusal)
    assert world.names() == ["nightly"]
