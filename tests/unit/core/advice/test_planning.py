from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.advice.planning import Blocker, Recommendation, losses_of, percent, plan_of
from shared.core.advice.traffic import Traffic
from shared.core.advice.wording import explained
from shared.core.advice.world import Stance, World
from shared.core.mail import Trust
from shared.core.senders.standing import Standing
from tests.unit.core.advice.worlds import at, counters, every_day, line, mail, world
from tests.unit.core.world import DOMAIN, NOW

NAME = DOMAIN.name
OWN = line(NAME, counters(100))
MISALIGNED = line("mailer.example", counters(0, 40))
SPOOFER = line("unknown", counters(0, 900), Standing.THREAT)
LISTS = line("lists.example", counters(0, 5), Standing.FORWARDER)


def planned(traffic: Traffic, stance: Stance | None = None, **changes: Any) -> World:
    return world(seen_mail=traffic, stance=stance or at("none"), **changes)


def test_a_domain_whose_own_mail_passes_may_go_to_quarantine() -> None:
    plan = plan_of(planned(every_day(OWN)))
    assert (plan.recommendation, plan.ready, plan.blockers) == (Recommendation.QUARANTINE, True, ())
    figures = plan.figures
    assert (figures.messages, figures.compliance, figures.own, figures.days) == (3_000, 100.0, 100.0, 30)


def test_a_spoofer_holds_nobody_back() -> None:
    plan = plan_of(planned(every_day(OWN, SPOOFER)))
    assert (plan.recommendation, plan.ready) == (Recommendation.QUARANTINE, True)
    assert plan.figures.compliance == 10.0
    assert plan.figures.own == 100.0
    (loss,) = plan.losses
    assert (loss.sender_domain, loss.failing, loss.ours) == ("unknown", 27_000, False)


@pytest.mark.statement("13.5")
def test_forwarded_mail_is_in_the_first_figure_and_not_in_the_second() -> None:
    figures = plan_of(planned(every_day(line(NAME, counters(90, 5, forwarded=5))))).figures
    assert figures.compliance == 90.0
    assert figures.unforwarded == 94.74


def test_a_sender_that_was_put_right_is_not_in_the_way_any_more() -> None:
    """However much of its mail failed before; a sender that is silent since is."""
    aligned = line("mailer.example", counters(40))
    fixed = mail({ago: [OWN, MISALIGNED if ago > 6 else aligned] for ago in range(29, -1, -1)})
    plan = plan_of(planned(fixed))
    assert (plan.ready, plan.figures.lately, plan.losses[0].failing) == (True, 100.0, 920)
    silent = mail({ago: [OWN, MISALIGNED] if ago > 20 else [OWN] for ago in range(29, -1, -1)})
    assert Blocker.FAILING_SOURCES in plan_of(planned(silent)).blockers


def test_a_misaligned_sender_is_in_the_way_and_named() -> None:
    plan = plan_of(planned(every_day(OWN, MISALIGNED)))
    assert (plan.recommendation, plan.ready) == (Recommendation.NONE, False)
    assert plan.blockers == (Blocker.COMPLIANCE, Blocker.FAILING_SOURCES)
    (loss,) = plan.losses
    assert (loss.sender_domain, loss.messages, loss.failing, loss.ours) == (
        "mailer.example",
        1_200,
        1_200,
        True,
    )


BLOCKED = {
    Blocker.NO_RECORD: planned(every_day(OWN), Stance()),
    Blocker.UNKNOWN_RECORD: replace(planned(every_day(OWN)), stance=None),
    Blocker.FEW_MESSAGES: planned(every_day(line(NAME, counters(3)))),
    Blocker.FEW_DAYS: planned(every_day(OWN, first=5)),
    Blocker.FEW_REPORTERS: planned(every_day(OWN, reporters=("google.com",))),
    Blocker.SHORT_TIME: planned(every_day(OWN), at("none", days=29)),
    Blocker.COMPLIANCE: planned(every_day(line(NAME, counters(97, 3)))),
    Blocker.FAILING_SOURCES: planned(every_day(OWN, line("mailer.example", counters(0, 3)))),
    Blocker.UNSIGNED: planned(every_day(line(NAME, counters(80, spf_only=20))), at("quarantine")),
    Blocker.MAILING_LISTS: planned(every_day(OWN, LISTS), at("quarantine")),
    Blocker.PARKED_BUT_SENDS: planned(every_day(OWN), domain=replace(DOMAIN, parked=True)),
}


@pytest.mark.parametrize("blocker", list(Blocker))
def test_each_blocker_holds_a_domain_back(blocker: Blocker) -> None:
    plan = plan_of(BLOCKED[blocker])
    assert blocker in plan.blockers
    assert not plan.ready
    assert plan.recommendation in (Recommendation.NONE, Recommendation.KEEP)
    assert explained(blocker).endswith(".")


def test_quarantine_is_as_good_an_end_as_reject() -> None:
    """Standards 1.20: nobody whose users post to mailing lists is pushed on."""
    staying = plan_of(planned(every_day(OWN, LISTS), at("quarantine")))
    assert (staying.recommendation, staying.blockers) == (Recommendation.KEEP, (Blocker.MAILING_LISTS,))
    moving = plan_of(planned(every_day(OWN), at("quarantine")))
    assert (moving.recommendation, moving.ready) == (Recommendation.REJECT, True)


@pytest.mark.statement("1.20")
def test_a_month_at_each_policy_comes_before_the_next() -> None:
    for policy in ("none", "quarantine"):
        assert plan_of(planned(every_day(OWN), at(policy, days=29))).blockers == (Blocker.SHORT_TIME,)
        assert plan_of(planned(every_day(OWN), at(policy, days=30))).ready


@pytest.mark.statement("1.10")
def test_a_testing_policy_counts_as_the_one_below() -> None:
    rehearsed = plan_of(planned(every_day(OWN), at("quarantine", testing=True)))
    assert rehearsed.recommendation is Recommendation.QUARANTINE
    nearly = plan_of(planned(every_day(OWN), at("reject", testing=True)))
    assert nearly.recommendation is Recommendation.REJECT


def test_at_reject_nothing_is_left_to_do() -> None:
    plan = plan_of(planned(every_day(OWN, MISALIGNED), at("reject")))
    assert (plan.recommendation, plan.ready, plan.blockers) == (Recommendation.KEEP, True, ())


def test_a_parked_domain_goes_to_reject_at_once() -> None:
    parked = replace(DOMAIN, parked=True)
    plan = plan_of(planned(every_day(SPOOFER), at("none", days=0), domain=parked))
    assert (plan.recommendation, plan.ready) == (Recommendation.REJECT, True)
    done = plan_of(planned(every_day(SPOOFER), at("reject"), domain=parked))
    assert done.recommendation is Recommendation.KEEP
    unknown = plan_of(replace(planned(every_day(SPOOFER), domain=parked), stance=None))
    assert unknown.blockers == (Blocker.UNKNOWN_RECORD,)


def test_reports_that_failed_authentication_count_for_nothing() -> None:
    plan = plan_of(planned(every_day(OWN, trust=Trust.FAILED)))
    assert plan.figures.messages == 0
    assert Blocker.FEW_MESSAGES in plan.blockers


def test_losses_come_with_the_largest_first() -> None:
    other = line("other.example", counters(5, 50))
    found = losses_of(mail({1: [OWN, MISALIGNED, other, LISTS]}))
    assert [loss.sender_domain for loss in found] == ["other.example", "mailer.example", "lists.example"]


def test_without_mail_there_is_no_percentage() -> None:
    assert percent(0, 0) is None
    figures = plan_of(planned(Traffic(mail({}).today))).figures
    assert (figures.compliance, figures.own, figures.signed, figures.forwarded) == (None, None, None, None)


def test_days_at_a_policy_never_go_below_none() -> None:
    assert Stance("none", since=int(NOW) + 900).days(NOW) == 0
