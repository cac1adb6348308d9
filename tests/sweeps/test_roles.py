"""The table of roles, asked of the deployment with real keys and real tokens of the user pool."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.local.running import RunningStack
from tests.needs import Need
from tests.roles import ROLES, Answer, Role, Row, rows
from tests.sweeps.cast import AT_ONCE, Cast

ROWS = list(rows())
WITHOUT = ("owner", "nobody")
"""Roles for which routes are asked that need no credential: the others would be told the same."""


@pytest.fixture(scope="module")
def told(stack: RunningStack) -> dict[str, dict[str, tuple[Answer, str]]]:
    """What each role was answered, by role and row: they ask side by side, each one row after the other."""
    cast = Cast(stack, ROWS)
    with closing(cast), ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda role: asked(cast, role), ROLES)
        return {role.name: given for role, given in zip(ROLES, answers, strict=True)}


def asked(cast: Cast, role: Role) -> dict[str, tuple[Answer, str]]:
    return {row.route: cast.ask(row, role) for row in ROWS if wanted(row, role)}


def wanted(row: Row, role: Role) -> bool:
    return row.probe.need is not Need.NOTHING or role.name in WITHOUT


@pytest.mark.parametrize("role", ROLES, ids=[role.name for role in ROLES])
def test_the_role_is_given_its_answer_on_every_route(
    told: dict[str, dict[str, tuple[Answer, str]]], role: Role
) -> None:
    expected = {row.route: row.expected(role) for row in ROWS if wanted(row, role)}
    wrong = {
        name: f"{said}; expected {expected[name]}"
        for name, (given, said) in told[role.name].items()
        if given is not expected[name]
    }
    assert wrong == {}
    assert set(told[role.name]) == set(expected)
