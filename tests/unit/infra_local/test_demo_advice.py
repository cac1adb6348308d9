"""What the demo demands of advice: counted by itself, and found wrong wherever an API would be."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from infra.local.demo import planned, simulated, verdicts
from infra.local.demo.advice import NOT_READY, questions
from infra.local.demo.cast import CONDUCTS, DOMAINS, MEADOW, ORCHARD, SENDERS, Conduct
from infra.local.demo.mending import DAYS_BEFORE, DAYS_SINCE, mending
from infra.local.demo.observed import Sources
from infra.local.demo.planned import concluded
from infra.local.demo.reporters import REPORTERS
from infra.local.demo.simulated import Asked
from infra.local.demo.traffic import Parameters, aggregates, epoch_of
from infra.local.demo.truth import Aggregate, Line
from infra.local.demo.verdicts import Verdict, shown_as, verdict
from shared.core.advice.planning import FEWEST_DAYS, FEWEST_REPORTERS
from shared.core.advice.simulation import Policy, Simulator
from shared.core.advice.traffic import RECENT_DAYS, WINDOW_DAYS
from shared.mailauth.evaluate.alignment import Mode
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    Row,
    SpfAuth,
)

LAST_DAY = date(2026, 11, 20)
FIRST_DAY = LAST_DAY - timedelta(days=9)
STORY = mending(LAST_DAY)
SENT = (*aggregates(Parameters(LAST_DAY, days=10, domains=DOMAINS)), *STORY.before, *STORY.since)


def line(count: int, sender: str, *, dkim: bool = False, spf: bool = False, override: str = "") -> Line:
    return Line(
        sender, "192.0.2.1", count, "none", dkim, spf, MEADOW.name, MEADOW.name, "none", (), override or None
    )


def report(day: date, *lines: Line, org: int = 0) -> Aggregate:
    begin = epoch_of(day)
    return Aggregate(MEADOW.name, MEADOW.policy, REPORTERS[org], "1", begin, begin + 86_399, lines)


SMALL = (
    report(LAST_DAY, line(60, "meadow-servers", dkim=True, spf=True), line(40, "meadow-newsletter")),
    report(
        LAST_DAY - timedelta(days=1),
        line(30, "meadow-servers", spf=True),
        line(5, "meadow-forwarded", override="mailing_list"),
        line(15, "meadow-spoofed", override="local_policy"),
        org=1,
    ),
)
PLAN: dict[str, Any] = {
    "domain": MEADOW.name,
    "start_date": str(LAST_DAY - timedelta(days=29)),
    "end_date": str(LAST_DAY),
    "current_policy": "none",
    "policy_ready": False,
    "recommendation": "none",
    "blockers": [{"code": "compliance"}, {"code": "failing_sources"}],
    "message_count": 150,
    "passed_count": 90,
    "dmarc_compliance_percent": 60.0,
    "compliance_without_forwarded_percent": 62.07,
    "senders_compliance_percent": 69.23,
    "senders_latest_compliance_percent": 69.23,
    "signed_percent": 66.67,
    "forwarded_percent": 3.33,
    "reporter_count": 2,
    "reported_days": 2,
    "sources": [
        {"sender_domain": "mailchimp.com", "messages": 40, "failing": 40, "forwarded": 0, "yours": True},
        {"sender_domain": "unknown", "messages": 15, "failing": 15, "forwarded": 0, "yours": False},
        {"sender_domain": "pobox.com", "messages": 5, "failing": 0, "forwarded": 5, "yours": False},
    ],
}


def test_the_newsletter_fails_until_it_is_put_right_and_then_passes() -> None:
    for reports, passes in ((STORY.before, False), (STORY.since, True)):
        lines = [each for sent in reports for each in sent.lines if each.sender == "meadow-newsletter"]
        assert lines
        assert {each.dmarc_pass for each in lines} == {passes}
        assert passes == all((MEADOW.name, "k2", "pass") in each.signatures for each in lines)
    assert {each.day for each in STORY.before}.isdisjoint(each.day for each in STORY.since)
    assert max(each.day for each in STORY.before) < STORY.first_mended <= min(e.day for e in STORY.since)


@pytest.mark.parametrize("ago", range(0, 400, 37))
def test_whenever_it_is_played_the_story_fits_the_planner(ago: int) -> None:
    story = mending(LAST_DAY - timedelta(days=ago))
    assert DAYS_BEFORE + DAYS_SINCE < WINDOW_DAYS
    days = {each.day for each in story.since if any(row.sender == "meadow-newsletter" for row in each.lines)}
    assert len(days) >= RECENT_DAYS
    assert len({each.day for each in story.before}) >= FEWEST_DAYS
    assert len({each.reporter.org for each in story.before}) >= FEWEST_REPORTERS


def test_a_right_plan_has_no_differences() -> None:
    assert list(planned.differences(SMALL, NOT_READY, PLAN)) == []


def test_reports_of_other_days_are_not_in_a_plan() -> None:
    old = report(LAST_DAY - timedelta(days=30), line(1_000, "meadow-newsletter"))
    assert list(planned.differences((*SMALL, old), NOT_READY, PLAN)) == []


@pytest.mark.parametrize("name", [name for name, value in PLAN.items() if isinstance(value, int | float)])
def test_a_wrong_number_of_a_plan_is_found(name: str) -> None:
    wrong = PLAN | {name: not PLAN[name] if isinstance(PLAN[name], bool) else PLAN[name] + 1}
    assert list(planned.differences(SMALL, NOT_READY, wrong))


def test_a_wrong_loss_reason_or_recommendation_is_found() -> None:
    for wrong in (
        {"sources": PLAN["sources"][:2]},
        {"sources": [{**each, "failing": each["failing"] + 1} for each in PLAN["sources"]]},
        {"blockers": PLAN["blockers"][:1]},
        {"recommendation": "quarantine"},
    ):
        assert list(planned.differences(SMALL, NOT_READY, PLAN | wrong))


def test_the_latest_are_the_last_days_on_which_each_sent() -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(0, 20, 2)]
    sent = [report(day, line(10, "meadow-servers", spf=day in days[:7])) for day in days]
    told = planned.figures((each, row) for each in sent for row in each.lines)
    assert (told["senders_latest_compliance_percent"], told["senders_compliance_percent"]) == (100.0, 70.0)


def test_a_plan_is_told_in_a_line() -> None:
    assert concluded(PLAN) == (
        "not ready at p=none (compliance, failing_sources): 69.23 % of its senders' latest mail passes; "
        "mailchimp.com fails in 40 of 40 messages"
    )
    ready = PLAN | {"policy_ready": True, "recommendation": "quarantine"}
    assert concluded(ready).startswith("ready at p=none, to p=quarantine: ")


def row_of(sent: Line, dialect: str) -> Row:
    return Row(
        sent.ip,
        sent.count,
        Evaluated(
            sent.disposition,
            "pass" if sent.dkim else "fail",
            "pass" if sent.spf else "fail",
            (Override(sent.override),) if sent.override else (),
        ),
        Identifiers(sent.header_from),
        AuthResults(
            tuple(
                DkimAuth(domain, None if dialect == "sparse" else selector, result)
                for domain, selector, result in sent.signatures
            ),
            (SpfAuth(sent.bounce, "mfrom", sent.bounce_result),),
        ),
    )


def answer(asked: Asked) -> dict[str, Any]:
    """What the product makes of the same lines."""
    names = {
        row_of(each, sent.reporter.dialect): simulated.name_of(each, sent.reporter)
        for sent in SENT
        if sent.domain == asked.domain
        for each in sent.lines
    }
    policy = Policy(asked.p, asked.sp or asked.p, Mode(asked.adkim), Mode(asked.aspf), asked.t)
    simulator = Simulator(asked.domain, policy, lambda row: (names[row], ""))
    for sent in SENT:
        if sent.domain == asked.domain and asked.first <= sent.day <= asked.last:
            simulator.add(sent.domain, [row_of(each, sent.reporter.dialect) for each in sent.lines])
    found = simulator.result()

    def fate(value: Any) -> dict[str, int]:
        names = ("messages", "delivered", "quarantined", "rejected", "forwarded")
        return {name: getattr(value, name) for name in names}

    sources = [{"sender_domain": each.sender_domain, **fate(each.fate)} for each in found.sources]
    return {
        "rows": found.rows,
        "reported": fate(found.before),
        "simulated": fate(found.after),
        "sources": sources,
    }


QUESTIONS = tuple(questions(STORY, LAST_DAY))


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: f"{asked.domain}: {asked.policy}")
def test_the_plain_count_and_the_simulator_agree(asked: Asked) -> None:
    assert list(simulated.differences(SENT, asked, answer(asked))) == []


def test_questions_differ_in_what_they_do_to_the_mail() -> None:
    fates = [str(answer(asked)["simulated"]) for asked in QUESTIONS]
    assert len(set(fates)) == len(fates)


def test_wrong_simulations_are_found() -> None:
    asked = QUESTIONS[0]
    for wrong in (
        replace(asked, p="quarantine"),
        replace(asked, adkim="s", aspf="s"),
        replace(asked, t=True),
    ):
        assert list(simulated.differences(SENT, asked, answer(wrong)))
    told = answer(asked)
    assert list(simulated.differences(SENT, asked, told | {"rows": told["rows"] - 1}))
    assert list(simulated.differences(SENT, asked, told | {"sources": told["sources"][1:]}))


def sources_of_orchard() -> Sources:
    counts: dict[str, Counter[str]] = {}
    for sent in SENT:
        for each in sent.lines if sent.domain == ORCHARD.name else ():
            counted = counts.setdefault(each.sender, Counter())
            counted.update({"messages": each.count, "passed": each.count * each.dmarc_pass})
    standings = {Conduct.FORWARDER: "forwarders", Conduct.SPOOFER: "threat_unknown"}
    senders = [
        {
            "sender_domain": shown_as(SENDERS[key]),
            "standing": standings.get(CONDUCTS[key], "dmarc_capable"),
            "dmarc_alignment": 100 * counted["passed"] / counted["messages"],
        }
        for key, counted in counts.items()
    ]
    return Sources(FIRST_DAY, LAST_DAY, senders)


def test_every_sender_is_named_as_what_it_is() -> None:
    told = sources_of_orchard()
    assert {verdict(each) for each in told.senders} >= set(Verdict) - {Verdict.SPOOFER}
    assert list(verdicts.differences(SENT, ORCHARD, told)) == []
    line = verdicts.told_in_a_line(told.senders)
    assert "; misaligned: mailchimp.com; forwarder: " in line


@pytest.mark.parametrize("name", ["mailchimp.com", "orchard.example", "pobox.com"])
def test_a_sender_named_as_something_else_is_found(name: str) -> None:
    told = sources_of_orchard()
    sender = next(each for each in told.senders if each["sender_domain"] == name)
    sender["standing"] = "threat_unknown"
    (found,) = verdicts.differences(SENT, ORCHARD, told)
    assert f"{name} is a " in found
    assert "shown as spoofer" in found


def test_a_sender_that_is_not_there_is_found() -> None:
    told = sources_of_orchard()
    told.senders[:] = [each for each in told.senders if each["sender_domain"] != "mailchimp.com"]
    assert ["not there" in found for found in verdicts.differences(SENT, ORCHARD, told)] == [True]
