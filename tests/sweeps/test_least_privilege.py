"""Without one of its rights, what takes it fails; with all of them it is done. And no right is there for
nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.running import RunningStack
from tests.sweeps.privileges import Right, Roles
from tests.sweeps.rights.asked import Case
from tests.sweeps.rights.left_out import why_left_out
from tests.sweeps.rights.scene import Scene
from tests.sweeps.rights.uses import unshown, uses

USES = list(uses())


@pytest.fixture(scope="module")
def roles(stack: RunningStack) -> Roles:
    return Roles(stack)


@pytest.fixture(scope="module")
def scene(stack: RunningStack) -> Iterator[Scene]:
    made = Scene(stack)
    yield made
    made.close()


def test_every_right_is_shown_to_be_used_or_said_not_to_be(roles: Roles) -> None:
    shown = [str(right) for _, _, rights in USES for right in rights]
    deployed = roles.rights()
    left_out = {right for right in deployed if str(right) not in shown and why_left_out(right)}
    assert sorted(map(str, deployed - left_out)) == sorted([*shown, *map(str, unshown())])


@pytest.mark.parametrize(
    ("case", "rights"),
    [(case, rights) for _, case, rights in USES],
    ids=[f"{function}-{case.__name__}" for function, case, _ in USES],
)
def test_it_fails_without_any_of_its_rights(
    roles: Roles, scene: Scene, case: Case, rights: tuple[Right, ...]
) -> None:
    for right in rights:
        tried = case(scene)
        with roles.without(right):
            assert not tried(), f"{right} is not needed"
    assert case(scene)(), "it fails with all of them, too"
