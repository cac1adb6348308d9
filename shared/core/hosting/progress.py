"""What a look at a hosting leads to: pure, so that every order of events can be tried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from shared.core.hosting.changes import TTL
from shared.core.hosting.hosting import HostedRecord, Hosting, HostState
from shared.core.hosting.looking import FileStatus, Look, Text, file_status
from shared.core.hosting.names import Service
from shared.core.hosting.policies import REMOVAL, mta_sts_record, next_id
from shared.core.hosting.policy_host import Act, Facts, Tenant, step
from shared.core.hosting.sightings import Seen, Sighting

KEPT: Final = 30 * 86_400
"""Seconds for which a record of a domain that stays is kept after its CNAME went away."""

SETTLED: Final = 90
"""Seconds after which no cache holds an older policy file: files are cached for 60 at most. CloudFront is not
asked to forget them sooner, which it does for a price, and as often as somebody changes a policy."""

_LOST: Final = 900
"""Seconds after which what was sent, and is still not seen, is sent again."""

_UNSERVED: Final = (HostState.OFF, HostState.WAITING_DNS)


def absorbed(hosting: Hosting, look: Look, in_sync: Collection[str], now: int) -> Hosting:
    """The hosting with what was seen; ``in_sync`` are the changes that every name server answers with."""
    for service, seen in look.cnames.items():
        record = hosting.record(service)
        sighting = _traced(hosting, seen, look) if service is Service.POLICY else seen
        record = replace(record, cname=record.cname.after(sighting, now))
        hosting = hosting.with_record(service, _compared(record, look.texts[service], in_sync, now))
    status = file_status(look.file, hosting.mta_sts.policy, expected=_is_serving(hosting))
    shown = status.value if hosting.mta_sts.policy is not None else ""
    return replace(hosting, mta_sts=replace(hosting.mta_sts, file_status=shown))


def _traced(hosting: Hosting, sighting: Sighting, look: Look) -> Sighting:
    """Other addresses that serve our policy are CloudFront's: it has more of them than one answer shows."""
    served = file_status(look.file, hosting.mta_sts.policy, expected=True) is FileStatus.ACTIVE
    return replace(sighting, seen=Seen.COPIED) if served and sighting.seen is Seen.OTHER_RECORDS else sighting


def _compared(record: HostedRecord, text: Text, in_sync: Collection[str], now: int) -> HostedRecord:
    """Published is what was made, is in sync, and is what anybody is answered. What was published and is
    no more, or does not come to be, is sent again."""
    if record.unsent or not record.value or not text.definite:
        return record
    if text.values == (record.value,):
        return replace(record, confirmed=record.value) if record.change in in_sync else record
    if record.published or now - record.sent_at >= _LOST:
        return replace(record, unsure=True, change="", confirmed="")
    return record


def _is_serving(hosting: Hosting) -> bool:
    return hosting.mta_sts.host.state in (HostState.ACTIVE, HostState.EXPIRED)


def policy_step(hosting: Hosting, look: Look, now: int) -> tuple[Hosting, tuple[Act, ...]]:
    """Bring the wanted policy out: first the body, everywhere, and only then its new id (RFC 8461 section
    3.3: senders look at the policy only when the id has changed)."""
    sts = hosting.mta_sts
    if sts.policy is None or sts.host.state is HostState.OFF:
        return hosting, ()
    if sts.put is None:
        longest = max(sts.longest_age, sts.policy.max_age if sts.id else 0)
        put = replace(sts, put=now, longest_age=longest)
        return replace(hosting, mta_sts=put), (Act.PUT_POLICY,)
    status = file_status(look.file, sts.policy, expected=True)
    if status is FileStatus.ACTIVE and sts.host.state is HostState.ACTIVE:
        return _offered(hosting, now), ()
    other = look.file is not None and (
        status is FileStatus.PENDING or look.file.status == HTTPStatus.NOT_FOUND
    )
    if other and now - sts.put >= _LOST:
        return replace(hosting, mta_sts=replace(sts, put=None)), ()
    return hosting, ()


def _offered(hosting: Hosting, now: int) -> Hosting:
    sts = hosting.mta_sts
    if sts.policy is None or sts.put is None:
        return hosting
    if not sts.offered and (not sts.id or now - sts.put >= SETTLED):
        policy_id = next_id(now, sts.id)
        longest = max(sts.longest_age, sts.policy.max_age)
        sts = replace(sts, served=sts.policy, id=policy_id, offered=True, longest_age=longest)
        hosting = hosting.with_value(Service.MTA_STS, mta_sts_record(policy_id))
    ends = not hosting.is_on(Service.POLICY) and sts.offered and sts.policy == REMOVAL
    if ends and sts.quiet is None and hosting.record(Service.MTA_STS).published:
        sts = replace(sts, quiet=now)
    return replace(hosting, mta_sts=sts)


def host_facts(hosting: Hosting, look: Look, now: int) -> Facts:
    """Without the tenant, which has to be asked for."""
    return Facts(
        wanted=_host_is_wanted(hosting, now),
        returns=hosting.is_on(Service.POLICY),
        points_here=hosting.record(Service.POLICY).cname.is_here,
        caa=look.caa,
        free=_is_free(hosting, now),
        fetched=hosting.mta_sts.file_status == FileStatus.ACTIVE,
    )


def needs_tenant(hosting: Hosting, facts: Facts) -> bool:
    """Whether CloudFront has to be asked. A host that was just seen serving needs no other witness."""
    state = hosting.mta_sts.host.state
    if not facts.wanted:
        return state is not HostState.OFF and not (facts.returns and state is HostState.WAITING_DNS)
    if state is HostState.ACTIVE:
        return hosting.mta_sts.file_status != FileStatus.ACTIVE
    return state not in _UNSERVED


def host_step(hosting: Hosting, facts: Facts, tenant: Tenant | None, asked: bool, now: int) -> Stepped:
    host, acts = step(hosting.mta_sts.host, replace(facts, tenant=tenant, asked=asked), now)
    return replace(hosting, mta_sts=replace(hosting.mta_sts, host=host)), acts


def withdrawn(hosting: Hosting, now: int) -> Hosting:
    """Without the records that nothing depends on any more."""
    for service, record in hosting.records.items():
        if record.value and _may_withdraw(hosting, service, now):
            hosting = hosting.with_value(service, "")
    return hosting


def _host_is_wanted(hosting: Hosting, now: int) -> bool:
    """A host is let go when nothing leads to it any more, and never before: whoever has a name that leads
    to CloudFront and to no tenant may lose it to another tenant."""
    sts, cname = hosting.mta_sts, hosting.record(Service.POLICY).cname
    if hosting.is_on(Service.POLICY):
        return not cname.is_elsewhere and not (
            cname.is_gone and _left_for(hosting, Service.POLICY, now) >= KEPT
        )
    if sts.host.state is HostState.OFF or not sts.id or cname.is_elsewhere:
        return False
    over = hosting.record(Service.MTA_STS).is_withdrawn and _caches_are_over(hosting, now)
    return not (cname.is_gone and over)


def _is_free(hosting: Hosting, now: int) -> bool:
    """Whether the customer's name leads to CloudFront no more: the CNAME is gone, or it leads to a name of
    ours that has been empty for longer than anybody remembers otherwise."""
    record = hosting.record(Service.POLICY)
    return record.cname.is_gone or (record.is_withdrawn and now - record.sent_at >= TTL)


def _may_withdraw(hosting: Hosting, service: Service, now: int) -> bool:
    if hosting.is_on(service):
        return False
    if service is Service.POLICY:
        return hosting.mta_sts.host.state is HostState.OFF or not hosting.mta_sts.id
    if service is Service.MTA_STS and not _caches_are_over(hosting, now):
        return False
    cname = hosting.record(service).cname
    if not cname.is_gone:
        return False
    return hosting.departed is not None or cname.pointed is None or _left_for(hosting, service, now) >= KEPT


def _left_for(hosting: Hosting, service: Service, now: int) -> int:
    """Seconds since the customer's CNAME went away; 0 for one that never was."""
    cname = hosting.record(service).cname
    return 0 if cname.gone is None or cname.pointed is None else now - cname.gone


def _caches_are_over(hosting: Hosting, now: int) -> bool:
    """Whether no sender can hold a policy of ours any more (RFC 8461 section 8.3): the largest max_age has
    passed since mode none went live, or since nobody could fetch anything."""
    sts, cname = hosting.mta_sts, hosting.record(Service.POLICY).cname
    if not sts.id:
        return True
    ended = sts.ended if sts.ended is not None else hosting.departed
    unreachable = max(ended or 0, cname.gone or 0) if cname.is_gone else None
    since = sts.quiet if sts.quiet is not None else unreachable
    return since is not None and now - since >= sts.longest_age


def is_settled(hosting: Hosting) -> bool:
    """Whether nothing is under way that a look soon could find done."""
    if hosting.unsent or hosting.mta_sts.host.state is HostState.DISABLING:
        return False
    wanted = [record for service, record in hosting.records.items() if hosting.is_on(service) or record.value]
    if not all(record.published and record.cname.is_here for record in wanted):
        return False
    sts = hosting.mta_sts
    return sts.policy is None or (sts.host.state is HostState.ACTIVE and sts.offered)


Stepped = tuple[Hosting, tuple[Act, ...]]
