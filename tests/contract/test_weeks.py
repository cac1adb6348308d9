"""Messages of the last days by standing, as they are kept beside the rollups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.core.access import Readable
from shared.core.clock import epoch_of
from shared.core.counters import Standings
from shared.core.domains import Domain
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.rollups import WEEK, DayRollup, Share
from tests.contract import given
from tests.contract.given import DAY, nothing
from tests.contract.stores import AwsStores, Stores

FIRST = DAY - timedelta(days=WEEK - 1)


@pytest.fixture
def ready(stores: Stores) -> Stores:
    stores.clock.time = epoch_of(DAY) + 3_600
    return stores


def rollup(home: Domain, *, day: date = DAY, messages: int, tls: int = 0) -> DayRollup:
    """Most of them capable, one of them a threat, in mail of two trust classes."""
    made = given.rollup(home, day=day, messages=messages, tls=tls)
    share = Share(1, made.totals.shares[0][1].counters)
    shares = (
        (Trust.AUTHENTICATED, replace(share, standings=Standings((messages - 1, 0, 0, 0)))),
        (Trust.UNVERIFIED, replace(share, standings=Standings((0, 0, 0, 1)))),
    )
    return replace(made, totals=replace(made.totals, shares=shares if messages else ()))


def counted(stores: Stores, right: Readable, first: date = FIRST, last: date = DAY) -> dict[DomainId, int]:
    return {home: sum(found.counts) for home, found in stores.rollups.weeks(right, first, last).items()}


def test_weeks_follow_their_rollups(ready: Stores) -> None:
    owner = given.account(ready)
    one, other, silent = (
        given.domain(ready, owner, name) for name in ("a.example", "b.example", "c.example")
    )
    stranger = given.domain(ready, given.account(ready))
    everything = given.right(ready, owner)
    for home, ago, messages in ((one, 0, 5), (one, 7, 3), (other, 1, 11), (stranger, 0, 50)):
        made = rollup(home, day=DAY - timedelta(days=ago), messages=messages)
        assert ready.rollups.replace(made, expected=0)
    assert ready.rollups.replace(rollup(silent, messages=0, tls=1), expected=0)
    assert counted(ready, everything) == {one.id: 8, other.id: 11}
    assert counted(ready, everything, first=DAY - timedelta(days=6)) == {one.id: 5, other.id: 11}
    assert counted(ready, everything, last=DAY - timedelta(days=1)) == {one.id: 3, other.id: 11}
    assert counted(ready, given.right(ready, owner, one)) == {one.id: 8}
    assert counted(ready, everything.narrowed([other.id, silent.id])) == {other.id: 11}
    assert ready.rollups.weeks(everything, FIRST, DAY)[one.id] == Standings((6, 0, 0, 2))

    assert ready.rollups.replace(rollup(one, messages=6), expected=1)
    assert ready.rollups.replace(nothing(other, day=DAY - timedelta(days=1)), expected=1)
    assert counted(ready, everything) == {one.id: 9}
    ready.rollups.forget(other.account, other.id)
    assert counted(ready, everything) == {one.id: 9}


def test_a_day_gives_way_to_the_one_that_takes_its_place(aws: AwsStores) -> None:
    owner = given.account(aws)
    home = given.domain(aws, owner)
    right = given.right(aws, owner)
    for after in range(25):
        day = DAY + timedelta(days=after)
        aws.clock.time = epoch_of(day) + 100
        assert aws.rollups.replace(rollup(home, day=day, messages=after + 1), expected=0)
        first = day - timedelta(days=WEEK - 1)
        expected = sum(range(max(after - WEEK + 2, 1), after + 2))
        assert counted(aws, right, first, day) == {home.id: expected}
    assert aws.rollups.replace(rollup(home, messages=7), expected=1), "too old to be told"
    assert counted(aws, right, first, day) == {home.id: expected}
    aws.rollups.forget(home.account, home.id)
    assert counted(aws, right, first, day) == {}


def test_many_domains_are_read_from_the_first_to_the_last(aws: AwsStores) -> None:
    owner = given.account(aws)
    aws.clock.time = epoch_of(DAY) + 100
    made = [given.domain(aws, owner, f"d{number}.example").id for number in range(5)]
    first, second, third, fourth, last = homes = sorted(made)
    for home in homes:
        there = aws.domains.get(owner.id, home)
        assert there is not None
        assert aws.rollups.replace(rollup(there, messages=2), expected=0)
    silent = [DomainId(last + number) for number in range(1, 101)]
    right = given.right(aws, owner).narrowed([second, third, fourth, *silent])
    assert counted(aws, right) == dict.fromkeys((second, third, fourth), 2)
    assert counted(aws, given.right(aws, owner)).keys() == {first, second, third, fourth, last}
