"""What a customer may want of a hosting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid
from shared.core.hosting.hosting import HostedRecord, Hosting, HostState
from shared.core.hosting.names import HostedZone, Service, new_labels
from shared.core.hosting.policies import REMOVAL, Policy
from shared.core.record_generator import own_record
from shared.mailauth.records.dmarc import is_dmarc


def begin(domain: Domain, zone: HostedZone, now: int, new_token: Callable[[], str]) -> Hosting:
    records = {service: HostedRecord(label) for service, label in new_labels(new_token).items()}
    return Hosting(domain.account, domain.id, domain.name, zone, now, records)


def with_dmarc(hosting: Hosting, text: str, *, own: str, parked: bool) -> Hosting:
    """Hosted DMARC on, with this record. ``own`` is our reporting address; of parked domains the record
    has to reject. ``Invalid`` for a record that does not say what it should."""
    record = checked_dmarc(text, own=own, parked=parked)
    dmarc = replace(hosting.dmarc, on=True, revision=hosting.dmarc.revision + 1, ended=None)
    return replace(hosting, dmarc=dmarc).with_value(Service.DMARC, record)


def checked_dmarc(text: str, *, own: str, parked: bool) -> str:
    """The record on one line. ``Invalid`` unless every receiver reads it alike, and it reports to us."""
    record = " ".join(text.split())
    if not is_dmarc(record):
        raise Invalid("A DMARC record begins with v=DMARC1", param="record")
    parsed = own_record(record, own, own, parked=parked)
    if parsed.p is None:
        raise Invalid("A hosted record says p=none, p=quarantine or p=reject", param="record")
    if parked and parsed.sp is None:
        raise Invalid("The record of a parked domain says p=reject and sp=reject", param="record")
    return record


def without_dmarc(hosting: Hosting, now: int) -> Hosting:
    """Hosted DMARC off. The record goes on answering as long as the customer's CNAME leads to it."""
    if not hosting.dmarc.on:
        return hosting
    return replace(
        hosting, dmarc=replace(hosting.dmarc, on=False, revision=hosting.dmarc.revision + 1, ended=now)
    )


def with_mta_sts(
    hosting: Hosting, domain: Domain, policy: Policy, *, own: str, endpoint: str, now: int
) -> Hosting:
    """Hosted MTA-STS on, or another policy. The id follows once the policy is live.

    ``endpoint`` is the host name that all policy hosts end at."""
    require_mta_sts_possible(domain)
    sts = hosting.mta_sts
    changed = replace(sts, on=True, revision=sts.revision + 1, ended=None, quiet=None)
    if policy != sts.policy or sts.host.state is HostState.OFF:
        changed = replace(changed, policy=policy, put=None, offered=False)
    if sts.host.state is HostState.OFF:
        changed = replace(changed, host=sts.host.to(HostState.WAITING_DNS, now))
    hosting = replace(hosting, mta_sts=changed)
    return hosting.with_value(Service.POLICY, endpoint).with_value(Service.TLS_RPT, tls_rpt_record(own))


def require_mta_sts_possible(domain: Domain) -> None:
    if domain.parked:
        raise Invalid("A parked domain receives no mail: it needs no MTA-STS", param="id")
    if not domain.kinds.tls:
        raise Invalid(
            "Hosted MTA-STS needs TLS reports: switch report_kinds.tls on", param="report_kinds.tls"
        )


def require_unhindered(hosting: Hosting, domain: Domain, *, own: str) -> None:
    """``Conflict`` where something is hosted that the domain, as it is to be, could not have hosted."""
    if hosting.is_on(Service.POLICY) and domain.parked:
        raise Conflict("MTA-STS is hosted: switch that off before the domain is parked", param="parked")
    if hosting.is_on(Service.POLICY) and not domain.kinds.tls:
        raise Conflict("Hosted MTA-STS needs TLS reports: switch it off first", param="report_kinds.tls")
    if hosting.is_on(Service.DMARC) and domain.parked:
        try:
            checked_dmarc(hosting.record(Service.DMARC).value, own=own, parked=True)
        except Invalid as invalid:
            raise Conflict(
                "The hosted DMARC record is none of a parked domain: host one that rejects first",
                param="parked",
            ) from invalid


def tls_rpt_record(own: str) -> str:
    return f"v=TLSRPTv1; rua=mailto:{own}"


def without_mta_sts(hosting: Hosting, now: int) -> Hosting:
    """Hosted MTA-STS off: by a policy of mode none, for senders keep what they fetched. Without any policy
    that was offered there is nothing to take back."""
    sts = hosting.mta_sts
    if not sts.on:
        return hosting
    changed = replace(sts, on=False, revision=sts.revision + 1, ended=now, quiet=None)
    policy = REMOVAL if sts.id else None
    if policy != sts.policy:
        changed = replace(changed, policy=policy, put=None, offered=False)
    return replace(hosting, mta_sts=changed)


def departed(hosting: Hosting, now: int) -> Hosting:
    """The domain left the account. All is served as it was, as long as CNAMEs lead to it."""
    return hosting if hosting.departed is not None else replace(hosting, departed=now)
