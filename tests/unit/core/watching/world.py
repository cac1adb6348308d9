"""A DNS that can be changed, and what is looked at and known in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.core.domains import Domain
from shared.core.queues import DnsCheck
from shared.core.watching.checking import Watcher
from shared.core.watching.states import Change, DnsState
from shared.mailauth.evaluate.questions import Answer
from shared.mailauth.evaluate.whole import DomainInspection, inspect_domain
from tests.fakes import FakeAccounts, FakeAlertEvents, FakeDnsChecks, FakeDnsStates, FakeDomains
from tests.fakes.dns import FAILED, FakeDns, FakeLookups, drive
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

NAME = DOMAIN.name
SELECTOR = "orchard7"
"""No well-known one."""

DMARC = f"v=DMARC1; p=reject; rua=mailto:{DOMAIN.token}@reports.example"
SPF = "v=spf1 ip4:192.0.2.0/24 -all"
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
CHECK = DnsCheck(ACCOUNT.id, DOMAIN.id)

Zone = dict[tuple[str, str], Any]


def good_zone() -> Zone:
    return {
        (f"_dmarc.{NAME}", "TXT"): [DMARC],
        (f"{NAME}._report._dmarc.reports.example", "TXT"): ["v=DMARC1"],
        (NAME, "TXT"): [SPF, "some-other=text"],
        (NAME, "MX"): [f"10 mx.{NAME}"],
        (f"mx.{NAME}", "A"): ["192.0.2.5"],
        (f"{SELECTOR}._domainkey.{NAME}", "TXT"): [KEY],
    }


def seen(zone: Zone, *selectors: str) -> DomainInspection:
    return drive(inspect_domain(NAME, selectors, now=NOW), FakeDns(zone))


def dead(zone: Zone) -> dict[tuple[str, str], Answer]:
    return dict.fromkeys(zone, FAILED)


class World:
    def __init__(self) -> None:
        self.zone = good_zone()
        self.now = float(NOW)
        self.accounts = FakeAccounts()
        self.accounts.add(ACCOUNT)
        self.domains = FakeDomains(self.accounts)
        self.domains.add(DOMAIN)
        self.states = FakeDnsStates(lambda: self.now)
        self.checks = FakeDnsChecks()
        self.dns = FakeDns(self.zone)
        self.alerts = FakeAlertEvents()
        self.watcher = Watcher(
            accounts=self.accounts,
            domains=self.domains,
            states=self.states,
            turns=self.states.turns,
            sources=self.states.sources,
            lookups=FakeLookups(self.dns),
            checks=self.checks,
            report_domain="reports.example",
            alerts=self.alerts,
        )

    def look(self, after: int = 0) -> Domain:
        """Once, ``after`` seconds later; the domain as it is then."""
        self.now += after
        self.dns = FakeDns(self.zone)
        watcher = replace(self.watcher, lookups=FakeLookups(self.dns))
        watched = watcher.watched(CHECK, self.now)
        assert watched is not None
        (looked,) = watcher.look([watched], self.now)
        watcher.put_away(looked, self.now)
        return self.domain

    @property
    def domain(self) -> Domain:
        found = self.domains.get(ACCOUNT.id, DOMAIN.id)
        assert found is not None
        return found

    @property
    def state(self) -> DnsState:
        found = self.states.get(ACCOUNT.id, DOMAIN.id)
        assert found is not None
        return found

    @property
    def history(self) -> list[Change]:
        return self.states.history(ACCOUNT.id, DOMAIN.id, before=None, limit=100)
