"""TLS failures and policies, from core values to wire shapes."""

from __future__ import annotations

from typing import Any

from functions.api.tls import schemas
from shared.core import ids
from shared.core.clock import rfc3339
from shared.core.statistics import Span
from shared.core.tls.failures import FailedSessions, Overview
from shared.core.tls.policies import SeenPolicy


def failure(value: FailedSessions) -> schemas.TlsFailureItem:
    said, report = value.failure, value.report
    return schemas.TlsFailureItem(
        policy_domain=value.policy_domain,
        policy_type=value.policy_type,
        result_type=said.result_type,
        sending_mta_ip=said.sending_mta_ip,
        receiving_mx_hostname=said.receiving_mx_hostname,
        receiving_ip=said.receiving_ip,
        failed_session_count=said.failed_session_count,
        failure_reason_code=said.failure_reason_code,
        additional_information=said.additional_information,
        organization_name=report.reporter,
        begin=rfc3339(report.begin),
        end=rfc3339(report.end),
        domain_id=ids.render(ids.DOMAIN, report.domain_id),
        report_id=ids.render(ids.REPORT, report.id),
    )


def overview(value: Overview, span: Span) -> schemas.TlsOverview:
    return schemas.TlsOverview(
        begin=span.first,
        end=span.last,
        total_successful=value.successful,
        total_failed=value.failed,
        unexplained=value.unexplained,
        failures=[
            schemas.TlsCause(
                result_type=each.result_type,
                failed_session_count=each.sessions,
                detail_count=each.details,
                domain_count=each.domains,
                first_seen=each.first,
                last_seen=each.last,
            )
            for each in value.causes
        ],
        days=[
            schemas.TlsDayFigures(date=day, successful=successful, failed=failed)
            for day, successful, failed in value.days
        ],
    )


def policy(value: SeenPolicy) -> schemas.TlsPolicyItem:
    return schemas.TlsPolicyItem(**_fields(value))


def policy_detail(value: SeenPolicy) -> schemas.TlsPolicyDetail:
    causes = [
        schemas.TlsPolicyCause(
            result_type=each.result_type, failed_session_count=each.sessions, detail_count=each.details
        )
        for each in value.line.causes
    ]
    return schemas.TlsPolicyDetail(**_fields(value), failures=causes)


def _fields(value: SeenPolicy) -> dict[str, Any]:
    line = value.line
    return {
        "id": ids.render(ids.TLS_POLICY, value.number),
        "domain_id": ids.render(ids.DOMAIN, value.domain),
        "p_type": line.policy.type,
        "p_domain": line.policy.domain,
        "sts_p_mode": line.policy.mode,
        "sum_success": line.successful,
        "sum_failed": line.failed,
        "last_seen": rfc3339(line.last_seen),
    }
