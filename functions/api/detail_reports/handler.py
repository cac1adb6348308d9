"""``/detail-reports``: questions that take a while, and how far their answers are."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.detail_reports import render, results, schemas
from functions.api.detail_reports.app import TAGS, TokenPath, app, job_of
from shared.core.access import Readable, read_account, read_each_domain
from shared.core.detail.asking import FEW_DOMAINS, ask, list_jobs, look_at, remove_job, version_of
from shared.core.detail.jobs import is_token
from shared.core.detail.results import ordering_of
from shared.core.errors import Malformed
from shared.core.ids import DomainId
from shared.core.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Single
from shared.wiring import details, entropy, queues, table
from shared.wiring.api import idempotent, serve_with_key

__all__ = ["app", "handler", "results"]

_ORDERINGS = ("created",)


@app.post(
    "/detail-reports",
    status_code=202,
    summary="Ask for a detail report",
    description="Begins a job that reads every row of the reports asked for. The same question finds the job "
    "that answers it already (200), unless reports have come in since or it failed. Reports of domains that "
    "are deleted meanwhile stay in it until it expires, after three days.",
    operation_id="ask_detail_report",
    tags=TAGS,
    responses={
        **answers(202, "It was begun.", Single[schemas.DetailReport], refusals=(400, 404, 409, 422)),
        **answers(200, "The same was asked before.", Single[schemas.DetailReport]),
    },
    middlewares=[idempotent()],
)
def begin(asked: schemas.DetailFilters) -> Response[Single[schemas.DetailReport]]:
    right = read_account(app.caller, table.groups())
    span = render.span_of(app.caller, asked)
    alone, domains = _domains(right, asked.domains)
    job, begun = ask(
        table.detail_jobs(),
        queues.detail_steps(),
        right.account,
        render.question(asked, span, domains),
        version_of(table.rollups(), right, alone, span, app.now),
        now=app.now,
        random_bits=entropy.random_bits,
    )
    shown = render.report(job, look_at(table.detail_jobs(), job))
    return Response(
        status_code=202 if begun else 200,
        content_type="application/json",
        body=Single(data=shown, meta=app.meta),
    )


@app.get(
    "/detail-reports",
    summary="List detail reports",
    description="Those of the account's last three days, of domains all of which you see.",
    operation_id="list_detail_reports",
    tags=TAGS,
    responses=answers(200, "The reports.", schemas.DetailReportList, refusals=(400,)),
)
def list_all(
    ordering: Annotated[str, Query(max_length=20, description="`created` or `-created`.")] = "-created",
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.DetailReportList:
    if cursor is not None and not is_token(cursor):
        raise Malformed("The cursor is not one of ours", param="cursor")
    page = list_jobs(
        table.detail_jobs(),
        read_account(app.caller, table.groups()),
        after=cursor,
        newest_first=ordering_of(ordering, _ORDERINGS).descending,
        limit=min(limit, LARGEST_LIMIT),
        now=app.now,
    )
    shown = [render.report(job, look_at(table.detail_jobs(), job)) for job in page.items]
    meta = schemas.DetailReportMeta(
        request_id=app.request_id, has_more=page.after is not None, next_cursor=page.after
    )
    return schemas.DetailReportList(data=shown, meta=meta)


@app.get(
    "/detail-reports/<report_token>",
    summary="Read a detail report",
    description="What was asked, and how far it is.",
    operation_id="read_detail_report",
    tags=TAGS,
    responses=answers(200, "The report.", Single[schemas.DetailReport], refusals=(404,)),
)
def read(report_token: TokenPath) -> Single[schemas.DetailReport]:
    job = job_of(report_token)
    return Single(data=render.report(job, look_at(table.detail_jobs(), job)), meta=app.meta)


@app.get(
    "/detail-reports/<report_token>/progress",
    summary="Read the progress of a detail report",
    operation_id="read_detail_progress",
    tags=TAGS,
    responses=answers(200, "How far it is.", Single[schemas.DetailProgress], refusals=(404,)),
)
def read_progress(report_token: TokenPath) -> Single[schemas.DetailProgress]:
    progress = look_at(table.detail_jobs(), job_of(report_token))
    return Single(data=render.progress_of(progress), meta=app.meta)


@app.delete(
    "/detail-reports/<report_token>",
    status_code=204,
    summary="Delete a detail report",
    description="One that is under way stops.",
    operation_id="delete_detail_report",
    tags=TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete(report_token: TokenPath) -> Response[None]:
    remove_job(table.detail_jobs(), details.shelf(), job_of(report_token))
    return Response(status_code=204)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _domains(right: Readable, named: list[str]) -> tuple[list[Readable], tuple[DomainId, ...] | None]:
    """The rights to each of the domains where they are few, and the domains; None for every one."""
    references = named or [str(domain) for domain in sorted(right.within or ())]
    if not references and right.within is None:
        return [], None
    if not named and len(references) > FEW_DOMAINS:
        return [], tuple(sorted(right.within or ()))
    found = {
        right.domain.id: right
        for right in read_each_domain(app.caller, references, table.domains(), param="domains")
        if right.domain is not None
    }
    alone = [found[domain] for domain in sorted(found)]
    return alone if len(alone) <= FEW_DOMAINS else [], tuple(sorted(found))
