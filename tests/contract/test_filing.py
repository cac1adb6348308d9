"""Reports filed in any order, again and again, changed, re-sent, removed: both stores against a model."""

from __future__ import annotations

from contextlib import ExitStack

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.reports import Fact, Outcome
from tests.contract import given
from tests.contract.given import DAY, fact
from tests.contract.stores import Stores, in_memory, on_aws

REPORTS = st.sampled_from(["1", "2", "3"])
CONTENTS = st.sampled_from(["a", "b", "c"])


class Filing(RuleBasedStateMachine):
    """The model: at most one report of an identity, and at most one of a content."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.places: list[Stores] = [in_memory(), self.stack.enter_context(on_aws())]
        self.model: dict[str, Fact] = {}

    @initialize()
    def prepare(self) -> None:
        self.homes = [self._home(place) for place in self.places]

    @staticmethod
    def _home(place: Stores) -> Domain:
        place.clock.time = epoch_of(DAY)
        owner = given.account(place)
        return given.domain(place, owner, number=77)

    @rule(report=REPORTS, says=CONTENTS)
    def file(self, report: str, says: str) -> None:
        outcome = self._expected(report, says)
        for place, home in zip(self.places, self.homes, strict=True):
            made = fact(home, report_id=report, says=says)
            assert place.reports.file(made).outcome is outcome
            if outcome is Outcome.STORED:
                self.model[report] = made

    @rule(report=REPORTS)
    def remove(self, report: str) -> None:
        gone = self.model.pop(report, None)
        if gone is None:
            return
        for place, home in zip(self.places, self.homes, strict=True):
            for there in list(place.reports.of_day(home.account, home.id, DAY)):
                if there.summary.identity == gone.summary.identity:
                    place.reports.remove(there.summary)

    @invariant()
    def stored_exactly_once(self) -> None:
        for place, home in zip(self.places, self.homes, strict=True):
            there = list(place.reports.of_day(home.account, home.id, DAY))
            assert sorted((made.summary.report_id, made.summary.content) for made in there) == sorted(
                (report, made.summary.content) for report, made in self.model.items()
            )

    def teardown(self) -> None:
        self.stack.close()

    def _expected(self, report: str, says: str) -> Outcome:
        home = self.homes[0]
        content = fact(home, report_id=report, says=says).summary.content
        if report in self.model:
            same = self.model[report].summary.content == content
            return Outcome.DUPLICATE if same else Outcome.CONFLICT
        if any(made.summary.content == content for made in self.model.values()):
            return Outcome.RESENT
        return Outcome.STORED


TestFiling = Filing.TestCase
TestFiling.settings = settings(
    max_examples=8, stateful_step_count=15, suppress_health_check=list(HealthCheck)
)
