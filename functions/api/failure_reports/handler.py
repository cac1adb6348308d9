"""``/failure-reports`` and ``/failure-jobs``: what reporters say of single messages."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.failure_reports import jobs, removing, render, schemas
from functions.api.failure_reports.app import TAGS, app
from functions.api.failure_reports.asking import question_of
from shared.core import ids
from shared.core.access import Readable
from shared.core.errors import Conflict, Malformed
from shared.core.failures.full_text import full_text
from shared.core.failures.jobs import Progress, find_job
from shared.core.failures.search import (
    filter_of,
    find_failure,
    page_of,
    progress_of,
    read_failures,
    require_full_text,
)
from shared.core.failures.showing import number_of
from shared.core.paging import DEFAULT_LIMIT
from shared.core.reports import ReportFilter
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, EndParam, LimitParam, StartParam
from shared.edge.recording import record_read
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import buckets, table
from shared.wiring.api import serve_with_key
from shared.wiring.reading import read_mail

__all__ = ["app", "handler", "jobs", "removing"]

_Part = Query(max_length=253, description="Part of it, in any case.")
_Domains = Query(max_length=3_000, description="Ids or names, separated by commas.")
_Address = Query(
    max_length=320,
    description="That the message is from or to; a domain alone for all in it and below.",
)
_Type = Query(pattern="^[A-Za-z0-9-]{0,40}$", description="`auth-failure`, `abuse`, `fraud`, ...")
_Job = Query(
    alias="search_token", max_length=100, description="Of a search. Nothing else is asked beside it."
)
ReportParam = Annotated[
    str,
    Path(description="Its id, or the name of its mail.", max_length=100, examples=["rpt_2790561325481984"]),
]


@app.get(
    "/failure-reports",
    summary="List failure reports",
    description="Of a search, or by filters; latest arrival first. For the forensic scope. Each time, the "
    "audit log says so before anything is shown.",
    operation_id="list_failure_reports",
    tags=TAGS,
    responses=answers(200, "The reports.", Listing[schemas.FailureItem], refusals=(400, 404, 409), csv=True),
    middlewares=[also_csv(schemas.FailureItem, name="failure-reports")],
)
def list_all(  # noqa: PLR0913, PLR0917 (each is a query parameter)
    search_token: Annotated[str | None, _Job] = None,
    start_date: StartParam = None,
    end_date: EndParam = None,
    domains: Annotated[str, _Domains] = "",
    domain: Annotated[str, _Part] = "",
    subject: Annotated[str, _Part] = "",
    address: Annotated[str, _Address] = "",
    report_source_ip: Annotated[str, Query(max_length=64)] = "",
    feedback_type: Annotated[str, _Type] = "",
    provider: Annotated[str, _Part] = "",
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.FailureItem]:
    asked = page_request(limit, cursor)
    filters = {
        "start_date": "" if start_date is None else start_date.isoformat(),
        "end_date": "" if end_date is None else end_date.isoformat(),
        "domains": domains,
        "domain": domain,
        "subject": subject,
        "address": address,
        "report_source_ip": report_source_ip,
        "feedback_type": feedback_type,
        "provider": provider,
    }
    given = {name: value for name, value in filters.items() if value}
    if search_token is not None:
        if given:
            raise Malformed("search_token stands for all filters", param=next(iter(given)))
        right, wanted = _of_job(search_token)
        given = {"search": search_token}
    else:
        names = [name.strip() for name in domains.split(",") if name.strip()]
        right = read_failures(app.caller, table.groups(), table.domains(), names)
        question = question_of(
            first=start_date,
            last=end_date,
            domain_part=domain,
            subject=subject,
            address=address,
            source_ip=report_source_ip,
            feedback_type=feedback_type,
            provider=provider,
        )
        wanted = filter_of(question, table.redaction_key())
    page = page_of(table.reports(), app.caller, right, wanted, asked)
    record_read(app, "", **given)
    return Listing(data=render.items(list(page.items), table.hosts()), meta=app.list_meta(page))


@app.get(
    "/failure-reports/<report_id>",
    summary="Read a failure report",
    description="With `redact=false` as it came, read from its mail: for the admin scope beside the forensic "
    "one. The audit log tells which it was.",
    operation_id="read_failure_report",
    tags=TAGS,
    responses=answers(200, "The report.", Single[schemas.Failure], refusals=(400, 404)),
)
def read(
    report_id: ReportParam,
    redact: Annotated[bool, Query(description="Whether to hide personal data.")] = True,
) -> Single[schemas.Failure]:
    right = read_failures(app.caller, table.groups(), table.domains())
    if not redact:
        require_full_text(app.caller)
    fact = find_failure(table.reports(), right, number_of(report_id))
    summary = fact.summary
    said = None if redact else full_text(buckets.failure_mailbox(), read_mail, summary)
    shown = ids.render(ids.REPORT, summary.id)
    domain = ids.render(ids.DOMAIN, summary.domain_id)
    record_read(app, shown, domain_id=domain, redact="true" if redact else "false")
    return Single(data=render.failure(fact, said, table.hosts()), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _of_job(token: str) -> tuple[Readable, ReportFilter]:
    read_failures(app.caller, table.groups(), table.domains())
    job = find_job(table.failure_jobs(), app.caller, token, param="search_token")
    if progress_of(job, app.caller, table.domains()) is Progress.FAILED:
        raise Conflict("The search failed: a domain of it is gone", param="search_token")
    named = map(str, job.question.domains)
    right = read_failures(app.caller, table.groups(), table.domains(), named)
    return right, filter_of(job.question, table.redaction_key())
