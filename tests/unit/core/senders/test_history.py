from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import epoch_of
from shared.core.counters import Counters
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.rollups import DayDetail, DayRollup, DayTotals, ShareDetail, SourceLine
from shared.core.senders import history
from shared.core.senders.history import HANDFUL, Seen, SenderHistory, newcomers, with_day
from shared.core.senders.identification import UNKNOWN
from shared.core.senders.remembering import MOST_EVENTS, HistoryContended, SourceMemory
from tests.fakes import FakeAlertEvents, FakeSenderHistories
from tests.unit.core.world import ACCOUNT, DOMAIN, TODAY

LATER = TODAY + timedelta(days=30)


def line(sender: str, ip: str = "192.0.2.1", messages: int = 1) -> SourceLine:
    return SourceLine(sender, sender, "crm", "none", ip, Counters((messages, *[0] * 11)))


def day_of(day: date, *lines: SourceLine, trust: Trust = Trust.AUTHENTICATED) -> DayRollup:
    detail = DayDetail(day, (ShareDetail(trust, lines, ()),))
    return DayRollup(ACCOUNT.id, DOMAIN.id, DayTotals(day), detail, 0)


DAYS = st.lists(
    st.builds(
        lambda offset, lines, trust: day_of(TODAY + timedelta(days=offset), *lines, trust=trust),
        st.integers(0, 20),
        st.lists(
            st.builds(
                line,
                st.sampled_from(["a.example", "b.example", UNKNOWN]),
                st.sampled_from(["192.0.2.1", "192.0.2.2"]),
                st.integers(1, 20),
            ),
            max_size=4,
        ),
        st.sampled_from(Trust),
    ),
    max_size=6,
)


@given(DAYS, st.randoms(use_true_random=False))
def test_a_history_is_the_first_and_last_of_its_days_in_any_order(
    days: list[DayRollup], chance: random.Random
) -> None:
    expected: dict[object, list[date]] = defaultdict(list)
    for rollup in days:
        for share in rollup.detail.shares:
            for each in share.sources if share.trust is not Trust.FAILED else ():
                expected[each.sender_domain].append(rollup.day)
                expected[each.sender_domain, each.ip].append(rollup.day)
    repeated = [*days, *days]
    chance.shuffle(repeated)
    made = SenderHistory()
    for rollup in repeated:
        made = with_day(made, rollup)
    spans = {key: Seen(min(seen), max(seen)) for key, seen in expected.items()}
    assert made.senders == {key: seen for key, seen in spans.items() if isinstance(key, str)}
    assert made.addresses == {key: seen for key, seen in spans.items() if isinstance(key, tuple)}


def test_what_was_not_seen_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_SENDERS", 2)
    monkeypatch.setattr(history, "MOST_ADDRESSES", 1)
    made = with_day(SenderHistory(), day_of(TODAY, line("old.example", messages=99), line("kept.example")))
    made = with_day(made, day_of(LATER, line("kept.example"), line("new.example", "192.0.2.9")))
    assert set(made.senders) == {"kept.example", "new.example"}
    assert len(made.addresses) == 1
    assert made.told == frozenset()


def test_more_than_a_handful_of_an_unknown_sender_is_news_once() -> None:
    known = with_day(SenderHistory(), day_of(TODAY, line("usual.example", messages=99)))
    few = day_of(LATER, line("fresh.example", messages=HANDFUL))
    assert newcomers(known, few) == []
    known = with_day(known, few)
    halves = [line("fresh.example", ip, HANDFUL) for ip in ("192.0.2.1", "192.0.2.2")]
    many = day_of(LATER, *halves, line("usual.example", messages=99), line(UNKNOWN, messages=99))
    (news,) = newcomers(known, many)
    assert (news.sender_domain, news.counters.messages) == ("fresh.example", 2 * HANDFUL)
    assert newcomers(with_day(known, many), many) == []


def test_nothing_is_news_while_the_domain_is_new() -> None:
    busy = line("fresh.example", messages=99)
    assert newcomers(SenderHistory(), day_of(TODAY, busy)) == []
    known = with_day(SenderHistory(), day_of(TODAY, line("a.example")))
    assert newcomers(known, day_of(TODAY + timedelta(days=6), busy)) == []
    assert newcomers(known, day_of(TODAY + timedelta(days=7), busy)) != []


def test_reports_that_failed_authentication_tell_nothing() -> None:
    known = with_day(SenderHistory(), day_of(TODAY, line("a.example")))
    forged = day_of(LATER, line("b.example", messages=99), trust=Trust.FAILED)
    assert with_day(known, forged) == known
    assert newcomers(known, forged) == []


@dataclass
class World:
    histories: FakeSenderHistories = field(default_factory=FakeSenderHistories)
    alerts: FakeAlertEvents = field(default_factory=FakeAlertEvents)

    def take(self, rollup: DayRollup, now: date = LATER) -> None:
        SourceMemory(self.histories, self.alerts).take(DOMAIN, rollup, epoch_of(now))


@pytest.fixture
def world() -> World:
    made = World()
    made.take(day_of(TODAY, line("usual.example", messages=99)))
    return made


def test_a_new_source_raises_one_alert(world: World) -> None:
    rollup = day_of(LATER, line("fresh.example", messages=99))
    world.take(rollup)
    world.take(rollup)
    (event,) = world.alerts.sent
    assert (event.account, event.domain, event.kind, event.key) == (
        ACCOUNT.id, DOMAIN.id, "new_source", "fresh.example",
    )  # fmt: skip
    assert (event.at, event.facts["messages"], event.facts["source"]) == (
        epoch_of(LATER),
        99,
        "fresh.example",
    )


def test_a_flood_of_new_sources_raises_a_bounded_number(world: World) -> None:
    world.take(day_of(LATER, *(line(f"n{n}.example", messages=99) for n in range(MOST_EVENTS * 2))))
    assert len(world.alerts.sent) == MOST_EVENTS
    assert len(world.histories.get(ACCOUNT.id, DOMAIN.id).told) == MOST_EVENTS * 2 + 1


def test_days_long_past_raise_nothing_and_are_remembered(world: World) -> None:
    world.take(day_of(LATER, line("fresh.example", messages=99)), now=LATER + timedelta(days=8))
    assert world.alerts.sent == []
    assert world.histories.get(ACCOUNT.id, DOMAIN.id).senders["fresh.example"] == Seen(LATER, LATER)


def test_who_is_overtaken_begins_again_and_gives_up_in_the_end(world: World) -> None:
    class Overtaken(FakeSenderHistories):
        losses = 3

        def replace(self, account: AccountId, domain: DomainId, history: SenderHistory) -> bool:
            self.losses -= 1
            return self.losses < 0 and super().replace(account, domain, history)

    histories = Overtaken()
    SourceMemory(histories, world.alerts).take(DOMAIN, day_of(TODAY, line("a.example")), epoch_of(TODAY))
    assert set(histories.get(ACCOUNT.id, DOMAIN.id).senders) == {"a.example"}
    histories.losses = 99
    with pytest.raises(HistoryContended):
        SourceMemory(histories, world.alerts).take(DOMAIN, day_of(LATER, line("b.example")), epoch_of(LATER))


def test_versions_are_no_part_of_what_a_history_says() -> None:
    known = replace(with_day(SenderHistory(), day_of(TODAY, line("a.example"))), version=7)
    assert with_day(known, day_of(TODAY, line("a.example"))) == known
