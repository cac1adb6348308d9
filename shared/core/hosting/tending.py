"""Tending a hosting: look at it from outside, and do what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from shared.core.alerts.events import AlertEvents
from shared.core.alerts.occasions import hosting_turns, with_turns
from shared.core.domains import Domains
from shared.core.hosting.changes import Zones
from shared.core.hosting.commands import departed
from shared.core.hosting.hosting import Changed, Hosting, Hostings, HostState
from shared.core.hosting.looking import Look, look_at
from shared.core.hosting.names import Service
from shared.core.hosting.policy_host import (
    Act,
    PolicyFiles,
    PolicyHostRefused,
    PolicyHosts,
    Reason,
    Tenant,
)
from shared.core.hosting.progress import (
    absorbed,
    host_facts,
    host_step,
    is_settled,
    needs_tenant,
    policy_step,
    withdrawn,
)
from shared.core.lookups import Lookups
from shared.core.queues import HostingChange, HostingChanges, HostingCheck, HostingChecks

DELAYS: Final = (5, 10, 20, 40, 60, 90, 120, 300, 600, 900)
"""Seconds between looks that find nothing new; after the last of them the schedule looks."""

SCHEDULED: Final = len(DELAYS)
"""The round of a look that is not followed by another unless it finds something."""


_ON_LABEL: Final[dict[Act, Callable[[PolicyHosts, str], None]]] = {
    Act.ENABLE_TENANT: lambda hosts, label: hosts.enable(label),
    Act.DISABLE_TENANT: lambda hosts, label: hosts.disable(label),
    Act.DELETE_TENANT: lambda hosts, label: hosts.delete(label),
}


@dataclass(frozen=True, slots=True)
class Tender:
    hostings: Hostings
    domains: Domains
    lookups: Lookups
    zones: Zones
    policy_hosts: PolicyHosts
    policy_files: PolicyFiles
    changes: HostingChanges
    checks: HostingChecks
    alerts: AlertEvents

    def tend(self, check: HostingCheck, now: int) -> Hosting | None:
        """The hosting afterwards, None when there is none any more. When somebody else changed it meanwhile,
        their look counts: everything done here is found by it."""
        before = self.hostings.get(check.account, check.domain)
        if before is None:
            return None
        after = with_turns(self._moved(before, now))
        try:
            if after.is_over:
                self.hostings.remove(after)
                return None
            self.alerts.send(hosting_turns(before, after, now))
            after = self.hostings.put(after)
        except Changed:
            return before
        if after.unsent:
            self.changes.send([HostingChange(after.zone.id, after.account, after.domain, after.version)])
        self._look_again(check, before, after)
        return after

    def _moved(self, hosting: Hosting, now: int) -> Hosting:
        if self.domains.get(hosting.account, hosting.domain) is None:
            hosting = departed(hosting, now)
        look = self.lookups.run(look_at(hosting))
        hosting = absorbed(hosting, look, self._in_sync(hosting), now)
        hosting, acts = policy_step(hosting, look, now)
        for act in acts:
            self._do(act, hosting, None)
        return withdrawn(self._host_moved(hosting, look, now), now)

    def _in_sync(self, hosting: Hosting) -> set[str]:
        waiting = {
            record.change for record in hosting.records.values() if record.value and not record.published
        }
        return {change for change in waiting if change and self.zones.is_in_sync(change)}

    def _host_moved(self, hosting: Hosting, look: Look, now: int) -> Hosting:
        facts = host_facts(hosting, look, now)
        asked = needs_tenant(hosting, facts)
        label, name = hosting.record(Service.POLICY).label, hosting.customer_name(Service.POLICY)
        tenant = self.policy_hosts.find(label, name) if asked else None
        moved, acts = host_step(hosting, facts, tenant, asked, now)
        try:
            for act in acts:
                self._do(act, moved, tenant)
        except PolicyHostRefused as refused:
            unseen = tenant is None and refused.reason is Reason.NAME_UNSEEN
            # A CNAME that is minutes old is no failure, and has not to wait for an hour.
            held, state = (hosting, HostState.WAITING_DNS) if unseen else (moved, HostState.FAILED)
            host = held.mta_sts.host.to(state, now, refused.reason)
            return replace(moved, mta_sts=replace(moved.mta_sts, host=host))
        return moved

    def _do(self, act: Act, hosting: Hosting, tenant: Tenant | None) -> None:
        label, name = hosting.record(Service.POLICY).label, hosting.customer_name(Service.POLICY)
        policy, hosts = hosting.mta_sts.policy, self.policy_hosts
        if act is Act.PUT_POLICY and policy is not None:
            self.policy_files.put(label, policy.body)
        elif act is Act.REMOVE_POLICY:
            self.policy_files.remove(label)
        elif act is Act.CREATE_TENANT:
            hosts.create(label, name)
        elif act is Act.REQUEST_CERTIFICATE:
            hosts.request_certificate(label, name)
        elif act is Act.ATTACH_CERTIFICATE and tenant is not None:
            hosts.attach(label, tenant.certificate_arn)
        elif act in _ON_LABEL:
            _ON_LABEL[act](hosts, label)

    def _look_again(self, check: HostingCheck, before: Hosting, after: Hosting) -> None:
        if is_settled(after):
            return
        following = 0 if _phase(before) != _phase(after) else check.round + 1
        if following < len(DELAYS):
            again = HostingCheck(check.account, check.domain, following)
            self.checks.send([again], delay=DELAYS[following])


def _phase(hosting: Hosting) -> tuple[object, ...]:
    """What tells progress from standing still. Of CNAMEs, that one is there for the first time: one that
    comes and goes all the time would have looks follow each other for ever."""
    sts = hosting.mta_sts
    records = [
        (record.value, record.sent, record.confirmed, record.cname.pointed is None)
        for record in hosting.records.values()
    ]
    return sts.host.state, sts.put, sts.offered, sts.quiet, hosting.departed, *records
