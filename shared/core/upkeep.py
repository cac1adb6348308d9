"""Upkeep of what is stored: rollups made anew, removed domains purged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from shared.core.addresses import Hosts, Places
from shared.core.advice.advices import Advices
from shared.core.alerts.alerts import Alerts
from shared.core.domains import Domains
from shared.core.host_names import unknown_among
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Mailbox
from shared.core.queues import (
    HostingCheck,
    HostingChecks,
    HostQuestions,
    LakeTask,
    LakeTasks,
    RemovedDomain,
    RemovedDomains,
    TouchedDay,
    UnknownHosts,
)
from shared.core.reports import Reports
from shared.core.rolling import roll_up
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Rollups
from shared.core.senders.history import SenderHistories
from shared.core.senders.includes import includes_of
from shared.core.senders.own import Catalogues
from shared.core.senders.remembering import SourceMemory
from shared.core.sending.favourites import Favourites
from shared.core.sending.snapshots import Snapshots
from shared.core.watching.seen import SeenMail, remember
from shared.core.watching.states import DnsStates

_ATTEMPTS = 8
_QUESTION = 200
"""Addresses in one question: what the resolver answers well within its worker's time."""


class Contended(Exception):
    """Others keep replacing the same rollup; the message comes back later."""


@dataclass(frozen=True, slots=True)
class Roller:
    """Makes the rollup of a day anew from its reports."""

    domains: Domains
    reports: Reports
    rollups: Rollups
    hosts: Hosts
    places: Places
    catalogues: Catalogues
    host_questions: HostQuestions
    removed_domains: RemovedDomains
    seen_mail: SeenMail
    dns_states: DnsStates
    memory: SourceMemory

    def refresh(self, touched: TouchedDay, now: int) -> None:
        """Bring one day's rollup up to its reports, ask for the host names it lacks, and note what it tells
        of the domain's own mail and of its sources.

        A report that arrived while its domain was being removed finds no domain here: it is purged.
        """
        domain = self.domains.get(touched.account, touched.domain)
        if domain is None:
            self.removed_domains.send([RemovedDomain(touched.account, touched.domain)])
            return
        catalogue = self.catalogues.of(touched.account)
        includes = includes_of(self.dns_states.knowledge(touched.account, touched.domain))
        for _ in range(_ATTEMPTS):
            # The version is read before the reports: if another worker saw newer ones, replacing fails.
            version = self.rollups.version(touched.account, touched.domain, touched.day)
            rolled = roll_up(
                touched.account,
                touched.domain,
                touched.day,
                self.reports.of_day(touched.account, touched.domain, touched.day),
                places=self.places,
                catalogue=catalogue,
                hosts=self.hosts.get_many,
                included=includes.covering,
            )
            if self.rollups.replace(replace(rolled.rollup, parked=domain.parked), expected=version):
                due = unknown_among(rolled.known_hosts, rolled.addresses, now)
                self.host_questions.send(_questions(touched, due))
                remember(self.seen_mail, domain, rolled.rollup)
                self.memory.take(domain, rolled.rollup, now)
                return
        raise Contended(f"{_ATTEMPTS} attempts at {touched}")


def _questions(touched: TouchedDay, addresses: list[str]) -> Iterator[UnknownHosts]:
    for start in range(0, len(addresses), _QUESTION):
        yield UnknownHosts(touched, tuple(addresses[start : start + _QUESTION]))


def days_to_rebuild(
    reports: Reports,
    rollups: Rollups,
    account: AccountId,
    domain: DomainId,
    first: date | None = None,
    last: date | None = None,
) -> Iterator[TouchedDay]:
    """The days of a domain that hold reports or a rollup, ascending, between two days where given."""
    reported = {day for day, _ in reports.days_of(account, domain)}
    for day in sorted(reported | set(rollups.days_of(account, domain))):
        if (first is None or first <= day) and (last is None or day <= last):
            yield TouchedDay(account, domain, day)


@dataclass(frozen=True, slots=True)
class Purge:
    """Removes all that was stored of a domain that is no more: reports, their mail, rollups, DNS states,
    alerts, advice, favourites, its lines of the account's sources, and its rows in the lake, which another
    worker takes it out of. What is hosted for it is not among
    that: it goes when the domain's CNAMEs do."""

    domains: Domains
    reports: Reports
    rollups: Rollups
    mailbox: Mailbox
    dns_states: DnsStates
    hosting_checks: HostingChecks
    histories: SenderHistories
    alerts: Alerts
    advices: Advices
    favourites: Favourites
    snapshots: Snapshots
    lake_tasks: LakeTasks

    def run(self, removed: RemovedDomain) -> int:
        """Returns how many reports went: none if the domain is there, for then it was not removed.
        Stopped anywhere, it goes on from what is left."""
        account, domain = removed.account, removed.domain
        if self.domains.get(account, domain) is not None:
            return 0
        self.hosting_checks.send([HostingCheck(account, domain)])
        gone = 0
        for touched in list(days_to_rebuild(self.reports, self.rollups, account, domain)):
            for fact in self.reports.of_day(account, domain, touched.day):
                # The mail goes first: a crash between the two leaves a report that is found again.
                if fact.summary.sole:
                    self.mailbox.remove(fact.summary.mail)
                self.reports.remove(fact.summary)
                gone += 1
            self._empty(removed, touched.day)
        self.histories.forget(account, domain)
        self.alerts.forget(account, domain)
        self.rollups.forget(account, domain)
        self.dns_states.forget(account, domain)
        self.advices.forget(account, domain)
        self.favourites.forget(account, domain)
        self.snapshots.forget(account, domain)
        self.lake_tasks.send([LakeTask(account, forget=domain)])
        return gone

    def _empty(self, removed: RemovedDomain, day: date) -> None:
        empty = DayRollup(removed.account, removed.domain, DayTotals(day), DayDetail(day, ()), 0)
        for _ in range(_ATTEMPTS):
            version = self.rollups.version(removed.account, removed.domain, day)
            if version == 0 or self.rollups.replace(empty, expected=version):
                return
        raise Contended(f"{_ATTEMPTS} attempts at {day} of {removed}")
