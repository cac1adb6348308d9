"""Hosted services switched on and off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.core.access import Writable
from shared.core.domains import Domain
from shared.core.errors import Outdated
from shared.core.hosting.commands import begin, with_dmarc, with_mta_sts, without_dmarc, without_mta_sts
from shared.core.hosting.hosting import Changed, Hosting, Hostings
from shared.core.hosting.names import HostedZone, choose_zone
from shared.core.hosting.policies import Policy
from shared.core.hosting.tending import SCHEDULED
from shared.core.queues import HostingChange, HostingChanges, HostingCheck, HostingChecks

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Switches:
    """``report_domain`` is where our reporting addresses are, ``endpoint`` where policy hosts end. A
    ``revision`` that is given has to be the present one (0 where nothing was ever set): ``Outdated``."""

    hostings: Hostings
    changes: HostingChanges
    checks: HostingChecks
    zones: tuple[HostedZone, ...]
    endpoint: str
    report_domain: str
    new_token: Callable[[], str]

    def own_address(self, domain: Domain) -> str:
        return f"{domain.token}@{self.report_domain}"

    def dmarc_on(self, right: Writable, record: str, *, now: int, revision: int | None = None) -> Hosting:
        def command(hosting: Hosting) -> Hosting:
            _require(revision, hosting.dmarc.revision)
            return with_dmarc(hosting, record, own=self.own_address(right.domain), parked=right.domain.parked)

        return self._changed(right.domain, command, now)

    def dmarc_off(self, right: Writable, *, now: int, revision: int | None = None) -> Hosting:
        def command(hosting: Hosting) -> Hosting:
            _require(revision, hosting.dmarc.revision)
            return without_dmarc(hosting, now)

        return self._changed(right.domain, command, now)

    def mta_sts_on(
        self, right: Writable, policy: Policy, *, now: int, revision: int | None = None
    ) -> Hosting:
        def command(hosting: Hosting) -> Hosting:
            _require(revision, hosting.mta_sts.revision)
            own = self.own_address(right.domain)
            return with_mta_sts(hosting, right.domain, policy, own=own, endpoint=self.endpoint, now=now)

        return self._changed(right.domain, command, now)

    def mta_sts_off(self, right: Writable, *, now: int, revision: int | None = None) -> Hosting:
        def command(hosting: Hosting) -> Hosting:
            _require(revision, hosting.mta_sts.revision)
            return without_mta_sts(hosting, now)

        return self._changed(right.domain, command, now)

    def get(self, domain: Domain, *, now: int) -> Hosting:
        """As it is stored; where nothing was ever hosted, with nothing hosted."""
        stored = self.hostings.get(domain.account, domain.id)
        return stored or begin(domain, self.zones[0], now, self.new_token)

    def look_again(self, right: Writable) -> None:
        """Have what is hosted looked at, and what follows from it done, before the schedule comes round. Of
        looks that find nothing new each is the last, however many are asked for."""
        self.checks.send([HostingCheck(right.account, right.domain.id, SCHEDULED)])

    def _changed(self, domain: Domain, command: Callable[[Hosting], Hosting], now: int) -> Hosting:
        for _ in range(_ATTEMPTS):
            before = self.hostings.get(domain.account, domain.id)
            present = before or self._begun(domain, now)
            after = command(present)
            if after == present:
                return after
            try:
                stored = self.hostings.put(after) if before else self.hostings.add(after)
            except Changed:
                continue
            self._hand_on(stored)
            return stored
        raise Changed("The hosting keeps changing", param="id")

    def _begun(self, domain: Domain, now: int) -> Hosting:
        zone = choose_zone(self.zones, self.hostings.loads(self.zones), domain.id)
        return begin(domain, zone, now, self.new_token)

    def _hand_on(self, hosting: Hosting) -> None:
        if hosting.unsent:
            change = HostingChange(hosting.zone.id, hosting.account, hosting.domain, hosting.version)
            self.changes.send([change])
        self.checks.send([HostingCheck(hosting.account, hosting.domain)])


def _require(given: int | None, present: int) -> None:
    if given is not None and given != present:
        raise Outdated("It was changed since you read it: read it again", param="If-Match")
