"""What is known of a domain's DNS, from core values to wire shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from functions.api.domains import dns_schemas as schemas
from shared.core.clock import rfc3339
from shared.core.domains import Domain
from shared.core.watching import statuses
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.live_records import live_records
from shared.core.watching.states import Change, DnsState, Part
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.findings import Finding, Severity


def dns_state(
    domain: Domain, state: DnsState | None, *, addresses: Sequence[str], wanted: str, reports: bool
) -> schemas.DnsState:
    """``addresses`` are ours that the domain's reports may go to; ``reports``: whether any came lately."""
    return schemas.DnsState(
        domain=domain.name,
        last_checked_at=_time(domain.dns_checked),
        dns_status=domain.dns_status,
        dns_status_message=domain.dns_status_message,
        exists=statuses.exists(state),
        dmarc=_dmarc(state, addresses, wanted, reports),
        spf=schemas.SpfState(
            **_part(state, Part.SPF),
            all_mechanism=statuses.all_mechanism(state),
            spf_status=statuses.spf_status(state),
            lookups=statuses.spf_lookup_count(state),
        ),
        dkim=_dkim(state),
        mx=schemas.MxState(**_part(state, Part.MX), null_mx=_inspection(state, Part.MX).get("null_mx")),
        mta_sts=schemas.MtaStsState(
            **_part(state, Part.MTA_STS),
            id=_inspection(state, Part.MTA_STS).get("id"),
            mta_sts_status=statuses.mta_sts_status(state),
            policy=schemas.PartState(**_part(state, Part.MTA_STS_POLICY)),
        ),
        tls_rpt=schemas.TlsRptState(**_part(state, Part.TLS_RPT)),
        bimi=schemas.BimiState(**_part(state, Part.BIMI)),
        findings=_findings(state.findings if state is not None else ()),
        records=schemas.LiveRecords.model_validate(asdict(live_records(state))),
    )


def change(value: Change) -> schemas.DnsChange:
    return schemas.DnsChange(
        id=str(value.id),
        kind=value.part,
        changed_at=rfc3339(value.at),
        before=list(value.before),
        after=list(value.after),
    )


def approved_source(value: ApprovedSource) -> schemas.ApprovedSource:
    return schemas.ApprovedSource(
        slug=value.slug,
        name=value.name,
        domain=value.domain,
        tag=value.tag,
        ips=list(value.ips),
        resolved_at=_time(value.resolved),
        trouble=value.trouble,
        created_at=rfc3339(value.created),
        modified_at=rfc3339(value.modified),
    )


def _dmarc(
    state: DnsState | None, addresses: Sequence[str], wanted: str, reports: bool
) -> schemas.DmarcState:
    inspection = _inspection(state, Part.DMARC)
    known = state is not None and state.state(Part.DMARC) not in (None, State.ERROR)
    return schemas.DmarcState(
        **_part(state, Part.DMARC),
        policy=inspection.get("policy"),
        effective_policy=inspection.get("effective_policy"),
        policy_domain=inspection.get("policy_domain"),
        dmarctrust_configured=statuses.reports_to_us(state, addresses) if state and known else None,
        configuration=statuses.configuration(state),
        dmarc_status=statuses.dmarc_status(state, addresses, reports=reports),
        wanted_record=wanted,
        dmarc_valid=statuses.dmarc_valid(state, wanted),
    )


def _dkim(state: DnsState | None) -> schemas.DkimState:
    keys: Sequence[Mapping[str, Any]] = _inspection(state, Part.DKIM).get("keys", ())
    common = _part(state, Part.DKIM)
    shown = [
        schemas.DkimKey(
            **{**common, "status": key["state"], **_records(key), "findings": _findings(key["findings"])},
            **{name: key[name] for name in ("selector", "service", "cname", "key_type", "key_bits")},
            **{name: key[name] for name in ("usable", "revoked", "testing")},
        )
        for key in keys
    ]
    return schemas.DkimState(**common, keys=shown)


def _part(state: DnsState | None, part: Part) -> dict[str, Any]:
    known = state.parts.get(part) if state is not None else None
    inspection = _inspection(state, part)
    return {
        "status": statuses.part_status(state, part),
        **_records(inspection),
        "since": _time(known.since if known is not None and known.settled is not None else None),
        "failing_since": _time(known.failing if known is not None else None),
        "last_answer_at": _time(known.answered if known is not None else None),
        "findings": _findings(inspection.get("findings", ())),
    }


def _records(inspection: Mapping[str, Any]) -> dict[str, Any]:
    records = list(inspection.get("records", ()))
    return {"record": records[0] if records else None, "records": records}


def _findings(found: Sequence[Mapping[str, Any]]) -> list[Finding]:
    return [Finding(**{**each, "severity": Severity(each["severity"])}) for each in found]


def _inspection(state: DnsState | None, part: Part) -> Mapping[str, Any]:
    return state.inspection(part) if state is not None else {}


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)
