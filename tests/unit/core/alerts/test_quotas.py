from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.accounts import Account, Status
from shared.core.alerts.events import AlertEvent
from shared.core.alerts.quotas import QuotaWatch, quotas_near
from shared.core.counters import Counters
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.parked_credits import ParkedCredits
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Share
from tests import fakes
from tests.unit.core.world import ACCOUNT, NOW, TODAY

NONE_USED = ParkedCredits(10_000, 0)


def near(account: Account = ACCOUNT, parked: ParkedCredits = NONE_USED, now: int = NOW) -> list[AlertEvent]:
    return list(quotas_near(account, parked, now))


@pytest.mark.parametrize(("used", "step"), [(0, None), (3, None), (4, 80), (5, 100), (6, 100)])
def test_each_step_is_told_of_by_itself(used: int, step: int | None) -> None:
    found = near(replace(ACCOUNT, active_domains=used))
    assert [event.facts["per_cent"] for event in found] == ([] if step is None else [step])


def test_whatever_a_plan_has_a_limit_of_is_told() -> None:
    plan = replace(ACCOUNT.plan, parked_domains=10, members=5, groups=20, tags=30, api_keys=40)
    full = replace(ACCOUNT, plan=plan, parked_domains=9, members=4, groups=16, tags=25, api_keys=32)
    found = near(full, ParkedCredits(10_000, 8_000))
    assert [(event.facts["limit"], event.facts["used"], event.facts["allowed"]) for event in found] == [
        ("parked domains", 9, 10),
        ("parked credits", 8_000, 10_000),
        ("members", 4, 5),
        ("groups", 16, 20),
        ("tags", 25, 30),
        ("API keys", 32, 40),
    ]
    assert {event.domain for event in found} == {None}


def test_whoever_has_few_sees_it_without_being_told() -> None:
    plan = replace(ACCOUNT.plan, included_domains=4, members=2, parked_credits=1_000)
    assert near(replace(ACCOUNT, plan=plan, active_domains=4, members=2), ParkedCredits(1_000, 0)) == []


def test_a_plan_without_credits_has_none_to_use_up() -> None:
    assert near(parked=ParkedCredits(0, 0)) == []


def test_it_is_told_again_when_more_is_allowed_and_of_credits_in_the_next_month() -> None:
    full = replace(ACCOUNT, active_domains=5)
    more = replace(full, extra_domains=1)
    (one,), (later,), (two,) = near(full), near(full, now=NOW + 40 * 86_400), near(more)
    assert one.key == later.key != two.key
    used = ParkedCredits(10_000, 9_000)
    (november,), (january,) = near(parked=used), near(parked=used, now=NOW + 60 * 86_400)
    assert november.key != january.key


class Watched:
    """Accounts of which none is at its limits, but for what is put beside them."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts, self.rollups = fakes.FakeAccounts(), fakes.FakeRollups()
        self.alerts = fakes.FakeAlertEvents()
        for account in accounts:
            self.accounts.add(account)

    def watch(self) -> int:
        return QuotaWatch(self.accounts, self.rollups, self.alerts).watch(NOW)

    def parked_messages(self, account: Account, count: int) -> None:
        totals = DayTotals(TODAY, ((Trust.AUTHENTICATED, Share(1, Counters((count, *[0] * 11)))),))
        rollup = DayRollup(account.id, DomainId(7), totals, DayDetail(TODAY, ()), NOW * 2, parked=True)
        assert self.rollups.replace(rollup, expected=0)


OTHER = replace(ACCOUNT, id=AccountId(99), token="another")


def test_all_accounts_are_looked_at_but_those_that_leave() -> None:
    leaving = replace(ACCOUNT, id=AccountId(98), token="leaving", members=5, status=Status.CLOSING)
    world = Watched(replace(ACCOUNT, members=5), OTHER, leaving)
    assert (world.watch(), world.watch()) == (1, 1)
    first, again = world.alerts.sent
    assert first == again
    assert (first.account, first.facts["limit"], first.facts["per_cent"]) == (ACCOUNT.id, "members", 100)


def test_credits_are_read_only_of_who_has_parked_domains() -> None:
    world = Watched(replace(ACCOUNT, parked_domains=1), OTHER)
    for account in (ACCOUNT, OTHER):
        world.parked_messages(account, account.plan.parked_credits)
    assert world.watch() == 1
    (event,) = world.alerts.sent
    assert (event.account, event.facts["limit"]) == (ACCOUNT.id, "parked credits")
