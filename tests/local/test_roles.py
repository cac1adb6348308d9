"""The table of roles, asked of the deployment with real keys and real tokens of the user pool."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.local.cast import AT_ONCE, Cast
from tests.local.running import RunningStack
from tests.roles import ROLES, Answer, Role, rows

ROWS = list(rows())


@pytest.fixture(scope="module")
def told(stack: RunningStack) -> dict[str, dict[str, tuple[Answer, str]]]:
    """What each role was answered, by role and row: they ask side by side, each one row after the other."""
    cast = Cast(stack, ROWS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(
            zip((role.name for role in ROLES), pool.map(lambda role: asked(cast, role), ROLES), strict=True)
        )


def asked(cast: Cast, role: Role) -> dict[str, tuple[Answer, str]]:
    return {f"{row.method} {row.name}": cast.ask(row, role) for row in ROWS}


@pytest.mark.parametrize("role", ROLES, ids=[role.name for role in ROLES])
def test_the_role_is_given_its_answer_on_every_route(
    told: dict[str, dict[str, tuple[Answer, str]]], role: Role
) -> None:
    expected = {f"{row.method} {row.name}": row.expected(role) for row in ROWS}
    wrong = {
        name: f"{said}; expected {expected[name]}"
        for name, (given, said) in told[role.name].items()
        if given is not expected[name]
    }
    assert wrong == {}
