"""Reports and uploads, from core values to wire shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any, Final

from functions.api.reports import schemas
from shared.core import ids
from shared.core.clock import rfc3339
from shared.core.documents import unpack_failure, unpack_policies
from shared.core.paging import Cursor
from shared.core.reports import Fact, ReportSummary
from shared.core.rollups import SourceLine
from shared.core.segments import unpack
from shared.core.uploads import Upload
from shared.mailauth.reports.values import DkimAuth, PolicyPublished, Row, SpfAuth, TlsPolicy

LARGEST_PAGE: Final = 5_000
_LARGEST_BYTES: Final = 3_000_000
"""Of rows in one answer, as JSON: an answer may have 6 MB, and is quoted once more on its way."""

_LONGEST_BODY: Final = 100_000
_MOST_HEADERS: Final = 500


def item(summary: ReportSummary) -> schemas.ReportItem:
    return schemas.ReportItem(**_summary(summary))


def aggregate(
    fact: Fact, known: Mapping[str, SourceLine], *, offset: int, limit: int
) -> schemas.AggregateReport:
    """``known`` is what the day's rollup knows of source addresses."""
    rows = islice(unpack(fact.segment), offset, offset + min(limit, LARGEST_PAGE))
    records = list(_within_bytes(_record(row, known.get(row.source_ip)) for row in rows))
    total, upto = fact.summary.rows, offset + len(records)
    return schemas.AggregateReport(
        **_detail(fact),
        extra_contact_info=fact.notes.extra_contact_info,
        errors=list(fact.notes.errors),
        generator=fact.notes.generator,
        version=fact.notes.version,
        bad_records=fact.notes.bad_rows,
        records=records,
        records_meta=schemas.RecordsMeta(
            total_count=total,
            has_more=upto < total,
            next_cursor=Cursor(upto).encode() if upto < total else None,
        ),
    )


def tls(fact: Fact) -> schemas.TlsReport:
    policies = unpack_policies(fact.segment)
    each = max(LARGEST_PAGE // max(len(policies), 1), 1)
    return schemas.TlsReport(**_detail(fact), policies=[_policy(policy, each) for policy in policies])


def failure(fact: Fact) -> schemas.FailureReport:
    said = unpack_failure(fact.segment)
    fields = {name: getattr(said, name) for name in _FAILURE_FIELDS}
    headers = [
        schemas.HeaderField(name=name, value=value) for name, value in said.original_headers[:_MOST_HEADERS]
    ]
    return schemas.FailureReport(
        **_detail(fact),
        **fields,
        arrived_at=None if said.arrival is None else rfc3339(said.arrival),
        original_headers=headers,
        original_body=None if said.original_body is None else said.original_body[:_LONGEST_BODY],
    )


def upload(value: Upload) -> dict[str, Any]:
    """The fields that all answers about uploads have."""
    return {
        "id": ids.render(ids.UPLOAD, value.id),
        "name": value.name,
        "status": value.status,
        "created_at": rfc3339(value.created),
        "reports": [
            schemas.UploadedReport(
                path=each.path, outcome=each.outcome, id=ids.render(ids.REPORT, each.report)
            )
            for each in value.reports
        ],
        "problems": [
            schemas.UploadProblem(
                path=each.path,
                reason=each.reason,
                detail=each.detail,
                quarantine_id=ids.render(ids.QUARANTINE, each.quarantine),
            )
            for each in value.problems
        ],
    }


_FAILURE_FIELDS: Final = tuple(
    name
    for name in schemas.FailureReport.model_fields
    if name not in schemas.ReportItem.model_fields
    and name not in ("deviations", "arrived_at", "original_headers", "original_body")
)


def _summary(summary: ReportSummary) -> dict[str, Any]:
    return {
        "id": ids.render(ids.REPORT, summary.id),
        "type": summary.kind.value,
        "domain_id": ids.render(ids.DOMAIN, summary.domain_id),
        "domain": summary.domain,
        "policy_domain": summary.policy_domain,
        "sender_org": summary.reporter,
        "report_id": summary.report_id,
        "email": summary.email,
        "begin_date": rfc3339(summary.begin),
        "end_date": rfc3339(summary.end),
        "received_at": rfc3339(summary.received),
        "created_at": rfc3339(summary.received),
        "policy": _published(summary.policy),
        "total_messages": summary.messages,
        "pass_count": summary.passed,
        "fail_count": summary.messages - summary.passed,
        "record_count": summary.rows,
        "trust": summary.trust,
        "deviation_count": summary.deviations,
    }


def _detail(fact: Fact) -> dict[str, Any]:
    deviations = [schemas.Deviation(code=each.code, detail=each.detail) for each in fact.notes.deviations]
    return {**_summary(fact.summary), "deviations": deviations}


def _published(policy: PolicyPublished) -> schemas.Policy:
    return schemas.Policy(**{name: getattr(policy, name) for name in schemas.Policy.model_fields})


def _record(row: Row, known: SourceLine | None) -> schemas.Record:
    evaluated, named = row.evaluated, row.identifiers
    dkim = _shown_first(row.auth.dkim)
    spf = _shown_first(row.auth.spf)
    return schemas.Record(
        source_ip=row.source_ip,
        hostname=known.host if known else None,
        country=known.country if known else None,
        sender_domain=known.sender_domain if known else None,
        count=row.count,
        disposition=evaluated.disposition,
        header_from=named.header_from,
        envelope_from=named.envelope_from,
        envelope_to=named.envelope_to,
        dmarc_result="pass" if evaluated.dmarc_pass else "fail",
        spf_result=spf.result if spf else None,
        spf_domain=spf.domain if spf else None,
        spf_aligned=evaluated.spf == "pass",
        dkim_result=dkim.result if dkim else None,
        dkim_domain=dkim.domain if dkim else None,
        dkim_selector=dkim.selector if isinstance(dkim, DkimAuth) else None,
        dkim_aligned=evaluated.dkim == "pass",
        override_reasons=[schemas.OverrideReason(**asdict(each)) for each in evaluated.overrides],
        dkim_auth=[schemas.DkimResult(**asdict(each)) for each in row.auth.dkim],
        spf_auth=[schemas.SpfResult(**asdict(each)) for each in row.auth.spf],
    )


def _shown_first(results: tuple[DkimAuth, ...] | tuple[SpfAuth, ...]) -> DkimAuth | SpfAuth | None:
    passed = (result for result in results if result.result == "pass")
    return next(passed, results[0] if results else None)


def _within_bytes(records: Iterable[schemas.Record]) -> Iterator[schemas.Record]:
    """As many as fit, and one at least."""
    size = 0
    for number, record in enumerate(records):
        size += len(record.model_dump_json())
        if number and size > _LARGEST_BYTES:
            return
        yield record


def _policy(policy: TlsPolicy, most_failures: int) -> schemas.TlsPolicy:
    return schemas.TlsPolicy(
        policy_type=policy.policy_type,
        policy_domain=policy.policy_domain,
        policy_string=list(policy.policy_string),
        mx_hosts=list(policy.mx_hosts),
        successful_sessions=policy.successful_sessions,
        failed_sessions=policy.failed_sessions,
        failure_count=len(policy.failures),
        failures=[schemas.TlsFailure(**asdict(each)) for each in policy.failures[:most_failures]],
    )
