"""Whether hosted services work: what the verify routes answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.core.hosting.hosting import Hosting, HostState
from shared.core.hosting.looking import FileStatus, Look, file_status
from shared.core.hosting.names import Service
from shared.core.hosting.sightings import CnameStatus, Pointing, Seen, status_of


class Overall(StrEnum):
    READY = "ready"
    ACTION_REQUIRED = "action_required"
    """The customer has something to do."""
    PENDING = "pending"
    """We have, or the DNS does not answer."""


class TxtStatus(StrEnum):
    PUBLISHED = "published"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class CnameState:
    """``reason`` says what is wrong with a misconfigured one: ``other_target``, ``unresolvable_target``,
    ``flattened`` or ``not_a_cname``. ``error`` is why nobody could look just now; the rest is then as it
    was last seen, at ``checked`` (epoch seconds)."""

    host: str
    expected_value: str
    current_value: str | None
    status: CnameStatus
    reason: str
    checked: int | None
    error: str


@dataclass(frozen=True, slots=True)
class TxtState:
    host: str
    value: str
    status: TxtStatus


@dataclass(frozen=True, slots=True)
class FileState:
    url: str
    status: FileStatus
    host_state: HostState
    reason: str


@dataclass(frozen=True, slots=True)
class DmarcState:
    overall_status: Overall
    cname: CnameState
    txt_record: TxtState


@dataclass(frozen=True, slots=True)
class RecordState:
    cname: CnameState
    txt_record: TxtState


@dataclass(frozen=True, slots=True)
class MtaStsState:
    """None for what was not asked about."""

    overall_status: Overall
    policy_cname: CnameState | None
    policy_file: FileState | None
    mta_sts_record: RecordState | None
    tls_rpt_record: RecordState | None


def cname_state(hosting: Hosting, service: Service, look: Look | None, now: int) -> CnameState:
    """As ``look`` finds it, or as it was last seen where there is none or it has no answer."""
    pointing: Pointing = hosting.record(service).cname
    error = ""
    sighting = look.cnames.get(service) if look is not None else None
    if sighting is not None and sighting.seen is Seen.UNKNOWN:
        error = sighting.reason or "no answer"
    elif sighting is not None:
        status, reason = status_of(sighting)
        pointing = Pointing(status, sighting.current, reason, checked=now)
    return CnameState(
        host=hosting.customer_name(service),
        expected_value=hosting.target(service),
        current_value=pointing.current or None,
        status=pointing.status,
        reason=pointing.reason,
        checked=pointing.checked,
        error=error,
    )


def txt_state(hosting: Hosting, service: Service, look: Look | None) -> TxtState:
    """Published is what was in sync, was seen from outside, and is not seen to be otherwise now."""
    record = hosting.record(service)
    text = look.texts.get(service) if look is not None else None
    contradicted = text is not None and text.definite and text.values != (record.value,)
    published = record.published and not contradicted
    status = TxtStatus.PUBLISHED if published else TxtStatus.QUEUED
    return TxtState(hosting.target(service), record.value, status)


def file_state(hosting: Hosting, look: Look | None) -> FileState:
    sts = hosting.mta_sts
    status = FileStatus(sts.file_status) if sts.file_status else FileStatus.PENDING
    if look is not None:
        expected = sts.host.state in (HostState.ACTIVE, HostState.EXPIRED)
        status = file_status(look.file, sts.policy, expected=expected)
    url = f"https://{hosting.customer_name(Service.POLICY)}/.well-known/mta-sts.txt"
    return FileState(url, status, sts.host.state, sts.host.reason)


def dmarc_state(hosting: Hosting, look: Look | None, now: int) -> DmarcState:
    cname = cname_state(hosting, Service.DMARC, look, now)
    text = txt_state(hosting, Service.DMARC, look)
    return DmarcState(_overall([cname], [text], None), cname, text)


def mta_sts_state(
    hosting: Hosting, look: Look | None, now: int, services: Iterable[Service] = tuple(Service)
) -> MtaStsState:
    """``services`` says what to tell of; ``POLICY`` is the CNAME of the host and the file."""
    wanted = set(services)
    host = cname_state(hosting, Service.POLICY, look, now) if Service.POLICY in wanted else None
    file = file_state(hosting, look) if Service.POLICY in wanted else None
    records = {
        service: RecordState(cname_state(hosting, service, look, now), txt_state(hosting, service, look))
        for service in (Service.MTA_STS, Service.TLS_RPT)
        if service in wanted
    }
    cnames = [*([host] if host else []), *(each.cname for each in records.values())]
    texts = [each.txt_record for each in records.values()]
    return MtaStsState(
        overall_status=_overall(cnames, texts, file),
        policy_cname=host,
        policy_file=file,
        mta_sts_record=records.get(Service.MTA_STS),
        tls_rpt_record=records.get(Service.TLS_RPT),
    )


def _overall(cnames: list[CnameState], texts: list[TxtState], file: FileState | None) -> Overall:
    unknown = any(cname.error for cname in cnames)
    to_do = any(cname.status is not CnameStatus.VERIFIED for cname in cnames if not cname.error)
    failed = file is not None and file.host_state in (HostState.FAILED, HostState.EXPIRED)
    if to_do or failed:
        return Overall.ACTION_REQUIRED
    served = file is None or file.status is FileStatus.ACTIVE
    published = all(text.status is TxtStatus.PUBLISHED for text in texts)
    return Overall.READY if served and published and not unknown else Overall.PENDING
