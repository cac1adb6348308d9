from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.ids import AccountId, DomainId
from shared.core.plans import plan_named
from shared.core.queues import DnsCheck
from shared.core.watching.schedule import MOST_MISSED, QUARTER_SECONDS, Turn, quarter_of, repair, send_due
from shared.core.watching.switching import begin_watching
from tests.fakes import FakeDnsChecks, FakeTurns
from tests.unit.core.watching.world import CHECK, World
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

DAY = 96


def turns_of(*numbers: int, interval: int = 24) -> FakeTurns:
    turns = FakeTurns()
    for number in numbers:
        turns.put(Turn(AccountId(1), DomainId(number), interval))
    return turns


def run(turns: FakeTurns, now: float) -> list[int]:
    checks = FakeDnsChecks()
    count = send_due(turns, checks, now)
    assert count == len(checks.sent)
    return [check.domain for check, _ in checks.sent]


@pytest.mark.parametrize("interval", [24, 96])
def test_every_domain_has_its_turn_once_an_interval(interval: int) -> None:
    turns = turns_of(*range(1_000, 1_200), interval=interval)
    each_time = [run(turns, NOW + quarter * QUARTER_SECONDS) for quarter in range(interval)]
    assert Counter(number for sent in each_time for number in sent) == Counter(range(1_000, 1_200))
    assert max(map(len, each_time)) - min(map(len, each_time)) <= 1


@settings(max_examples=40)
@given(st.lists(st.integers(0, 2 * DAY), min_size=1, max_size=12))
def test_late_and_repeated_runs_leave_nobody_out(steps: list[int]) -> None:
    turns = turns_of(*range(DAY), interval=DAY)
    quarter = quarter_of(NOW)
    run(turns, NOW)
    sent: Counter[int] = Counter()
    passed = 0
    for step in steps:
        passed += step
        sent.update(run(turns, (quarter + passed) * QUARTER_SECONDS + 7))
    due = Counter((quarter + 1 + step) % DAY for step in range(passed))
    if max(steps) <= MOST_MISSED:
        assert sent == due
    else:
        assert set(sent) == set(due)
        assert all(sent[number] <= due[number] for number in sent)


def test_a_quarter_that_broke_off_is_done_again() -> None:
    turns = turns_of(*range(DAY), interval=DAY)
    run(turns, NOW)

    class Broken(FakeDnsChecks):
        def send(self, checks, *, delay=0):  # type: ignore[no-untyped-def]
            raise ConnectionError

    with pytest.raises(ConnectionError):
        send_due(turns, Broken(), NOW + QUARTER_SECONDS)
    assert run(turns, NOW + QUARTER_SECONDS) == [(quarter_of(NOW) + 1) % DAY]


def test_watching_begins_at_once_at_the_interval_of_the_plan() -> None:
    turns, checks = FakeTurns(), FakeDnsChecks()
    begin_watching(turns, checks, DOMAIN, ACCOUNT)
    assert list(turns.stored.values()) == [Turn(ACCOUNT.id, DOMAIN.id, 96)]
    assert checks.sent == [(CHECK, 0)]


def test_repair_gives_turns_to_those_without_and_moves_those_whose_plan_changed() -> None:
    world = World()
    turns, checks = world.states.turns, world.checks
    inactive = replace(DOMAIN, id=DomainId(20), name="vineyard.example", token="t", active=False)
    world.domains.add(inactive)

    assert repair(world.accounts, world.domains, turns, checks) == 1
    assert checks.sent == [(DnsCheck(ACCOUNT.id, DOMAIN.id), 0)]
    assert repair(world.accounts, world.domains, turns, checks) == 0

    world.accounts.stored[ACCOUNT.id] = replace(world.accounts.stored[ACCOUNT.id], plan=plan_named("pro"))
    assert repair(world.accounts, world.domains, turns, checks) == 1
    assert list(turns.stored.values()) == [Turn(ACCOUNT.id, DOMAIN.id, 24)]
    assert len(checks.sent) == 1
