"""What watching the DNS and tending to hostings find worth telling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def hosting_turns(before: Hosting, after: Hosting, now: int) -> Iterator[AlertEvent]:
    """A service that came to be live with this look, or that was and is no more, though it is wanted.
    ``after`` is as it was stored: each version tells of a turn once."""
    for service, name in _NAMES.items():
        was, is_now = _is_live(before, service), _is_live(after, service)
        if was == is_now or not after.is_on(service):
            continue
        kind = AlertKind.HOSTING_LIVE if is_now else AlertKind.HOSTING_BROKEN
        facts = {"service": name, "name": after.customer_name(service)}
        trouble = "" if is_now else _trouble(after, service)
        yield AlertEvent(
            after.account,
            after.domain,
            kind,
            f"{service}:{after.version}",
            now,
            {**facts, **({"reason": trouble} if trouble else {})},
        )


def _is_live(hosting: Hosting, service: Service) -> bool:
    """Of a record whose text is being changed the one before is still served."""
    record = hosting.record(service)
    if not hosting.is_on(service) or not record.cname.is_here or not record.confirmed:
        return False
    return service is Service.DMARC or hosting.mta_sts.host.state is HostState.ACTIVE


def _trouble(hosting: Hosting, service: Service) -> str:
    record = hosting.record(service)
    if not record.cname.is_here:
        return record.cname.reason or "the CNAME is gone"
    host = hosting.mta_sts.host
    return f"{host.state} {host.reason}".strip() if service is Service.POLICY else "the record is not served"


def _joined(lines: Iterable[str]) -> str:
    return "; ".join(lines)[:_LONGEST]
