from __future__ import annotations

from datetime import date, timedelta

from shared.core.addresses import HostName, NoPlaces
from shared.core.mail import Trust
from shared.core.reports import Fact
from shared.core.rolling import roll_up
from shared.core.senders.catalogue import builtin
from shared.core.senders.standing import Standing
from shared.core.sources import reporters, senders
from shared.core.statistics import Span
from tests.fakes import FakeRollups
from tests.unit.core.world import ACCOUNT, DOMAIN, FORGED, TODAY, domain_right, fact, row, said

YESTERDAY = TODAY - timedelta(days=1)
BOTH = Span(YESTERDAY, TODAY)


def stored(*days: tuple[date, list[Fact]]) -> FakeRollups:
    rollups = FakeRollups()
    for day, facts in days:
        rolled = roll_up(
            ACCOUNT.id,
            DOMAIN.id,
            day,
            facts,
            places=NoPlaces(),
            catalogue=builtin(),
            hosts=lambda asked: {},
        )
        assert rollups.replace(rolled.rollup, expected=0)
    return rollups


def test_days_are_merged_by_sender_and_address() -> None:
    rollups = stored(
        (YESTERDAY, [fact(said(row(count=2), row("192.0.2.2", 1), day=YESTERDAY))]),
        (TODAY, [fact(said(row(count=3), row(signed_by="sendgrid.net", dkim="fail", count=9)))]),
    )
    found = senders(rollups, domain_right(), BOTH)
    assert [(sender.domain, sender.counters.messages) for sender in found] == [
        ("sendgrid.com", 9),
        ("orchard.example", 6),
    ]
    own = found[1]
    assert own.address_count == 2
    assert [(each.line.ip, each.counters.messages) for each in own.addresses] == [
        ("192.0.2.1", 5),
        ("192.0.2.2", 1),
    ]
    assert (own.first_seen, own.last_seen) == (YESTERDAY, TODAY)
    assert (own.addresses[1].first_seen, own.addresses[1].last_seen) == (YESTERDAY, YESTERDAY)


def test_addresses_are_cut_off_but_counted() -> None:
    rows = [row(f"192.0.2.{n}", n) for n in range(1, 21)]
    (sender,) = senders(stored((TODAY, [fact(said(*rows))])), domain_right(), BOTH, addresses_each=5)
    assert sender.address_count == 20
    assert [each.counters.messages for each in sender.addresses] == [20, 19, 18, 17, 16]
    assert sender.counters.messages == sum(range(1, 21))


def test_what_did_not_authenticate_can_be_left_out() -> None:
    forged = fact(said(row("192.0.2.66", 99), report_id="forged", reporter="evil.example"), verdicts=FORGED)
    rollups = stored((TODAY, [fact(said(row())), forged]))
    trusted = (Trust.AUTHENTICATED, Trust.UNVERIFIED)
    assert sum(each.counters.messages for each in senders(rollups, domain_right(), BOTH)) == 100
    assert sum(each.counters.messages for each in senders(rollups, domain_right(), BOTH, trusts=trusted)) == 1
    named = [line.reporter for line in reporters(rollups, domain_right(), BOTH, trusts=trusted)]
    assert named == ["reporter.example"]


def test_reporters_come_most_reports_first() -> None:
    first = [fact(said(row(), report_id=str(n), reporter="a.example")) for n in range(2)]
    second = fact(said(row(count=50), reporter="b.example"))
    found = reporters(stored((TODAY, [*first, second])), domain_right(), BOTH)
    assert [(line.reporter, line.reports, line.messages) for line in found] == [
        ("a.example", 2, 2),
        ("b.example", 1, 50),
    ]


def test_an_empty_span_asks_nothing() -> None:
    assert senders(FakeRollups(), domain_right(), Span(TODAY, YESTERDAY)) == []


def test_the_addresses_of_a_sender_merge_over_standings() -> None:
    passing = row("8.8.8.8", 3)
    listed = row("8.8.8.8", 5, dkim="fail", spf="fail", raw="fail", overrides=("mailing_list",))
    host = {"8.8.8.8": HostName("mail.orchard.example", confirmed=True, checked=0)}
    rollups = FakeRollups()
    for day in (YESTERDAY, TODAY):
        rolled = roll_up(
            ACCOUNT.id,
            DOMAIN.id,
            day,
            [fact(said(passing, listed, day=day))],
            places=NoPlaces(),
            catalogue=builtin(),
            hosts=lambda asked: host,
        )
        assert rollups.replace(rolled.rollup, expected=0)
    (sender,) = senders(rollups, domain_right(), BOTH)
    assert sender.address_count == 1
    assert sender.standings.counts == sender.addresses[0].standings.counts == (6, 0, 10, 0)
    assert sender.standings.dominant is Standing.FORWARDER
    assert sender.addresses[0].line.counters.messages == 8
    assert sender.addresses[0].line.dkim_domains == ("orchard.example",)
