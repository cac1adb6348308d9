"""What TLS reports say of domains, as it is kept beside the rollups."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.core.access import Readable
from shared.core.clock import epoch_of
from shared.core.tls.days import DAYS, Cause, Policy, PolicyLine, TlsDay
from tests.contract import given
from tests.contract.given import DAY, nothing, rollup
from tests.contract.stores import AwsStores, Stores

EVER = date.min, date.max


def lines(name: str, *, failed: int = 0, day: date = DAY) -> tuple[PolicyLine, ...]:
    causes = (Cause("certificate-expired", failed, 2),) if failed else ()
    return (
        PolicyLine(Policy(name, "sts", "enforce"), 10, failed, epoch_of(day) + 86_399, causes),
        PolicyLine(Policy(name, "tlsa", "none"), 5, 0, epoch_of(day) + 3_600),
    )


@pytest.fixture
def ready(stores: Stores) -> Stores:
    stores.clock.time = epoch_of(DAY) + 90_000
    return stores


def test_days_follow_their_rollups(ready: Stores) -> None:
    owner = given.account(ready)
    one, other = (given.domain(ready, owner, name) for name in ("a.example", "b.example"))
    before = DAY - timedelta(days=1)
    for home, day in ((one, DAY), (one, before), (other, DAY)):
        made = rollup(home, day=day, tls=1, policies=lines(home.name, failed=3, day=day))
        assert ready.rollups.replace(made, expected=0)
    right = given.right(ready, owner)

    def days(readable: Readable = right, first: date = EVER[0], last: date = EVER[1]) -> list[TlsDay]:
        return ready.rollups.tls_days(readable, first, last)

    everything = [
        TlsDay(one.id, before, lines("a.example", failed=3, day=before)),
        TlsDay(one.id, DAY, lines("a.example", failed=3)),
        TlsDay(other.id, DAY, lines("b.example", failed=3)),
    ]
    assert days() == everything
    assert days(first=DAY) == everything[1:]
    assert days(last=before) == everything[:1]
    assert days(given.right(ready, owner, other)) == everything[2:]
    assert days(right.narrowed([one.id])) == everything[:2]
    assert ready.rollups.replace(rollup(one, tls=1, policies=lines("a.example")), expected=1)
    assert days()[1] == TlsDay(one.id, DAY, lines("a.example"))
    assert ready.rollups.replace(nothing(one), expected=2)
    assert [(each.domain, each.day) for each in days()] == [(one.id, before), (other.id, DAY)]
    assert ready.rollups.replace(rollup(other, messages=1), expected=1)
    assert [(each.domain, each.day) for each in days()] == [(one.id, before)]


def test_a_day_that_is_too_old_takes_no_place(aws: AwsStores) -> None:
    aws.clock.time = epoch_of(DAY)
    home = given.domain(aws, given.account(aws))
    right = given.right(aws, given.account(aws), None)
    account = aws.accounts.get(home.account)
    assert account is not None
    right = given.right(aws, account)
    for ago in (0, DAYS, DAYS - 2):
        day = DAY - timedelta(days=ago)
        made = rollup(home, day=day, tls=1, policies=lines("example.com", day=day))
        assert aws.rollups.replace(made, expected=0)
    assert [each.day for each in aws.rollups.tls_days(right, *EVER)] == [DAY - timedelta(days=DAYS - 2), DAY]
    aws.rollups.forget(home.account, home.id)
    assert aws.rollups.tls_days(right, *EVER) == []


def test_whatever_senders_make_up_fits(aws: AwsStores) -> None:
    aws.clock.time = epoch_of(DAY)
    account = given.account(aws)
    home = given.domain(aws, account)
    causes = tuple(Cause(f"{number:064}", 1, 1) for number in range(50))
    many = tuple(
        PolicyLine(Policy(f"{number:03}.{'x' * 240}", "sts", "enforce"), 1, 2, epoch_of(DAY), causes)
        for number in range(50)
    )
    for ago in range(DAYS - 1):
        made = rollup(home, day=DAY - timedelta(days=ago), tls=1, policies=many)
        assert aws.rollups.replace(made, expected=0)
    days = aws.rollups.tls_days(given.right(aws, account), *EVER)
    assert len(days) == DAYS - 1
    for day in days:
        assert sum(line.failed for line in day.lines) == 100
        assert day.details() == 2_500
