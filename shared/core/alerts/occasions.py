"""What watching the DNS and tending to hostings find worth telling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.hosting.hosting import Hosting, HostState
from shared.core.hosting.names import Service
from shared.core.ids import AccountId, DomainId
from shared.core.watching.states import Change

_LONGEST: Final = 500
_NAMES: Final = {Service.DMARC: "DMARC record", Service.POLICY: "MTA-STS policy"}


def dns_changes(account: AccountId, domain: DomainId, changes: Iterable[Change]) -> Iterator[AlertEvent]:
    """A change has the same number however often it is noted."""
    for change in changes:
        facts = {
            "part": change.part.value,
            "before": _joined(change.before),
            "after": _joined(change.after),
        }
        yield AlertEvent(account, domain, AlertKind.DNS_CHANGE, str(change.id), change.at, facts)


def with_turns(hosting: Hosting) -> Hosting:
    """With what is live now. A change of a record that is under way is no break: what comes to be live has to
    be seen whole, and breaks only when nothing leads to it or nobody serves it."""
    for service in _NAMES:
        record, live = hosting.record(service), _is_live(hosting, service)
        turned = replace(record, live=live, turns=record.turns + (live != record.live))
        hosting = hosting.with_record(service, turned)
    return hosting


def hosting_turns(before: Hosting, after: Hosting, now: int) -> Iterator[AlertEvent]:
    """A service that came to be live, or that was and is no more, though it is wanted. They are to be sent
    before ``after`` is stored: whoever does not get that far is followed by one who tells of the same turn
    under the same key."""
    for service, name in _NAMES.items():
        record = after.record(service)
        is_now = record.live
        if before.record(service).live == is_now or not after.is_on(service):
            continue
        kind = AlertKind.HOSTING_LIVE if is_now else AlertKind.HOSTING_BROKEN
        facts = {"service": name, "name": after.customer_name(service)}
        if not is_now:
            facts["reason"] = _trouble(after, service)
        key = f"{service}:{record.label}:{record.turns}"
        yield AlertEvent(after.account, after.domain, kind, key, now, facts)


def _is_live(hosting: Hosting, service: Service) -> bool:
    record = hosting.record(service)
    served = service is Service.DMARC or hosting.mta_sts.host.state is HostState.ACTIVE
    stands = record.cname.is_here and served and hosting.is_on(service)
    return stands and (record.live or record.published)


def _trouble(hosting: Hosting, service: Service) -> str:
    record = hosting.record(service)
    if not record.cname.is_here:
        return record.cname.reason or "the CNAME is gone"
    host = hosting.mta_sts.host
    return f"{host.state} {host.reason}".strip()


def _joined(lines: Iterable[str]) -> str:
    return "; ".join(lines)[:_LONGEST]
