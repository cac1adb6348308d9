from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.mail import Trust
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Share, ShareDetail
from shared.core.watching.seen import MOST_SELECTORS, REMEMBERED, Seen, remember, selectors_seen, with_day
from tests.fakes import FakeSeenMail
from tests.unit.core.world import ACCOUNT, DOMAIN, TODAY

NAME = DOMAIN.name


def rollup(
    *selectors: str, day: date = TODAY, signer: str = NAME, trust: Trust = Trust.UNVERIFIED
) -> DayRollup:
    pairs = tuple((signer, selector) for selector in selectors)
    detail = DayDetail(day, (ShareDetail(trust, (), (), pairs),))
    return DayRollup(ACCOUNT.id, DOMAIN.id, DayTotals(day, ((trust, Share(1)),)), detail, 0)


def test_selectors_of_passed_signatures_are_remembered_with_their_day() -> None:
    seen = with_day(Seen(), NAME, rollup("S1", "s2"))
    assert seen == Seen(TODAY, {"s1": TODAY, "s2": TODAY})


def test_selectors_of_others_are_not_the_domains() -> None:
    assert with_day(Seen(), NAME, rollup("s1", signer="mailer.example")).selectors == {}
    assert with_day(Seen(), NAME, rollup("s1", signer=NAME.upper())).selectors == {"s1": TODAY}


def test_what_was_seen_days_ago_need_not_be_written_again() -> None:
    known = Seen(TODAY, {"s1": TODAY - timedelta(days=6)})
    assert with_day(known, NAME, rollup("s1")) is known
    known = Seen(TODAY, {"s1": TODAY - timedelta(days=7)})
    assert with_day(known, NAME, rollup("s1")).selectors == {"s1": TODAY}


def test_late_reports_of_old_days_take_nothing_back() -> None:
    known = Seen(TODAY, {"s1": TODAY})
    assert with_day(known, NAME, rollup("s1", day=TODAY - timedelta(days=30))) is known


def test_selectors_are_forgotten_after_a_while() -> None:
    known = Seen(TODAY, {"old": TODAY})
    later = TODAY + REMEMBERED + timedelta(days=1)
    assert with_day(known, NAME, rollup("new", day=later)) == Seen(later, {"new": later})


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 200), st.sets(st.integers(0, 99), max_size=40)), max_size=12))
def test_there_are_never_too_many_and_the_latest_stay(days: list[tuple[int, set[int]]]) -> None:
    seen = Seen()
    for offset, numbers in days:
        day = TODAY + timedelta(days=offset)
        seen = with_day(seen, NAME, rollup(*(f"s{number}" for number in sorted(numbers)), day=day))
    assert len(seen.selectors) <= MOST_SELECTORS
    ordered = selectors_seen(seen)
    assert [seen.selectors[name] for name in ordered] == sorted(seen.selectors.values(), reverse=True)
    if days:
        assert seen.last_report == TODAY + timedelta(days=max(offset for offset, _ in days))


def test_nothing_is_written_without_reports_that_can_be_believed_or_news() -> None:
    mail = FakeSeenMail()
    remember(mail, DOMAIN, rollup("s1", trust=Trust.FAILED))
    assert mail.stored == {}
    remember(mail, DOMAIN, rollup("s1"))
    first = mail.get(ACCOUNT.id, DOMAIN.id)
    remember(mail, DOMAIN, rollup("s1"))
    assert mail.get(ACCOUNT.id, DOMAIN.id) is first
