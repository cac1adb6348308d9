"""``/failure-jobs``: searches that are kept for three days."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.failure_reports import render, schemas
from functions.api.failure_reports.app import TAGS, app
from functions.api.failure_reports.asking import named, question_of
from shared.core.errors import Malformed
from shared.core.failures.jobs import KEPT_DAYS, Job, asker_of, find_job
from shared.core.failures.search import progress_of, read_failures, start_job
from shared.core.paging import DEFAULT_LIMIT, Cursor, Page
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import table
from shared.wiring.api import idempotent

JobParam = Annotated[
    str, Path(description="The job's `search_token`.", max_length=100, examples=["mfzwizrsgm2tqnrx"])
]


@app.post(
    "/failure-jobs",
    status_code=201,
    summary="Search failure reports",
    description="Of days of arrival, and of what else the message is known by. The same question finds the "
    f"same job, for {KEPT_DAYS} days; it is yours alone. Its reports are read with "
    "`GET /failure-reports?search_token=`, as far as you see them then.",
    operation_id="search_failure_reports",
    tags=TAGS,
    responses=answers(201, "The job.", Single[schemas.FailureJob], refusals=(400, 404, 409, 413, 415, 422)),
    middlewares=[idempotent()],
)
def create(body: schemas.FindFailures) -> Single[schemas.FailureJob]:
    right = read_failures(app.caller, table.groups(), table.domains(), body.domains)
    question = question_of(
        first=body.start_date,
        last=body.end_date,
        domains=named(right, body.domains),
        subject=body.subject,
        address=body.address,
        source_ip=body.report_source_ip,
        feedback_type=body.feedback_type,
        provider=body.provider,
    )
    job = start_job(
        table.failure_jobs(),
        table.reports(),
        app.caller,
        right,
        question,
        key=table.redaction_key(),
        token=body.search_token,
    )
    return Single(data=_shown(job), meta=app.meta)


@app.get(
    "/failure-jobs",
    summary="List searches",
    description="Your own, newest first.",
    operation_id="list_failure_jobs",
    tags=TAGS,
    responses=answers(200, "The jobs.", Listing[schemas.FailureJob], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.FailureJob, name="failure-jobs")],
)
def list_all(limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None) -> Listing[schemas.FailureJob]:
    asked = page_request(limit, cursor)
    read_failures(app.caller, table.groups(), table.domains())
    jobs = table.failure_jobs().list_of(app.caller.account_id, asker_of(app.caller))
    start = asked.cursor.id if asked.cursor else 0
    if start > len(jobs):
        raise Malformed("The cursor is not one of ours", param="cursor")
    end = start + asked.limit
    page = Page(jobs[start:end], Cursor(end) if end < len(jobs) else None, len(jobs))
    return Listing(data=[_shown(job) for job in page.items], meta=app.list_meta(page))


@app.get(
    "/failure-jobs/<search_token>",
    summary="Read a search",
    operation_id="read_failure_job",
    tags=TAGS,
    responses=answers(200, "The job.", Single[schemas.FailureJob], refusals=(404,)),
)
def read(search_token: JobParam) -> Single[schemas.FailureJob]:
    read_failures(app.caller, table.groups(), table.domains())
    job = find_job(table.failure_jobs(), app.caller, search_token, param="search_token")
    return Single(data=_shown(job), meta=app.meta)


def _shown(job: Job) -> schemas.FailureJob:
    return render.job(job, progress_of(job, app.caller, table.domains()))
