from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.advice.ledger import (
    KEPT_SECONDS,
    MOST,
    SECOND_LOOK,
    Kind,
    Looks,
    Matter,
    advance,
    matter_number,
)
from shared.core.advice.sights import BLIND, CLEAR, MOST_SUBJECTS, Basis, Found, Rule, Sight, several
from shared.core.ids import DomainId

HOME = DomainId(19)
START = 1_000_000
DNS = Rule("a", Basis.DNS, "{domain}.", "{subject}.", lambda _: CLEAR)
REPORTS = replace(DNS, id="b", basis=Basis.REPORTS)
HOSTING = replace(DNS, id="c", basis=Basis.HOSTING)
THERE = Sight((Found("s", "Says."),))


class Days:
    """Passes over one domain, at the times of looks at the DNS."""

    def __init__(self, *, kind: Kind = Kind.ISSUE) -> None:
        self.kind = kind
        self.matters: tuple[Matter, ...] = ()

    def see(self, rule: Rule, sight: Sight, *, dns: int | None = START, now: int = START) -> Matter | None:
        self.matters = advance(self.matters, HOME, self.kind, [(rule, sight)], Looks(dns, now))
        return self.matters[0] if self.matters else None


def test_what_is_found_is_opened_once() -> None:
    days = Days()
    first = days.see(DNS, THERE)
    assert first == Matter(
        matter_number(HOME, Kind.ISSUE, "a", "s"), Kind.ISSUE, "a", "s", "Says.", START, worded=START
    )
    assert days.see(DNS, THERE, dns=START + 900, now=START + 900) == first


def test_one_good_look_at_the_dns_solves_nothing_and_two_do() -> None:
    days = Days()
    days.see(DNS, THERE)
    fading = days.see(DNS, CLEAR, dns=START + 900, now=START + 901)
    assert fading is not None
    assert (fading.solved, fading.fading) == (None, START + 900)
    same_look = days.see(DNS, CLEAR, dns=START + 900, now=START + 5_000)
    assert same_look == fading
    too_soon = days.see(DNS, CLEAR, dns=START + 900 + SECOND_LOOK - 1, now=START + 5_000)
    assert too_soon == fading
    solved = days.see(DNS, CLEAR, dns=START + 900 + SECOND_LOOK, now=START + 6_000)
    assert solved is not None
    assert (solved.solved, solved.fading) == (START + 6_000, None)


def test_a_good_look_between_bad_ones_counts_for_nothing() -> None:
    days = Days()
    days.see(DNS, THERE)
    days.see(DNS, CLEAR, dns=START + 900)
    days.see(DNS, THERE, dns=START + 1_800)
    last = days.see(DNS, CLEAR, dns=START + 2_700)
    assert last is not None
    assert (last.solved, last.fading) == (None, START + 2_700)


def test_what_is_hosted_is_looked_at_by_time() -> None:
    days = Days()
    days.see(HOSTING, THERE)
    days.see(HOSTING, CLEAR, dns=None, now=START + 10)
    solved = days.see(HOSTING, CLEAR, dns=None, now=START + 10 + SECOND_LOOK)
    assert solved is not None
    assert not solved.is_open


def test_reports_solve_at_once() -> None:
    days = Days()
    days.see(REPORTS, THERE)
    solved = days.see(REPORTS, CLEAR, now=START + 5)
    assert solved is not None
    assert solved.solved == START + 5


def test_what_comes_back_is_the_same_matter_opened_again() -> None:
    days = Days()
    first = days.see(REPORTS, THERE)
    days.see(REPORTS, CLEAR, now=START + 5)
    again = days.see(REPORTS, Sight((Found("s", "Says more."),)), now=START + 9)
    assert first is not None
    assert again is not None
    assert (again.id, again.created, again.reopened, again.solved) == (first.id, START, START + 9, None)
    assert (again.opened, again.details) == (START + 9, "Says more.")


def test_an_ignored_matter_stays_ignored_and_counts_for_nothing() -> None:
    days = Days()
    days.see(REPORTS, THERE)
    days.matters = (replace(days.matters[0], ignored=True),)
    days.see(REPORTS, CLEAR, now=START + 5)
    again = days.see(REPORTS, THERE, now=START + 9)
    assert again is not None
    assert again.ignored
    assert not again.counts


@pytest.mark.parametrize("rule", [DNS, REPORTS, HOSTING])
@given(times=st.lists(st.integers(0, 10**6), max_size=6), opened=st.booleans())
def test_who_cannot_see_changes_nothing(rule: Rule, times: list[int], opened: bool) -> None:
    days = Days()
    if opened:
        days.see(rule, THERE)
    before = days.matters
    for later in times:
        days.see(rule, BLIND, dns=START + later, now=START + later)
    assert days.matters == before


def test_what_is_seen_counts_also_where_not_all_is_seen() -> None:
    days = Days()
    days.see(DNS, Sight((Found("s"), Found("t"))))
    days.see(DNS, Sight((Found("t"), Found("u")), complete=False), dns=START + 900)
    assert {each.subject for each in days.matters if each.is_open and each.fading is None} == {"s", "t", "u"}


def test_what_is_moot_leaves_no_trace() -> None:
    days = Days(kind=Kind.TASK)
    days.see(REPORTS, Sight((Found("s"), Found("t"))))
    days.see(REPORTS, Sight(moot=frozenset({"s"})), now=START + 5)
    (left,) = days.matters
    assert (left.subject, left.solved) == ("t", START + 5)


def test_matters_of_the_other_kind_and_of_rules_that_are_gone_are_left_out() -> None:
    days = Days()
    days.see(DNS, THERE)
    assert advance(days.matters, HOME, Kind.TASK, [(DNS, CLEAR)], Looks(None, START)) == ()
    assert advance(days.matters, HOME, Kind.ISSUE, [], Looks(None, START)) == ()


def test_numbers_in_details_are_brought_up_to_date_once_a_week() -> None:
    days = Days()
    days.see(REPORTS, THERE)
    soon = days.see(REPORTS, Sight((Found("s", "Other."),)), now=START + 86_400)
    assert soon is not None
    assert soon.details == "Says."
    later = days.see(REPORTS, Sight((Found("s", "Other."),)), now=START + 8 * 86_400)
    assert later is not None
    assert (later.details, later.worded) == ("Other.", START + 8 * 86_400)


def test_what_was_solved_long_ago_is_forgotten() -> None:
    days = Days()
    days.see(REPORTS, THERE)
    days.see(REPORTS, CLEAR)
    assert days.see(REPORTS, CLEAR, now=START + KEPT_SECONDS) is None


def test_the_oldest_that_are_solved_make_room() -> None:
    many = [
        Matter(matter_number(HOME, Kind.ISSUE, "b", str(n)), Kind.ISSUE, "b", str(n), "", 0, solved=n or None)
        for n in range(MOST + 10)
    ]
    after = advance(many, HOME, Kind.ISSUE, [(REPORTS, BLIND)], Looks(None, START))
    assert len(after) == MOST
    assert {int(each.subject) for each in after} == {0, *range(11, MOST + 10)}
    assert [each.id for each in after] == sorted(each.id for each in after)


def test_a_rule_tells_of_few_subjects_each_once() -> None:
    sight = several(Found(f"s{n % 30:02}", "x" * 5_000) for n in range(60))
    assert [each.subject for each in sight.found] == [f"s{n:02}" for n in range(MOST_SUBJECTS)]
    assert len(sight.found[0].details) < 1_000


@given(st.text(max_size=20), st.text(max_size=20))
def test_numbers_are_of_a_domain_a_kind_a_rule_and_a_subject(one: str, other: str) -> None:
    number = matter_number(HOME, Kind.ISSUE, "a", one)
    assert 0 < number < 2**53
    assert (number == matter_number(HOME, Kind.ISSUE, "a", other)) == (one == other)
    assert number != matter_number(HOME, Kind.TASK, "a", one)
    assert number != matter_number(DomainId(20), Kind.ISSUE, "a", one)


def test_a_sight_says_yes_no_or_nothing() -> None:
    assert (THERE.says("s"), THERE.says("t"), BLIND.says("s")) == (True, False, None)
