from __future__ import annotations

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


@pytest.mark.parametrize("offset", [0, 1, QUARTER - 1])
def test_an_hour_looks_at_every_hosting_once(offset: int) -> None:
    world = world_of(10)
    counts = [send_due(world.hostings, world.checks, NOW + offset + n * QUARTER) for n in range(SLOTS)]
    looked_at = [check.domain for check, _ in world.checks.sent]
    assert sorted(looked_at) == list(range(1, 11))
    assert sum(counts) == 10
    assert max(counts) - min(counts) <= 1


def test_a_quarter_of_an_hour_has_the_same_hostings_from_its_beginning_to_its_end() -> None:
    world = world_of(10)
    start = NOW // QUARTER * QUARTER
    for moment in (start, start + 0.5, start + 899.9):
        send_due(world.hostings, world.checks, moment)
    sent = [check for check, _ in world.checks.sent]
    third = len(sent) // 3
    assert third
    assert sent[:third] == sent[third : 2 * third] == sent[2 * third :]


def test_a_look_of_the_schedule_is_not_followed_by_others_by_itself() -> None:
    world = world_of(SLOTS)
    send_due(world.hostings, world.checks, NOW)
    ((check, delay),) = world.checks.sent
    assert check == HostingCheck(world.domain.account, check.domain, SCHEDULED)
    assert delay == 0
    assert check.round >= len(DELAYS)
