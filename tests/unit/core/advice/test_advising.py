from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.core.advice.advices import Advice
from shared.core.advice.advising import Adviser, Contended, Eyes, call_for_all
from shared.core.advice.ledger import SECOND_LOOK, Kind, Matter
from shared.core.advice.planning import Recommendation
from shared.core.alerts.events import AlertKind
from shared.core.clock import DAY_SECONDS
from shared.core.counters import Counters
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.queues import AdviceDue, DnsCheck
from shared.core.rollups import DayDetail, DayRollup, DayTotals, ReporterLine, Share, ShareDetail, TlsTotals
from shared.core.senders.catalogue import builtin
from shared.core.tls.days import Cause, Policy, PolicyLine
from tests import fakes
from tests.unit.core.advice.worlds import ADDRESS, RECORD, TODAY, Zone, counters, failing, line, looked, zone
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

DUE = AdviceDue(ACCOUNT.id, DOMAIN.id)


@dataclass
class House:
    """One account with a domain, and time that passes."""

    now: int = int(NOW)
    accounts: fakes.FakeAccounts = field(default_factory=fakes.FakeAccounts)
    advices: fakes.FakeAdvices = field(default_factory=fakes.FakeAdvices)
    alerts: fakes.FakeAlertEvents = field(default_factory=fakes.FakeAlertEvents)
    checks: fakes.FakeDnsChecks = field(default_factory=fakes.FakeDnsChecks)
    calls: fakes.FakeAdviceCalls = field(default_factory=fakes.FakeAdviceCalls)
    rollups: fakes.FakeRollups = field(default_factory=fakes.FakeRollups)

    def __post_init__(self) -> None:
        self.accounts.add(ACCOUNT)
        self.domains = fakes.FakeDomains(self.accounts)
        self.domains.add(DOMAIN)
        self.states = fakes.FakeDnsStates(lambda: self.now)
        eyes = Eyes(self.states, self.rollups, fakes.FakeHostings(), lambda _: builtin(), "reports.example")
        self.adviser = Adviser(
            self.accounts, self.domains, self.advices, eyes, self.alerts, self.checks, self.calls
        )

    def look(self, published: Zone, *, silent: bool = False) -> None:
        """A look at the DNS: what it shows is believed at once."""
        state = looked(published, now=self.now)
        known = self.states.get(ACCOUNT.id, DOMAIN.id)
        version = known.version if known is not None else 0
        if silent and known is not None:
            state = failing(known)
        self.states.replace(replace(state, version=version + 1), (), expires=2**40)
        home = self.domains.stored[ACCOUNT.id, DOMAIN.id]
        self.domains.note_check(replace(home, dns_checked=self.now))

    def advise(self) -> bool:
        return self.adviser.advise(DUE, self.now)

    @property
    def advice(self) -> Advice:
        return self.advices.stored[ACCOUNT.id, DOMAIN.id]

    def matter(self, rule: str) -> Matter | None:
        return next((each for each in self.advice.matters if each.rule == rule), None)

    def receive(self, ago: int, counted: Counters) -> None:
        day = TODAY - timedelta(days=ago)
        heard = tuple(ReporterLine(name, 1, counted.messages) for name in ("google.com", "yahoo.com"))
        totals = DayTotals(day, ((Trust.AUTHENTICATED, Share(1, counted)),))
        source = line(DOMAIN.name, counted)
        detail = DayDetail(day, (ShareDetail(Trust.AUTHENTICATED, (source,), heard),))
        self.rollups.replace(DayRollup(ACCOUNT.id, DOMAIN.id, totals, detail, 2**40), expected=0)

    def receive_tls(self, ago: int, *, successful: int = 100, failed: int = 0) -> None:
        day = TODAY - timedelta(days=ago)
        causes = (Cause("certificate-expired", failed, 1),) if failed else ()
        met = PolicyLine(Policy(DOMAIN.name, "sts", "enforce"), successful, failed, self.now, causes)
        totals = DayTotals(day, tls=TlsTotals(1, successful, failed))
        rollup = DayRollup(ACCOUNT.id, DOMAIN.id, totals, DayDetail(day, ()), 2**40, (met,))
        assert self.rollups.replace(rollup, expected=0)


@pytest.fixture
def house() -> House:
    return House()


def test_what_is_found_is_kept_and_told_once(house: House) -> None:
    house.look(zone(None))
    assert house.advise()
    missing = house.matter("dmarc_missing")
    assert missing is not None
    assert missing.created == house.now
    told = {event.key: event for event in house.alerts.sent}
    event = told[f"iss_{missing.id}:{missing.created}"]
    assert (event.kind, event.domain, event.at) == (AlertKind.ISSUE_OPENED, DOMAIN.id, house.now)
    assert event.facts["rule"] == "dmarc_missing"
    assert house.matter("publish_dmarc") is not None
    assert all(
        each.kind is Kind.ISSUE for each in house.advice.matters if f"iss_{each.id}:{each.created}" in told
    )


def test_what_senders_meet_at_the_mail_hosts_is_an_issue_until_they_do_not(house: House) -> None:
    house.look(zone())
    house.receive_tls(1, failed=40)
    house.advise()
    expired = house.matter("tls_certificate_expired")
    assert expired is not None
    assert expired.is_open
    house.receive_tls(0, successful=5_000)
    house.advise()
    solved = house.matter("tls_certificate_expired")
    assert solved is not None
    assert solved.solved == house.now


def test_a_pass_without_news_writes_nothing_and_tells_the_same(house: House) -> None:
    house.look(zone(None))
    house.advise()
    before, first = house.advice, list(house.alerts.sent)
    house.now += 3_600
    assert not house.advise()
    assert house.advice is before
    assert house.alerts.sent == first * 2
    house.now += 3 * DAY_SECONDS
    house.advise()
    assert house.alerts.sent == first * 2


def test_an_issue_is_solved_by_the_second_good_look_which_is_asked_for(house: House) -> None:
    house.look(zone(None))
    house.advise()
    house.now += 3_600
    house.look(zone())
    assert house.advise()
    fading = house.matter("dmarc_missing")
    assert fading is not None
    assert fading.is_open
    assert house.checks.sent == [(DnsCheck(ACCOUNT.id, DOMAIN.id), SECOND_LOOK)]
    assert (house.calls.sent, house.calls.delays) == ([DUE], [900])
    house.now += SECOND_LOOK
    house.look(zone())
    assert house.advise()
    solved = house.matter("dmarc_missing")
    assert solved is not None
    assert solved.solved == house.now
    assert len(house.calls.sent) == 1


@pytest.mark.parametrize("first", [None, RECORD])
def test_a_dns_without_answers_opens_and_solves_nothing(house: House, first: str | None) -> None:
    house.look(zone(first))
    house.advise()
    before = house.advice
    for _ in range(5):
        house.now += 3_600
        house.look(zone(), silent=True)
        house.advise()
    assert house.advice.matters == before.matters
    assert house.advice.stance == before.stance


def test_the_days_at_a_policy_outlast_other_changes_of_the_record(house: House) -> None:
    house.look(zone())
    house.advise()
    began = house.now
    for days, record in ((20, f"{RECORD}; fo=1"), (31, f"{RECORD}; adkim=s")):
        house.now = began + days * DAY_SECONDS
        house.look(zone(record))
        house.advise()
    assert house.advice.stance is not None
    assert house.advice.stance.days(house.now) == 31


def test_the_row_of_the_planner_follows_the_reports(house: House) -> None:
    house.look(zone())
    house.advise()
    row = house.advice.row
    assert row is not None
    assert (row.messages, row.ready, row.policy) == (0, False, "none")
    for ago in range(1, 20):
        house.receive(ago, counters(50))
    house.advise()
    row = house.advice.row
    assert row is not None
    assert (row.messages, row.passed, row.recommendation) == (950, 950, Recommendation.NONE)
    issues = [each for each in house.advice.matters if each.kind is Kind.ISSUE and each.counts]
    assert row.issues == len(issues) > 0


def test_nothing_is_said_of_domains_that_are_gone_or_off(house: House) -> None:
    house.look(zone(None))
    house.advise()
    house.domains.deactivate(DOMAIN, now=house.now)
    before = house.advice
    house.look(zone())
    assert not house.advise()
    assert house.advice is before
    house.domains.remove(DOMAIN)
    assert not house.advise()
    assert house.advices.stored == {}


def test_who_ignores_an_issue_meanwhile_is_not_overwritten(house: House) -> None:
    """The advice is read anew when somebody else was faster."""
    house.look(zone(None))
    house.advise()
    house.now += 3_600
    house.look(zone(None, spf=["v=spf1 +all"]))
    real = house.advices.replace
    house.advices.replace = _once(house, real)  # type: ignore[method-assign]
    assert house.advise()
    ignored = house.matter("dmarc_missing")
    assert ignored is not None
    assert ignored.ignored


def _once(house: House, real: Callable[..., bool]) -> Callable[..., bool]:
    done: list[bool] = []

    def replacing(before: Advice | None, after: Advice) -> bool:
        if not done:
            done.append(True)
            now = house.advice
            matters = tuple(replace(each, ignored=True) for each in now.matters)
            assert real(now, replace(now, matters=matters))
        return real(before, after)

    return replacing


def test_a_pass_gives_up_where_others_keep_changing_it(house: House) -> None:
    house.look(zone(None))
    house.advices.replace = lambda before, after: False  # type: ignore[method-assign]
    with pytest.raises(Contended):
        house.advise()


def test_every_active_domain_is_called_for_once_a_day(house: House) -> None:
    others = [
        replace(DOMAIN, id=DomainId(100 + n), name=f"d{n}.example", token=f"t{n}", active=n % 2 == 0)
        for n in range(4)
    ]
    for other in others:
        house.domains.add(other)
    assert call_for_all(house.domains, house.calls) == 3
    assert {due.domain for due in house.calls.sent} == {DOMAIN.id, DomainId(100), DomainId(102)}
    assert set(house.calls.delays) == {0}


def test_addresses_are_those_of_the_domain_and_of_the_account(house: House) -> None:
    assert f"{DOMAIN.token}@reports.example" == ADDRESS
    house.look(zone("v=DMARC1; p=none; np=reject; rua=mailto:acct@reports.example"))
    house.advise()
    assert house.matter("report_here") is None
