"""TLS reports of a few domains and days, filed and rolled up, and the rows they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from shared.core.access import Readable, read_account
from shared.core.addresses import NoPlaces
from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.facts import said_by
from shared.core.ids import DomainId
from shared.core.reports import Fact, ReportSummary
from shared.core.rolling import roll_up
from shared.core.senders.catalogue import builtin
from shared.mailauth.reports.reading import Parsed
from shared.mailauth.reports.values import TlsPolicy, TlsReport
from tests.fakes import FakeGroups, FakeReports, FakeRollups
from tests.unit.core.tls.said import policies
from tests.unit.core.world import ACCOUNT, CALLER, DOMAIN, FORGED, TODAY, delivery, stored_domains

DOMAINS = (DOMAIN, replace(DOMAIN, id=DomainId(20), name="parcel.example"))


@dataclass(frozen=True)
class Told:
    """One report: who sent it, for which domain and day, and what it says."""

    reporter: str
    domain: Domain
    ago: int
    said: tuple[TlsPolicy, ...]
    forged: bool = False

    @property
    def day(self) -> date:
        return TODAY - timedelta(days=self.ago)

    def facts(self) -> list[Fact]:
        begin = epoch_of(self.day)
        about = tuple(replace(each, policy_domain=self.about(each)) for each in self.said)
        number = f"{self.reporter}-{self.ago}"
        report = TlsReport(self.reporter, None, number, begin, begin + 86_399, about)
        spoken = said_by(Parsed("", report))
        came = delivery(verdicts=FORGED) if self.forged else delivery()
        return [each.as_fact(self.domain, ACCOUNT, came, sole=True) for each in spoken]

    def about(self, policy: TlsPolicy) -> str:
        below = policy.policy_domain.startswith("sub.")
        return f"sub.{self.domain.name}" if below else self.domain.name


told = st.builds(
    Told,
    reporter=st.sampled_from(("one.example", "two.example")),
    domain=st.sampled_from(DOMAINS),
    ago=st.integers(0, 5),
    said=st.lists(policies, min_size=1, max_size=3).map(tuple),
    forged=st.sampled_from((False, False, True)),
)
reports = st.lists(told, max_size=10, unique_by=lambda each: (each.reporter, each.domain.id, each.ago))


@dataclass
class TlsWorld:
    told: list[Told]
    reports: FakeReports = field(default_factory=FakeReports)
    rollups: FakeRollups = field(default_factory=FakeRollups)

    def __post_init__(self) -> None:
        for each in self.told:
            for fact in each.facts():
                self.reports.file(fact)
        for home, day in {(each.domain, each.day) for each in self.told}:
            facts = self.reports.of_day(ACCOUNT.id, home.id, day)
            rolled = roll_up(
                ACCOUNT.id,
                home.id,
                day,
                facts,
                places=NoPlaces(),
                catalogue=builtin(),
                hosts=lambda addresses: {},
            )
            assert self.rollups.replace(rolled.rollup, expected=0)

    @property
    def right(self) -> Readable:
        return read_account(CALLER, FakeGroups(stored_domains()))

    def rows(self, homes: frozenset[DomainId]) -> list[tuple[ReportSummary, TlsPolicy]]:
        """Every policy of every report of some domains that is believed, plainly."""
        return [
            (fact.summary, replace(policy, policy_domain=each.about(policy)))
            for each in self.told
            if each.domain.id in homes and not each.forged
            for policy in each.said
            for fact in each.facts()
            if fact.summary.policy_domain == each.about(policy)
        ]
