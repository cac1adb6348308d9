from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from shared.core.addresses import HostName, NoPlaces
from shared.core.queues import HostingCheck, LakeTask, RemovedDomain, TouchedDay
from shared.core.rollups import DayRollup
from shared.core.senders.catalogue import builtin
from shared.core.senders.own import Catalogues
from shared.core.senders.remembering import SourceMemory
from shared.core.sending.refreshing import Refresher
from shared.core.upkeep import Contended, Purge, Roller, days_to_rebuild
from shared.core.watching.seen import Seen
from tests.fakes import (
    FakeAccounts,
    FakeAdvices,
    FakeAlertEvents,
    FakeAlerts,
    FakeDnsStates,
    FakeFavourites,
    FakeHostingChecks,
    FakeHostQuestions,
    FakeHosts,
    FakeLakeTasks,
    FakeMailbox,
    FakeRemovedDomains,
    FakeReports,
    FakeRollups,
    FakeSenderExtensions,
    FakeSenderHistories,
    FakeSnapshots,
)
from tests.unit.core.world import (
    ACCOUNT,
    DOMAIN,
    NOW,
    TODAY,
    account_right,
    domain_right,
    fact,
    row,
    said,
    stored_domains,
)

TOUCHED = TouchedDay(ACCOUNT.id, DOMAIN.id, TODAY)
YESTERDAY = TODAY - timedelta(days=1)


@dataclass
class World:
    reports: FakeReports = field(default_factory=FakeReports)
    rollups: FakeRollups = field(default_factory=FakeRollups)
    hosts: FakeHosts = field(default_factory=FakeHosts)
    questions: FakeHostQuestions = field(default_factory=FakeHostQuestions)
    removed: FakeRemovedDomains = field(default_factory=FakeRemovedDomains)
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    hosting_checks: FakeHostingChecks = field(default_factory=FakeHostingChecks)
    histories: FakeSenderHistories = field(default_factory=FakeSenderHistories)
    extensions: FakeSenderExtensions = field(default_factory=FakeSenderExtensions)
    alerts: FakeAlertEvents = field(default_factory=FakeAlertEvents)
    states: FakeDnsStates = field(default_factory=lambda: FakeDnsStates(lambda: NOW))

    def __post_init__(self) -> None:
        self.domains = stored_domains()
        self.roller = Roller(
            self.domains,
            self.reports,
            self.rollups,
            self.hosts,
            NoPlaces(),
            Catalogues(builtin(), self.extensions),
            self.questions,
            self.removed,
            self.states.mail,
            self.states,
            SourceMemory(self.histories, self.alerts),
        )
        self.stored_alerts = FakeAlerts()
        self.favourites, self.snapshots = FakeFavourites(), FakeSnapshots()
        self.lake_tasks = FakeLakeTasks()
        self.purge = Purge(
            self.domains,
            self.reports,
            self.rollups,
            self.mailbox,
            self.states,
            self.hosting_checks,
            self.histories,
            self.stored_alerts,
            FakeAdvices(),
            self.favourites,
            self.snapshots,
            self.lake_tasks,
        )

    def messages(self, day: date = TODAY) -> int:
        days = self.rollups.totals(domain_right(), day, day)
        return sum(totals.share().counters.messages for totals in days)


@pytest.fixture
def world() -> World:
    return World()


def test_refreshing_follows_reports_that_come_and_go(world: World) -> None:
    world.reports.file(fact(said(row(count=2))))
    world.roller.refresh(TOUCHED, NOW)
    assert world.messages() == 2
    late = fact(said(row(count=5), report_id="late"))
    world.reports.file(late)
    world.roller.refresh(TOUCHED, NOW)
    world.roller.refresh(TOUCHED, NOW)
    assert world.messages() == 7
    world.reports.remove(late.summary)
    world.roller.refresh(TOUCHED, NOW)
    assert world.messages() == 2
    assert [day.messages for day in world.rollups.account_days(account_right(), TODAY, TODAY)] == [2]


def test_the_selectors_of_its_own_mail_are_noted(world: World) -> None:
    world.reports.file(fact(said(row(count=2))))
    world.roller.refresh(TOUCHED, NOW)
    seen = world.states.mail.get(ACCOUNT.id, DOMAIN.id)
    assert seen == Seen(TODAY, {"s1": TODAY})
    world.states.mail.put = None  # type: ignore[assignment,method-assign]
    world.roller.refresh(TOUCHED, NOW)


def test_host_names_are_asked_for_once_known_ones_are_not(world: World) -> None:
    world.hosts.put_many({"8.8.8.8": HostName("dns.google", confirmed=True, checked=NOW)})
    world.reports.file(fact(said(row("8.8.8.8"), row("8.8.4.4"))))
    world.roller.refresh(TOUCHED, NOW)
    assert [question.addresses for question in world.questions.sent] == [("8.8.4.4",)]


def test_a_rollup_from_older_reports_never_replaces_a_newer_one(world: World) -> None:
    """Another worker replaces the rollup between this one's reading of the reports and its writing."""
    world.reports.file(fact(said(row(count=1))))
    inner, interrupted = world.rollups.replace, False

    def replace(rollup: DayRollup, *, expected: int) -> bool:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            world.reports.file(fact(said(row(count=10), report_id="second")))
            World.__post_init__(world)
            world.roller.refresh(TOUCHED, NOW)
        return inner(rollup, expected=expected)

    world.rollups.replace = replace  # type: ignore[method-assign]
    world.roller.refresh(TOUCHED, NOW)
    assert world.messages() == 11


def test_endless_contention_is_an_error_that_brings_the_message_back(world: World) -> None:
    world.rollups.replace = lambda rollup, *, expected: False  # type: ignore[method-assign]
    with pytest.raises(Contended):
        world.roller.refresh(TOUCHED, NOW)


def test_a_report_that_slipped_in_while_its_domain_went_is_purged(world: World) -> None:
    world.reports.file(fact(said(row())))
    world.domains.remove(DOMAIN)
    world.roller.refresh(TOUCHED, NOW)
    assert world.removed.sent == [RemovedDomain(ACCOUNT.id, DOMAIN.id)]
    assert world.messages() == 0


def test_a_purge_leaves_nothing_and_goes_on_after_a_crash(world: World) -> None:
    for number, day in enumerate((YESTERDAY, TODAY, TODAY)):
        world.reports.file(fact(said(row(count=number + 1), day=day, report_id=str(number))))
    world.mailbox.put("inbound/m1", b"raw")
    for day in (YESTERDAY, TODAY):
        world.roller.refresh(TouchedDay(ACCOUNT.id, DOMAIN.id, day), NOW)
    # As if a first run had died after the reports of a day and before its rollup.
    for each in list(world.reports.of_day(ACCOUNT.id, DOMAIN.id, YESTERDAY)):
        world.reports.remove(each.summary)
    assert world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id)) == 0
    world.favourites.add(ACCOUNT.id, DOMAIN.id, "192.0.2.1", most=9)
    refresher = Refresher(FakeAccounts(), world.domains, world.rollups, world.snapshots)
    world.snapshots.put(ACCOUNT.id, refresher.made(ACCOUNT.id, NOW))
    assert world.snapshots.read(ACCOUNT.id).lines  # type: ignore[union-attr]
    world.domains.remove(DOMAIN)
    assert world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id)) == 2
    assert world.favourites.of(ACCOUNT.id, DOMAIN.id) == frozenset()
    assert world.snapshots.read(ACCOUNT.id).lines == ()  # type: ignore[union-attr]
    assert (world.reports.facts, world.mailbox.objects) == ([], {})
    assert world.rollups.account_days(account_right(), YESTERDAY, TODAY) == []
    assert world.states.mail.stored == {}
    assert world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id)) == 0


def test_what_is_hosted_for_a_removed_domain_is_looked_at_at_once(world: World) -> None:
    """That look finds that the domain is gone; without it an hour might pass."""
    world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id))
    assert world.hosting_checks.sent == []
    world.domains.remove(DOMAIN)
    world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id))
    assert world.hosting_checks.sent == [(HostingCheck(ACCOUNT.id, DOMAIN.id), 0)]


def test_the_lake_forgets_a_removed_domain_and_no_other(world: World) -> None:
    world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id))
    assert world.lake_tasks.sent == []
    world.domains.remove(DOMAIN)
    world.purge.run(RemovedDomain(ACCOUNT.id, DOMAIN.id))
    assert world.lake_tasks.sent == [(LakeTask(ACCOUNT.id, forget=DOMAIN.id), 0)]


def test_days_to_rebuild_are_those_with_reports(world: World) -> None:
    for day in (TODAY - timedelta(days=9), YESTERDAY, TODAY):
        world.reports.file(fact(said(row(), day=day)))
    asked = days_to_rebuild(world.reports, world.rollups, ACCOUNT.id, DOMAIN.id, YESTERDAY)
    assert [touched.day for touched in asked] == [YESTERDAY, TODAY]
