"""A pass over one domain: look at it with every rule, and keep what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shared.core.access import Readable, system_readable
from shared.core.accounts import Account, Accounts
from shared.core.advice.advices import Advice, Advices, PlanRow
from shared.core.advice.journey import TASKS
from shared.core.advice.ledger import SECOND_LOOK, Kind, Looks, Matter, advance
from shared.core.advice.planning import plan_of
from shared.core.advice.rules import ISSUES
from shared.core.advice.tls_rules import WINDOW_DAYS
from shared.core.advice.traffic import Traffic, traffic, window
from shared.core.advice.world import Stance, World, stance_of
from shared.core.alerts.events import AlertEvent, AlertEvents, AlertKind
from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.domains import Domains, every_active
from shared.core.hosting.hosting import Hostings
from shared.core.ids import ISSUE, AccountId, render
from shared.core.queues import LONGEST_DELAY, AdviceCalls, AdviceDue, DnsCheck, DnsChecks
from shared.core.rollups import Rollups
from shared.core.senders.catalogue import Catalogue
from shared.core.tls.days import TlsDay
from shared.core.watching.states import DnsStates

_ATTEMPTS: Final = 5
_SENT: Final = 1_000
"""Calls that are sent together."""

_TOLD_SECONDS: Final = 2 * DAY_SECONDS
"""For how long each pass tells again of an issue that was opened: whoever was to be told may not have been
reached the first time, and an alert is raised once however often it is sent."""


class Contended(Exception):
    """Others keep changing the advice about the same domain; the message comes back later."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Where a world is read from: each store once."""

    states: DnsStates
    rollups: Rollups
    hostings: Hostings
    catalogue: Callable[[AccountId], Catalogue]
    report_domain: str

    def world(self, right: Readable, owner: Account, before: Advice | None, now: int) -> World:
        """``right`` is to one domain."""
        domain = right.domain
        if domain is None:
            raise ValueError("advice is about one domain")
        known = self.states.knowledge(domain.account, domain.id)
        matters = before.matters if before is not None else ()
        return World(
            domain=domain,
            now=now,
            traffic=self._traffic(right, now),
            dns=known.state,
            addresses=tuple(f"{token}@{self.report_domain}" for token in (domain.token, owner.token)),
            seen=known.seen,
            approved=known.sources,
            hosting=self.hostings.get(domain.account, domain.id),
            stance=stance_of(known.state, before.stance if before is not None else None),
            tls=self._tls(right, now),
            open=_open(matters),
            catalogue=self.catalogue(domain.account),
        )

    def _tls(self, right: Readable, now: int) -> tuple[TlsDay, ...]:
        today = utc_day(now)
        return tuple(self.rollups.tls_days(right, today - timedelta(days=WINDOW_DAYS), today))

    def _traffic(self, right: Readable, now: int) -> Traffic:
        first, last = window(utc_day(now))
        totals, details = self.rollups.totals(right, first, last), self.rollups.details(right, first, last)
        return traffic(last, totals, details)


@dataclass(frozen=True, slots=True)
class Adviser:
    accounts: Accounts
    domains: Domains
    advices: Advices
    eyes: Eyes
    alerts: AlertEvents
    checks: DnsChecks
    calls: AdviceCalls

    def advise(self, due: AdviceDue, now: int) -> bool:
        """Whether anything changed. About a domain that is gone nothing is kept; of one that is switched off
        all stays as it was. ``Contended``."""
        domain = self.domains.get(due.account, due.domain)
        owner = self.accounts.get(due.account) if domain is not None else None
        if domain is None or owner is None:
            self.advices.forget(due.account, due.domain)
            return False
        if not domain.active:
            return False
        for _ in range(_ATTEMPTS):
            before = self.advices.get(due.account, due.domain)
            after = advised(self.eyes.world(system_readable(domain), owner, before, now), before)
            if before is not None and after == before:
                self.alerts.send(_events(after, now))
                return False
            if self.advices.replace(before, after):
                self.alerts.send(_events(after, now))
                if _begins_to_fade(before, after):
                    # To be solved it has to be seen gone once more: soon, and not with the turn of a day.
                    self.checks.send([DnsCheck(due.account, due.domain)], delay=SECOND_LOOK)
                    self.calls.send([due], delay=LONGEST_DELAY)
                return True
            if self.domains.get(due.account, due.domain) is None:
                return False
        raise Contended(f"{_ATTEMPTS} attempts at the advice about {due.domain}")


def advised(world: World, before: Advice | None) -> Advice:
    """All advice about a domain after a look at it."""
    domain, old = world.domain, before.matters if before is not None else ()
    looks = Looks(domain.dns_checked, world.now)
    issues = advance(old, domain.id, Kind.ISSUE, ((rule, rule.look(world)) for rule in ISSUES), looks)
    tasks = advance(old, domain.id, Kind.TASK, ((rule, rule.look(world)) for rule in TASKS), looks)
    version = before.version if before is not None else 0
    advice = Advice(domain.account, domain.id, domain.name, (*issues, *tasks), world.stance, None, version)
    return with_row(advice, row_of(world))


def row_of(world: World) -> PlanRow:
    plan, stance = plan_of(world), world.stance or Stance()
    return PlanRow(
        domain=world.domain.id,
        name=world.domain.name,
        policy=stance.policy,
        testing=stance.testing,
        since=stance.since,
        ready=plan.ready,
        recommendation=plan.recommendation,
        messages=plan.figures.messages,
        passed=plan.figures.passed,
        issues=0,
        tasks=0,
    )


def with_row(advice: Advice, row: PlanRow) -> Advice:
    """With what lists show of it, counted anew."""
    counted = replace(row, issues=advice.count(Kind.ISSUE), tasks=advice.count(Kind.TASK))
    return replace(advice, row=counted)


def call_for_all(domains: Domains, calls: AdviceCalls) -> int:
    """Ask for advice about every active domain of the deployment; how many they are."""
    count = 0
    due: list[AdviceDue] = []
    for domain in every_active(domains):
        due.append(AdviceDue(domain.account, domain.id))
        count += 1
        if len(due) == _SENT:
            calls.send(due, delay=0)
            due = []
    calls.send(due, delay=0)
    return count


def _begins_to_fade(before: Advice | None, after: Advice) -> bool:
    known = {each.id: each.fading for each in before.matters} if before is not None else {}
    return any(each.fading is not None and known.get(each.id) is None for each in after.matters)


def _open(matters: tuple[Matter, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for matter in matters:
        if matter.is_open:
            found.setdefault(matter.rule, set()).add(matter.subject)
    return {rule: frozenset(subjects) for rule, subjects in found.items()}


def _events(advice: Advice, now: int) -> Iterator[AlertEvent]:
    for matter in advice.matters:
        if matter.kind is Kind.ISSUE and matter.counts and now - matter.opened < _TOLD_SECONDS:
            number = render(ISSUE, matter.id)
            facts: dict[str, str | int] = {"issue": number, "rule": matter.rule, "details": matter.details}
            if matter.subject:
                facts["subject"] = matter.subject
            key = f"{number}:{matter.opened}"
            yield AlertEvent(advice.account, advice.domain, AlertKind.ISSUE_OPENED, key, matter.opened, facts)
