"""Hosted records and generated ones, from core values to wire shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from functions.api.hosting import schemas
from shared.core.clock import rfc3339
from shared.core.domains import Domain
from shared.core.hosting.hosting import Hosting
from shared.core.hosting.looking import Look, looked_at
from shared.core.hosting.names import Service
from shared.core.hosting.notes import notes_on
from shared.core.hosting.policies import Policy
from shared.core.hosting.verification import (
    CnameState,
    DmarcState,
    FileState,
    MtaStsState,
    RecordState,
    TxtState,
    cname_state,
    dmarc_state,
    mta_sts_state,
)
from shared.core.record_generator import Generated, PublishedRecord
from shared.mailauth.findings import Finding


def services(hosting: Hosting, domain: Domain, default: str, now: int) -> schemas.HostedServices:
    wanted = [service for service in Service if hosting.is_on(service)]
    return schemas.HostedServices(
        domain=domain.name,
        parked=domain.parked,
        dmarc=dmarc(hosting, default, now),
        mta_sts=mta_sts(hosting, now),
        cname_records=[_cname(cname_state(hosting, service, None, now)) for service in wanted],
    )


def dmarc(hosting: Hosting, default: str, now: int) -> schemas.HostedDmarc:
    """As last seen. Names of ours are told once there is something at them, or is to be."""
    shown = hosting.dmarc
    state = dmarc_state(hosting, None, now) if Service.DMARC in looked_at(hosting) else None
    return schemas.HostedDmarc(
        enabled=shown.on,
        revision=shown.revision,
        overall_status=state.overall_status.value if state and shown.on else None,
        record=hosting.record(Service.DMARC).value or None,
        default_record=default,
        disabled_at=_time(shown.ended),
        cname=_cname(state.cname) if state else None,
        txt_record=_text(state.txt_record) if state else None,
        findings=_about(hosting, {Service.DMARC}),
    )


def mta_sts(hosting: Hosting, now: int) -> schemas.HostedMtaSts:
    """As last seen."""
    shown, present = hosting.mta_sts, looked_at(hosting)
    state = mta_sts_state(hosting, None, now, present)
    return schemas.HostedMtaSts(
        enabled=shown.on,
        revision=shown.revision,
        overall_status=state.overall_status.value if shown.on else None,
        policy=_policy(shown.policy),
        served_policy=_policy(shown.served),
        policy_id=shown.id or None,
        disabled_at=_time(shown.ended),
        host_since=_time(shown.host.since or None),
        **_parts(state),
        findings=_about(hosting, set(Service) - {Service.DMARC}),
    )


def dmarc_verification(hosting: Hosting, look: Look, now: int) -> schemas.DmarcVerification:
    state: DmarcState = dmarc_state(hosting, look, now)
    return schemas.DmarcVerification(
        overall_status=state.overall_status.value,
        cname=_cname(state.cname),
        txt_record=_text(state.txt_record),
    )


def mta_sts_verification(
    hosting: Hosting, look: Look, now: int, asked: Iterable[Service]
) -> schemas.MtaStsVerification:
    state = mta_sts_state(hosting, look, now, asked)
    return schemas.MtaStsVerification(overall_status=state.overall_status.value, **_parts(state))


def generated(domain: Domain, made: Generated, *, published: bool) -> schemas.GeneratedDmarcRecord:
    return schemas.GeneratedDmarcRecord(
        name=f"_dmarc.{domain.name}",
        record=made.record,
        length=made.length,
        max_length=made.max_length,
        strings=made.strings,
        published=published,
        findings=list(made.findings),
    )


def parked(domain: Domain, records: Iterable[PublishedRecord]) -> schemas.ParkedRecords:
    shown = [
        schemas.RecordToPublish(name=each.name, type=each.type, value=each.value, purpose=each.purpose)
        for each in records
    ]
    return schemas.ParkedRecords(domain=domain.name, records=shown)


def _about(hosting: Hosting, services: set[Service]) -> list[Finding]:
    names = {hosting.customer_name(service) for service in services}
    return [note for note in notes_on(hosting) if note.subject in names]


def _parts(state: MtaStsState) -> dict[str, Any]:
    return {
        "policy_cname": _cname(state.policy_cname) if state.policy_cname else None,
        "policy_file": _file(state.policy_file) if state.policy_file else None,
        "mta_sts_record": _record(state.mta_sts_record) if state.mta_sts_record else None,
        "tls_rpt_record": _record(state.tls_rpt_record) if state.tls_rpt_record else None,
    }


def _cname(state: CnameState) -> schemas.HostedCname:
    return schemas.HostedCname(
        host=state.host,
        expected_value=state.expected_value,
        current_value=state.current_value,
        status=state.status.value,
        reason=state.reason,
        error=state.error,
        checked_at=_time(state.checked),
    )


def _text(state: TxtState) -> schemas.HostedText:
    return schemas.HostedText(host=state.host, value=state.value, status=state.status.value)


def _record(state: RecordState) -> schemas.HostedRecord:
    return schemas.HostedRecord(cname=_cname(state.cname), txt_record=_text(state.txt_record))


def _file(state: FileState) -> schemas.HostedFile:
    return schemas.HostedFile(
        url=state.url, status=state.status.value, host_state=state.host_state, reason=state.reason
    )


def _policy(policy: Policy | None) -> schemas.HostedPolicy | None:
    if policy is None:
        return None
    return schemas.HostedPolicy(
        mode=policy.mode.value, mx=list(policy.mx), max_age=policy.max_age, body=policy.body
    )


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)
