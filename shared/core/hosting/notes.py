"""What is to be said about a hosting: findings, as of records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shared.core.hosting.hosting import HostedRecord, Hosting, HostState
from shared.core.hosting.looking import FileStatus
from shared.core.hosting.names import Service
from shared.core.hosting.policy_host import Certificate, Reason
from shared.mailauth.findings import Finding, Flaw, Severity

_CNAME_RULE: Final = "RFC 1034 section 3.6.2"

CNAME_GONE: Final = Flaw(
    "hosted_cname_gone",
    Severity.ERROR,
    "{subject} led to {target} and does so no more.",
    "Put the CNAME back, or switch the hosted service off. The record is kept for 30 days.",
    _CNAME_RULE,
)
CNAME_ELSEWHERE: Final = Flaw(
    "hosted_cname_elsewhere",
    Severity.ERROR,
    "{subject} leads to {current}, not to {target}.",
    "Point the CNAME to {target}.",
    _CNAME_RULE,
)
CNAME_FLATTENED: Final = Flaw(
    "hosted_cname_flattened",
    Severity.WARNING,
    "{subject} answers with a copy of what {target} holds: its DNS host flattens the CNAME.",
    "Switch flattening or proxying off for this name, so that changes take effect in time.",
    _CNAME_RULE,
)
NOT_A_CNAME: Final = Flaw(
    "hosted_name_has_records",
    Severity.ERROR,
    "{subject} holds records of its own ({current}), where a CNAME to {target} is expected.",
    "Delete these records: a CNAME stands alone at its name. If there are none, the name is proxied.",
    _CNAME_RULE,
)
CAA_FORBIDS: Final = Flaw(
    "caa_forbids_certificate",
    Severity.ERROR,
    "The CAA records for {subject} let no authority of Amazon issue a certificate.",
    'Add CAA 0 issue "amazon.com" to the name that holds them.',
    "RFC 8659 section 3",
)
NAME_TAKEN: Final = Flaw(
    "policy_host_taken",
    Severity.ERROR,
    "{subject} is served by somebody else at CloudFront.",
    "Remove the name from the other distribution; we try again by ourselves.",
    "RFC 8461 section 3.3",
)
CERTIFICATE_FAILED: Final = Flaw(
    "policy_certificate_failed",
    Severity.ERROR,
    "The certificate for {subject} is not to be had: {reason}.",
    "Make sure that the CNAME stays as it is; we try again by ourselves.",
    "RFC 8461 section 3.3",
)
HOST_REFUSED: Final = Flaw(
    "policy_host_refused",
    Severity.ERROR,
    "CloudFront does not take {subject}: {reason}.",
    "The operator of this deployment has to look at its limits.",
    "RFC 8461 section 3.3",
)
POLICY_UNREACHABLE: Final = Flaw(
    "policy_unreachable",
    Severity.ERROR,
    "The policy at {subject} could not be fetched.",
    "Make sure that the CNAME leads to {target} and is not proxied.",
    "RFC 8461 section 3.3",
)

_BY_REASON: Final = {
    "other_target": CNAME_ELSEWHERE,
    "unresolvable_target": CNAME_ELSEWHERE,
    "flattened": CNAME_FLATTENED,
    "not_a_cname": NOT_A_CNAME,
}


def notes_on(hosting: Hosting) -> tuple[Finding, ...]:
    """Of the services that are on."""
    services = (service for service in hosting.records if hosting.is_on(service))
    cnames = (note for service in services for note in _on_cname(hosting, service))
    return (*cnames, *_on_host(hosting))


def _on_cname(hosting: Hosting, service: Service) -> Iterator[Finding]:
    record: HostedRecord = hosting.record(service)
    name, target = hosting.customer_name(service), hosting.target(service)
    flaw = _BY_REASON.get(record.cname.reason)
    if flaw is not None:
        yield flaw.found(name, target=target, current=record.cname.current)
    elif record.cname.gone is not None and record.cname.pointed is not None:
        yield CNAME_GONE.found(name, target=target)


def _on_host(hosting: Hosting) -> Iterator[Finding]:
    if not hosting.is_on(Service.POLICY):
        return
    host, name = hosting.mta_sts.host, hosting.customer_name(Service.POLICY)
    if host.state in (HostState.FAILED, HostState.EXPIRED):
        if host.reason == Reason.CAA_FORBIDS:
            yield CAA_FORBIDS.found(name)
        elif host.reason == Reason.NAME_TAKEN:
            yield NAME_TAKEN.found(name)
        elif host.reason in tuple(Certificate):
            yield CERTIFICATE_FAILED.found(name, reason=host.reason)
        else:
            yield HOST_REFUSED.found(name, reason=host.reason)
    elif host.state is HostState.ACTIVE and hosting.mta_sts.file_status == FileStatus.UNREACHABLE:
        yield POLICY_UNREACHABLE.found(name, target=hosting.target(Service.POLICY))
