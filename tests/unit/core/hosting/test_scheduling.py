from __future__ import annotations

from unittest.mock import Mock

import pytest

from shared.core.hosting.hosting import SLOTS
from shared.core.hosting.scheduling import send_due
from shared.core.hosting.tending import DELAYS, SCHEDULED
from shared.core.ids import DomainId
from shared.core.queues import HostingCheck
from tests.unit.core.hosting.world import World
from tests.unit.core.world import NOW

QUARTER = 900


def world_of(count: int) -> World:
    world = World()
    world.dmarc_on()
    hosting = world.hosting
    world.hostings.stored = {(hosting.account, DomainId(number)): hosting for number in range(1, count + 1)}
    world.checks.sent.clear()
    return world


@pytest.mark.parametrize(
    "offsets", [(0, 0, 0, 0), (1, 1, 1, 1), (899.9, 899.9, 899.9, 899.9), (899.9, 0.1, 0.1, 899.9)]
)
def test_an_hour_looks_at_every_hosting_once(offsets: tuple[float, ...]) -> None:
    world = world_of(10)
    moments = (NOW + n * QUARTER + offset for n, offset in enumerate(offsets))
    counts = [send_due(world.hostings, world.checks, moment) for moment in moments]
    looked_at = [check.domain for check, _ in world.checks.sent]
    assert sorted(looked_at) == list(range(1, 11))
    assert sum(counts) == 10
    assert max(counts) - min(counts) <= 1


def test_a_quarter_of_an_hour_that_no_run_fell_into_is_made_up_for() -> None:
    world = world_of(10)
    start = NOW // QUARTER * QUARTER
    for moment in (start + 0.1, start + 899.9, start + 2 * QUARTER + 0.1, start + 3 * QUARTER):
        send_due(world.hostings, world.checks, moment)
    assert sorted(check.domain for check, _ in world.checks.sent) == list(range(1, 11))


def test_an_outage_is_made_up_for_with_one_look_each() -> None:
    world = world_of(10)
    send_due(world.hostings, world.checks, NOW)
    world.checks.sent.clear()
    assert send_due(world.hostings, world.checks, NOW + 86_400) == 10
    assert sorted(check.domain for check, _ in world.checks.sent) == list(range(1, 11))


def test_a_quarter_that_was_broken_off_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of(SLOTS)
    send_due(world.hostings, world.checks, NOW)
    monkeypatch.setattr(world.checks, "send", Mock(side_effect=ConnectionError))
    with pytest.raises(ConnectionError):
        send_due(world.hostings, world.checks, NOW + QUARTER)
    monkeypatch.undo()
    assert send_due(world.hostings, world.checks, NOW + QUARTER) == 1


def test_a_look_of_the_schedule_is_not_followed_by_others_by_itself() -> None:
    world = world_of(SLOTS)
    send_due(world.hostings, world.checks, NOW)
    ((check, delay),) = world.checks.sent
    assert check == HostingCheck(world.domain.account, check.domain, SCHEDULED)
    assert delay == 0
    assert check.round >= len(DELAYS)
