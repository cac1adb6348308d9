from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from shared.core.accounts import Status
from shared.core.alerts.events import AlertKind
from shared.core.alerts.report_watch import (
    DIGEST_DELAY,
    PIECE,
    DigestOrder,
    ReportWatch,
    WatchOrder,
    to_be_watched,
)
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.messages import (
    decode_digest_order,
    decode_watch_order,
    encode_digest_order,
    encode_watch_order,
)
from shared.core.rollups import DayDetail, DayRollup, DayTotals, ReporterLine, Share, ShareDetail
from tests import fakes
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, TODAY, stored_domains

ORDER = WatchOrder(ACCOUNT.id, TODAY)


class World:
    def __init__(self) -> None:
        self.domains = stored_domains()
        self.accounts = self.domains.accounts
        self.rollups = fakes.FakeRollups()
        self.alerts = fakes.FakeAlertEvents()
        self.orders = fakes.FakeWatchOrders()
        self.digests = fakes.FakeDigestOrders()
        self.watch = ReportWatch(
            self.accounts, self.domains, self.rollups, self.alerts, self.orders, self.digests
        )

    def report(self, ago: int, *, failed: int = 0, passed: int = 1_000, by: str = "google.com") -> None:
        day = TODAY - timedelta(days=ago)
        counters = Counters((failed, passed, *[0] * 10))
        totals = DayTotals(day, ((Trust.AUTHENTICATED, Share(1, counters)),))
        detail = ShareDetail(Trust.AUTHENTICATED, (), (ReporterLine(by, 1, failed + passed),))
        rollup = DayRollup(ACCOUNT.id, DOMAIN.id, totals, DayDetail(day, (detail,)), NOW * 2)
        assert self.rollups.replace(rollup, expected=0)


def test_a_spike_is_found_on_any_of_the_last_days_and_has_the_same_name_each_day() -> None:
    world = World()
    for ago in range(2, 30):
        world.report(ago, failed=300 if ago == 2 else 10)
    world.report(1, failed=12)
    world.watch.watch(ORDER)
    world.watch.watch(replace(ORDER, today=TODAY + timedelta(days=1)))

    first, again = (event for event in world.alerts.sent if event.kind is AlertKind.FAILURE_SPIKE)
    assert first == again
    assert (first.key, first.domain) == ("2026-11-19", DOMAIN.id)
    assert first.facts == {
        "day": "2026-11-19",
        "failed": 300,
        "messages": 1_300,
        "usual": 10,
        "quarantined": 0,
        "rejected": 0,
    }


def test_a_silent_reporter_is_told_of() -> None:
    world = World()
    for ago in range(6, 33):
        world.report(ago)
    world.watch.watch(ORDER)
    (event,) = world.alerts.sent
    assert (event.kind, event.key) == (AlertKind.REPORTER_SILENT, "google.com:2026-11-15")
    assert event.facts == {"reporter": "google.com", "last": "2026-11-15", "usual_days": 27}


def test_many_domains_are_watched_piece_by_piece_and_digests_follow_the_last() -> None:
    world = World()
    for number in range(100, 100 + 2 * PIECE):
        world.domains.add(_domain(number))
    pieces = [world.watch.watch(ORDER)]
    while world.orders.sent:
        assert world.digests.sent == []
        pieces.append(world.watch.watch(world.orders.sent.pop()))
    assert (len(pieces), sum(pieces)) == (3, 2 * PIECE + 1)
    assert world.digests.sent == [(DigestOrder(ACCOUNT.id, TODAY), DIGEST_DELAY)]


def test_accounts_that_are_gone_or_leaving_are_not_watched() -> None:
    world = World()
    leaving = replace(ACCOUNT, status=Status.CLOSING)
    assert list(to_be_watched([ACCOUNT, leaving], TODAY)) == [ORDER]
    world.accounts.stored[ACCOUNT.id] = leaving
    assert world.watch.watch(ORDER) == 0
    assert world.watch.watch(replace(ORDER, account=AccountId(99))) == 0
    assert (world.digests.sent, world.alerts.sent) == ([], [])


def test_orders_survive_the_queue() -> None:
    for order in (ORDER, WatchOrder(AccountId(1), date(2026, 1, 1), DomainId(2**53 - 1))):
        assert decode_watch_order(encode_watch_order(order)) == order
    digest = DigestOrder(ACCOUNT.id, TODAY)
    assert decode_digest_order(encode_digest_order(digest)) == digest


def _domain(number: int) -> Domain:
    return replace(DOMAIN, id=DomainId(number), name=f"d{number}.example", token=f"t{number}")
