from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.advice.journey import REHEARSAL_DAYS, TASKS
from shared.core.advice.planning import Recommendation, plan_of
from shared.core.advice.sights import Sight
from shared.core.advice.world import World
from shared.core.senders.standing import Standing
from shared.core.watching.approved import ApprovedSource
from tests.unit.core.advice.test_rules import WHOLLY
from tests.unit.core.advice.worlds import (
    ADDRESS,
    at,
    counters,
    every_day,
    failing,
    line,
    looked,
    mail,
    world,
    zone,
)
from tests.unit.core.world import DOMAIN

NAME = DOMAIN.name
STEPS = {rule.id: rule for rule in TASKS}
OWN = line(NAME, counters(100))
MISALIGNED = line("sendgrid.com", counters(0, 40), sender_name="SendGrid")
ALIGNED = line("sendgrid.com", counters(40), sender_name="SendGrid")
PARKED = replace(DOMAIN, parked=True)


def due(which: World) -> list[tuple[str, str]]:
    return [(rule.id, found.subject) for rule in TASKS for found in rule.look(which).found]


def state_of(step: str, which: World, subject: str = "") -> str:
    """Of a task that was due before."""
    sight: Sight = STEPS[step].look(replace(which, open={step: frozenset({subject})}))
    due = sight.says(subject)
    if due is None:
        return "unknown"
    if due:
        return "due"
    return "moot" if subject in sight.moot else "done"


def approved(domain: str) -> tuple[ApprovedSource, ...]:
    return (ApprovedSource("s", "S", domain, "t", 0, 0),)


def test_the_journey_from_nothing_to_reject() -> None:
    """Each state of the domain has its next steps and no others."""
    own, both = every_day(OWN), every_day(OWN, MISALIGNED)
    ok = looked(zone())
    steps: list[tuple[World, list[tuple[str, str]]]] = [
        (world(looked(zone(None))), [("publish_dmarc", "")]),
        (world(looked(zone("v=DMARC1; p=none; rua=mailto:me@orchard.example"))), [("report_here", "")]),
        (world(ok), []),
        (world(ok, both, stance=at("none")), [("name_senders", ""), ("align_sender", "sendgrid.com")]),
        (
            world(ok, both, stance=at("none"), approved=approved("sendgrid.net")),
            [("align_sender", "sendgrid.com")],
        ),
        (world(ok, own, stance=at("none", days=10)), []),
        (world(ok, own, stance=at("none")), [("rehearse_quarantine", "")]),
        (world(ok, own, stance=at("quarantine", testing=True, days=5)), []),
        (world(ok, own, stance=at("quarantine", testing=True, days=20)), [("end_rehearsal", "")]),
        (world(ok, own, stance=at("quarantine", days=10)), []),
        (world(ok, own, stance=at("quarantine", days=40)), [("move_to_reject", "")]),
        (world(ok, own, stance=at("reject", days=0)), []),
    ]
    for which, wanted in steps:
        assert due(which) == wanted


@pytest.mark.statement("1.20")
def test_a_domain_with_mailing_lists_stays_at_quarantine() -> None:
    lists = line("lists.example", counters(0, 5), Standing.FORWARDER)
    staying = world(looked(zone()), every_day(OWN, lists), stance=at("quarantine"))
    assert due(staying) == []
    assert plan_of(staying).recommendation is Recommendation.KEEP


@pytest.mark.parametrize(
    ("step", "which", "state"),
    [
        ("publish_dmarc", world(looked(zone())), "done"),
        ("publish_dmarc", world(failing(looked(zone()))), "unknown"),
        ("publish_dmarc", world(looked(zone(None)), domain=PARKED), "moot"),
        ("report_here", world(looked(zone())), "done"),
        ("report_here", world(looked(zone(None))), "moot"),
        ("report_here", world(), "unknown"),
        ("name_senders", world(seen_mail=every_day(OWN)), "done"),
        ("name_senders", world(), "moot"),
        ("rehearse_quarantine", world(stance=at("quarantine")), "done"),
        ("rehearse_quarantine", world(stance=at("none", days=3)), "moot"),
        ("rehearse_quarantine", world(), "unknown"),
        ("rehearse_quarantine", world(stance=at("none"), domain=PARKED), "moot"),
        ("end_rehearsal", world(stance=at("quarantine")), "done"),
        ("end_rehearsal", world(stance=at("none")), "moot"),
        ("end_rehearsal", world(), "unknown"),
        ("move_to_reject", world(stance=at("reject")), "done"),
        ("move_to_reject", world(stance=at("none")), "moot"),
        ("move_to_reject", world(stance=at("quarantine", days=2)), "moot"),
        ("move_to_reject", world(), "unknown"),
    ],
)
def test_a_step_is_done_by_what_is_seen_and_moot_when_it_is_no_longer_next(
    step: str, which: World, state: str
) -> None:
    assert state_of(step, which) == state


def test_a_sender_is_aligned_when_its_mail_of_a_week_passes() -> None:
    put_right = mail({ago: [OWN, MISALIGNED if ago > 7 else ALIGNED] for ago in range(29, -1, -1)})
    assert state_of("align_sender", world(seen_mail=put_right), "sendgrid.com") == "done"
    assert state_of("align_sender", world(seen_mail=every_day(OWN, MISALIGNED)), "sendgrid.com") == "due"


def test_a_sender_that_stopped_is_moot_and_one_without_reports_unknown() -> None:
    rarely = mail({ago: [OWN, MISALIGNED] if ago > 10 else [OWN] for ago in range(29, -1, -1)})
    assert state_of("align_sender", world(seen_mail=rarely), "sendgrid.com") == "due"
    assert state_of("align_sender", world(seen_mail=every_day(OWN)), "sendgrid.com") == "moot"
    silent = every_day(OWN, MISALIGNED, last=9)
    assert state_of("align_sender", world(seen_mail=silent), "sendgrid.com") == "due"
    unheard = every_day(OWN, ALIGNED, last=9)
    assert state_of("align_sender", world(seen_mail=unheard), "sendgrid.com") == "unknown"
    assert state_of("align_sender", world(seen_mail=silent, domain=PARKED), "sendgrid.com") == "moot"


def test_how_to_align_comes_from_the_catalogue_where_it_says_so() -> None:
    known, unknown = (
        STEPS["align_sender"].look(world(seen_mail=every_day(OWN, replace(MISALIGNED, sender_domain=sender))))
        for sender in ("sendgrid.com", "nobody-knows.example")
    )
    (told,), (general,) = known.found, unknown.found
    assert told.details != general.details
    assert "280 of its latest 280" in told.details
    assert "DKIM" in general.details


def test_a_rehearsal_goes_on_while_senders_of_yours_fail() -> None:
    stance = at("quarantine", testing=True, days=REHEARSAL_DAYS)
    assert due(world(seen_mail=every_day(OWN, MISALIGNED), stance=stance))[-1][0] != "end_rehearsal"


SILENT: dict[str, Any] = {"spf": ["v=spf1 -all"], "mx": ["0 ."]}
REVOKED = {(f"*._domainkey.{NAME}", "TXT"): ["v=DKIM1; p="]}


@pytest.mark.statement("12.1")
def test_a_parked_domain_has_steps_of_its_own() -> None:
    open_to_all = world(looked(zone(), selectors=("s1",)), domain=PARKED)
    assert due(open_to_all) == [("park_spf", ""), ("park_dmarc", ""), ("park_mx", ""), ("park_dkim", "")]
    closed = zone(WHOLLY, **SILENT, more=REVOKED)
    done = world(looked(closed), domain=PARKED)
    assert due(done) == []
    for step in ("park_spf", "park_dmarc", "park_mx"):
        assert state_of(step, done) == "done"


@pytest.mark.statement("12.4")
def test_a_parked_domain_that_sends_is_not_told_to_be_silent() -> None:
    sends = world(looked(zone()), every_day(OWN), domain=PARKED)
    assert due(sends) == []
    assert state_of("park_spf", sends) == "moot"


def test_steps_of_parked_domains_are_moot_for_others_and_unknown_without_answers() -> None:
    for step in ("park_spf", "park_dmarc", "park_mx", "park_dkim"):
        assert state_of(step, world(looked(zone()))) == "moot"
        assert state_of(step, world(failing(looked(zone())), domain=PARKED)) == "unknown"


@pytest.mark.parametrize("step", list(STEPS))
def test_what_is_said_has_no_blanks_left(step: str) -> None:
    rule = STEPS[step]
    assert rule.category in ("publish", "senders", "alignment", "policy", "parked")
    assert "{" not in rule.told(rule.problem + rule.solution, NAME, "mailer.example")


def test_the_address_of_the_domain_is_told_to_whom_reports_elsewhere() -> None:
    elsewhere = world(looked(zone("v=DMARC1; p=none; rua=mailto:me@orchard.example")))
    (found,) = STEPS["report_here"].look(elsewhere).found
    assert ADDRESS in found.details
