"""The demo's part on advice: may the domains move on, once more when a sender was put right, and what would
policies have done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from infra.local.demo import planned, simulated
from infra.local.demo.answers import Answers, Json
from infra.local.demo.cast import MEADOW, ORCHARD, PARCEL
from infra.local.demo.mending import DAYS_BEFORE, DAYS_PUBLISHED, DAYS_SINCE, Mending, mending
from infra.local.demo.packaging import mail_of
from infra.local.demo.planned import Verdict, concluded
from infra.local.demo.script import Mail, Script
from infra.local.demo.settling import until_equal
from infra.local.demo.simulated import Asked
from infra.local.demo.truth import Aggregate

_CHECK_SECONDS: Final = 30.0
_MONTH: Final = 30

NOT_READY: Final = Verdict(False, "none", ("compliance", "failing_sources"))
READY: Final = Verdict(True, "quarantine", ())
TOO_SHORT: Final = Verdict(False, "none", ("short_time",))
"""What is left of it where nobody says since when the policy is published."""

Deliver = Callable[[Sequence[Mail], str], None]
"""Sends mails, of which the text tells, and waits until they are worked off."""


@dataclass(slots=True)
class Advised:
    """What was asked and answered: (when, plan), and (question, simulation). ``found`` are differences."""

    plans: list[tuple[str, Json]] = field(default_factory=list)
    simulations: list[tuple[Asked, Json]] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


class AdvicePart:
    """``say`` is told every step and what came of it; ``script`` is what was sent before."""

    def __init__(
        self, answers: Answers, deliver: Deliver, say: Callable[[str, str], None], script: Script
    ) -> None:
        self._answers = answers
        self._deliver = deliver
        self._say = say
        self._reports = [truth for truth in script.truths if isinstance(truth, Aggregate)]
        self._forged = script.forged
        self._last_day = script.parameters.last_day
        self._advised = Advised()

    def perform(self) -> Advised:
        """``MEADOW`` is set up anew before."""
        address = self._answers.set_up(MEADOW)["reporting_address"]
        self._say("domain", f"{MEADOW.name} reports to {address}")
        story = mending(self._last_day)
        self._mail(story.before, address, f"reports of {DAYS_BEFORE} days")
        for watched, verdict in ((ORCHARD, Verdict(False)), (PARCEL, Verdict(True, "keep", ()))):
            self._plan(watched.name, "", verdict)
        self._plan(MEADOW.name, "before", NOT_READY, since=self._published)
        what = (
            f"reports of the {DAYS_SINCE} days since {story.first_mended}, when the newsletter was put right,"
        )
        self._mail(story.since, address, what)
        self._plan(MEADOW.name, "after, new today", TOO_SHORT)
        self._plan(MEADOW.name, "after", READY, since=self._published)
        self._simulate(questions(story, self._last_day))
        return self._advised

    @property
    def _published(self) -> date:
        """Nobody waits a month for a demo: meadow's owner knows what no look at the DNS can tell."""
        return self._last_day - timedelta(days=DAYS_PUBLISHED)

    def _mail(self, reports: tuple[Aggregate, ...], address: str, what: str) -> None:
        self._reports += reports
        self._deliver([Mail(address, mail_of(report, address)) for report in reports], what)

    def _plan(self, domain: str, when: str, meant: Verdict, *, since: date | None = None) -> None:
        believed = [each for each in self._reports if each.domain == domain and each != self._forged]
        told: Json = {}

        def look() -> list[str]:
            answer = self._answers.ask("GET", f"/domains/{domain}/policy-plan", published_since=since)
            told.update(answer["data"])
            return [f"{domain}: {line}" for line in planned.differences(believed, meant, told)]

        self._advised.found += until_equal(look, seconds=_CHECK_SECONDS)
        self._advised.plans.append((when, told))
        self._say("plan", f"{domain}{f' ({when})' if when else ''}: {concluded(told)}")

    def _simulate(self, asked: Iterable[Asked]) -> None:
        rows = 0
        for each in asked:
            told = self._answers.ask("POST", f"/domains/{each.domain}/simulate", body=each.body)["data"]
            self._advised.simulations.append((each, told))
            self._advised.found += simulated.differences(self._reports, each, told)
            rows += told["rows"]
        count = len(self._advised.simulations)
        self._say("simulate", f"{count} policies over {rows:,} rows, counted again from what was sent")


def questions(story: Mending, last_day: date) -> Iterator[Asked]:
    """Policies of every kind, over a month, a week, and the two parts of the story."""
    month, week = (last_day - timedelta(days=days - 1) for days in (_MONTH, 7))
    yield Asked(ORCHARD.name, month, last_day, "reject")
    yield Asked(ORCHARD.name, month, last_day, "reject", sp="none", adkim="s", aspf="s")
    yield Asked(ORCHARD.name, week, last_day, "none", sp="reject", aspf="s")
    yield Asked(PARCEL.name, month, last_day, "quarantine", sp="reject", adkim="s")
    yield Asked(PARCEL.name, week, last_day, "reject", t=True)
    yield Asked(MEADOW.name, month, story.first_mended - timedelta(days=1), "quarantine")
    yield Asked(MEADOW.name, story.first_mended, last_day, "quarantine")
