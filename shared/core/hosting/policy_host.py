"""The web host of a policy, as a machine: CNAME, then certificate, then service, and the way back.

``step`` takes what is known and what was seen, and says what to do and what is then the case. Each action
may be done twice, and is asked for again until its effect is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from shared.core.hosting.hosting import Host, HostState
from shared.core.hosting.looking import Caa

_FIRST_RETRY: Final = 3_600
_LAST_RETRY: Final = 86_400
_FREE_STARTS: Final = 3
"""How often a host is served anew without a wait: an account has so many certificates a year."""
_FORGOTTEN: Final = 7 * 86_400
"""Seconds after which earlier starts are forgotten."""


class Act(StrEnum):
    PUT_POLICY = "put_policy"
    CREATE_TENANT = "create_tenant"
    REQUEST_CERTIFICATE = "request_certificate"
    ATTACH_CERTIFICATE = "attach_certificate"
    ENABLE_TENANT = "enable_tenant"
    DISABLE_TENANT = "disable_tenant"
    DELETE_TENANT = "delete_tenant"
    REMOVE_POLICY = "remove_policy"


class Certificate(StrEnum):
    """The states of CloudFront's managed certificates; NONE when there never was one."""

    NONE = "none"
    PENDING = "pending-validation"
    ISSUED = "issued"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    TIMED_OUT = "validation-timed-out"
    REVOKED = "revoked"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a host is not served, beside the names of certificate states."""

    CAA_FORBIDS = "caa_forbids"
    NAME_UNSEEN = "name_unseen"
    """CloudFront does not see yet that the name leads to it; its resolvers are not ours."""
    NAME_TAKEN = "name_taken"
    LIMIT_REACHED = "limit_reached"
    TOO_OFTEN = "too_often"
    """It came and went so often of late that it has to wait."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A distribution tenant as CloudFront has it. ``attached`` is the ARN of the certificate in use."""

    enabled: bool
    deployed: bool
    certificate: Certificate = Certificate.NONE
    certificate_arn: str = ""
    attached: str = ""
    leads_here: bool = False
    """Whether CloudFront itself sees the customer's name lead to it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``wanted``: the host shall be served. ``returns``: when it is let go, wait for the CNAME to come back.
    ``free``: the customer's name leads to CloudFront no more, so that nobody else can claim it there once the
    tenant is gone. ``asked`` is whether CloudFront was asked for the tenant at all, ``fetched`` whether the
    policy was just had from outside, over HTTPS and under the customer's name."""

    wanted: bool
    returns: bool
    points_here: bool
    caa: Caa
    free: bool = False
    fetched: bool = False
    asked: bool = False
    tenant: Tenant | None = None


class PolicyHostRefused(Exception):
    """CloudFront will not do it now; ``reason`` is a ``Reason``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PolicyHosts(Protocol):
    """Distribution tenants by the label of their policy host, which names them."""

    def find(self, label: str, domain: str) -> Tenant | None:
        """``domain`` is the customer's host name."""

    def create(self, label: str, domain: str) -> None:
        """With a request for a certificate. Harmless when it is there. ``PolicyHostRefused``."""

    def request_certificate(self, label: str, domain: str) -> None:
        """``PolicyHostRefused``"""

    def attach(self, label: str, arn: str) -> None: ...

    def enable(self, label: str) -> None: ...

    def disable(self, label: str) -> None: ...

    def delete(self, label: str) -> None:
        """Harmless when it is gone."""


class PolicyFiles(Protocol):
    """Policy files by the label of their policy host."""

    def put(self, label: str, body: str) -> None: ...

    def remove(self, label: str) -> None:
        """Harmless when it is gone."""


Step = tuple[Host, tuple[Act, ...]]


def step(host: Host, facts: Facts, now: int) -> Step:
    if not facts.wanted:
        return _let_go(host, facts, now)
    if facts.tenant is not None:
        enabling = () if facts.tenant.enabled else (Act.ENABLE_TENANT,)
        if host.state is not HostState.DISABLING:
            if enabling:  # disabled by a look that was late
                return host, enabling
        elif not facts.free:  # wanted again before it was gone
            return host.to(HostState.VALIDATING, now), enabling
    return _STEPS[host.state](host, facts, now)


def _start(host: Host, facts: Facts, now: int) -> Step:
    return _begin(host.to(HostState.WAITING_DNS, now), facts, now)


def _begin(host: Host, facts: Facts, now: int) -> Step:
    """Ask for a certificate only once the name leads here: from then on there are 72 hours."""
    if not facts.points_here or facts.caa is Caa.UNKNOWN:
        return host, ()
    if facts.caa is Caa.FORBIDDEN:
        return host.to(HostState.FAILED, now, Reason.CAA_FORBIDS), ()
    begun = host.begun if now - host.last < _FORGOTTEN else 0
    if begun >= _FREE_STARTS and now - host.last < _wait(begun - _FREE_STARTS):
        return host.to(HostState.WAITING_DNS, now, Reason.TOO_OFTEN), ()
    requesting = replace(host.to(HostState.REQUESTING_CERT, now), begun=begun + 1, last=now)
    return requesting, (Act.CREATE_TENANT,)


def _wait(times: int) -> int:
    return min(_FIRST_RETRY << min(times, 10), _LAST_RETRY)


def _request(host: Host, facts: Facts, now: int) -> Step:
    if facts.tenant is None:
        return host, (Act.CREATE_TENANT,)
    return host.to(HostState.VALIDATING, now), ()


def _validate(host: Host, facts: Facts, now: int) -> Step:
    tenant = facts.tenant
    if tenant is None:
        return host.to(HostState.WAITING_DNS, now), ()
    match tenant.certificate:
        case Certificate.PENDING:
            return host, ()
        case Certificate.NONE:
            return host, (Act.REQUEST_CERTIFICATE,)
        case Certificate.ISSUED:
            if tenant.attached != tenant.certificate_arn:
                return host, (Act.ATTACH_CERTIFICATE,)
            serving = tenant.deployed and (tenant.leads_here or facts.fetched)
            return (host.to(HostState.ACTIVE, now) if serving else host), ()
        case _:
            return host.to(HostState.FAILED, now, tenant.certificate), ()


def _watch(host: Host, facts: Facts, now: int) -> Step:
    """Renewal is CloudFront's, as long as the name leads here."""
    if not facts.asked:
        return host, ()
    if facts.tenant is None:
        return host.to(HostState.WAITING_DNS, now), ()
    if facts.tenant.certificate in (Certificate.ISSUED, Certificate.PENDING, Certificate.NONE):
        return host, ()
    return host.to(HostState.EXPIRED, now, facts.tenant.certificate), ()


def _retry(host: Host, facts: Facts, now: int) -> Step:
    """Again after an hour, then two, four and so on; at once when a CAA record was all that was wrong, or
    when it turns out that it is we who have the name."""
    wait = _wait(host.failures - 1) if host.failures else 0
    is_ours = host.reason == Reason.NAME_TAKEN and facts.tenant is not None
    may_be_well = host.reason == Reason.CAA_FORBIDS or is_ours or now - host.since >= wait
    if not may_be_well or not facts.points_here or facts.caa is not Caa.ALLOWED:
        return host, ()
    if facts.tenant is None:
        return host.to(HostState.REQUESTING_CERT, now), (Act.CREATE_TENANT,)
    under_way = facts.tenant.certificate in (Certificate.ISSUED, Certificate.PENDING)
    return host.to(HostState.VALIDATING, now), () if under_way else (Act.REQUEST_CERTIFICATE,)


def _let_go(host: Host, facts: Facts, now: int) -> Step:
    """Disable, wait until that is deployed, delete: CloudFront takes no other order. Disabled, it still holds
    its name, and does so until that leads elsewhere."""
    waiting = facts.returns and host.state is HostState.WAITING_DNS
    if host.state is HostState.OFF or waiting:
        return host, ()
    if not facts.asked:
        return host.to(HostState.DISABLING, now), ()
    if facts.tenant is None:
        if facts.returns:
            return host.to(HostState.WAITING_DNS, now), ()
        return host.to(HostState.OFF, now), (Act.REMOVE_POLICY,)
    disabling = host.to(HostState.DISABLING, now)
    if facts.tenant.enabled:
        return disabling, (Act.DISABLE_TENANT,)
    return disabling, (Act.DELETE_TENANT,) if facts.tenant.deployed and facts.free else ()


_STEPS: Final[Mapping[HostState, Callable[[Host, Facts, int], Step]]] = {
    HostState.OFF: _start,
    HostState.WAITING_DNS: _begin,
    HostState.REQUESTING_CERT: _request,
    HostState.VALIDATING: _validate,
    HostState.ACTIVE: _watch,
    HostState.FAILED: _retry,
    HostState.EXPIRED: _retry,
    HostState.DISABLING: _let_go,
}
