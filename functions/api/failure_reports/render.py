"""Failure reports and searches, from core values to wire shapes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from functions.api.failure_reports import schemas
from shared.core import ids
from shared.core.addresses import HostName, Hosts, is_worth_asking
from shared.core.clock import rfc3339
from shared.core.documents import unpack_failure
from shared.core.failures.jobs import Job, Progress
from shared.core.failures.showing import Shown, shown
from shared.core.reports import Fact
from shared.mailauth.reports.redaction import defang
from shared.mailauth.reports.values import FailureReport

_LONGEST_HEADERS: Final = 20_000
_LONGEST_BODY: Final = 100_000
_STATES: Final = {
    Progress.UNKNOWN: schemas.FailureJobState.UNKNOWN,
    Progress.GENERATING: schemas.FailureJobState.GENERATING,
    Progress.COMPLETED: schemas.FailureJobState.COMPLETED,
    Progress.FAILED: schemas.FailureJobState.FAILED,
}


def items(facts: list[Fact], hosts: Hosts) -> list[schemas.FailureItem]:
    read = [(fact, unpack_failure(fact.segment)) for fact in facts]
    names = _names(facts, hosts)
    fields = [_fields(fact, shown(fact.summary, said, names)) for fact, said in read]
    return [schemas.FailureItem(**{**each, "headers": each["headers"][:_LONGEST_HEADERS]}) for each in fields]


def failure(fact: Fact, said: FailureReport | None, hosts: Hosts) -> schemas.Failure:
    """``said`` is the report with its personal data, where that is to be shown."""
    report = said or unpack_failure(fact.segment)
    body = None if report.original_body is None else defang(report.original_body)[:_LONGEST_BODY]
    fields = _fields(fact, shown(fact.summary, report, _names([fact], hosts)))
    return schemas.Failure(**fields, redacted=said is None, body=body)


def job(value: Job, progress: Progress) -> schemas.FailureJob:
    question = value.question
    gone = "A domain of it is gone, or not for you to see"
    return schemas.FailureJob(
        search_token=value.token,
        progress=progress,
        state=_STATES[progress],
        reason=gone if progress is Progress.FAILED else None,
        total_count=value.found,
        start_date=question.first,
        end_date=question.last,
        domains=[ids.render(ids.DOMAIN, domain) for domain in question.domains],
        subject=question.subject,
        address=question.address.removeprefix("@"),
        report_source_ip=question.source_ip,
        feedback_type=question.feedback_type,
        provider=question.provider,
        created_at=rfc3339(value.started),
        expires_at=rfc3339(value.expires),
    )


def _names(facts: list[Fact], hosts: Hosts) -> dict[str, HostName]:
    sources = {fact.summary.marks.source_ip for fact in facts if fact.summary.marks}
    return hosts.get_many(filter(is_worth_asking, sources))


def _fields(fact: Fact, value: Shown) -> dict[str, Any]:
    summary = fact.summary
    return {
        **asdict(value),
        "id": ids.render(ids.REPORT, summary.id),
        "domain_id": ids.render(ids.DOMAIN, summary.domain_id),
        "arrival_date": rfc3339(value.arrival_date),
        "received_at": rfc3339(summary.received),
        "auth_failure": list(value.auth_failure),
        "urls": list(value.urls),
        "trust": summary.trust,
    }
