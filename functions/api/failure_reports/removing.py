"""Deleting failure reports."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.failure_reports import schemas
from functions.api.failure_reports.app import TAGS, app
from shared.core import ids
from shared.core.failures.removing import Removing
from shared.edge.openapi import answers
from shared.edge.schemas import Day, Single
from shared.wiring import buckets, queues, table

_FOR_GOOD = "The mail goes with each, unless it brought other reports, too; the figures of its day follow."


@app.delete(
    "/failure-reports",
    summary="Delete failure reports",
    description=f"Up to 200, by id or by the name of their mail. {_FOR_GOOD} Where one is of a domain that "
    "you may not write to, none is deleted.",
    operation_id="delete_failure_reports",
    tags=TAGS,
    responses=answers(200, "What was deleted.", Single[schemas.DeletedFailures], refusals=(400, 413, 415)),
)
def delete(body: schemas.DeleteFailures) -> Single[schemas.DeletedFailures]:
    removed = _removing().named((*body.ids, *body.email_file_names))
    deleted = [ids.render(ids.REPORT, summary.id) for summary in removed.deleted]
    data = schemas.DeletedFailures(deleted=deleted, missing=list(removed.missing))
    return Single(data=data, meta=app.meta)


@app.delete(
    "/failure-reports/all",
    summary="Delete all failure reports",
    description="Of every domain that you may write to, with your searches, or with everybody's where you "
    f"see every domain. {_FOR_GOOD} Ask again while `has_more`.",
    operation_id="delete_all_failure_reports",
    tags=TAGS,
    responses=answers(200, "What was deleted.", Single[schemas.DeletedAll], refusals=(400,)),
)
def delete_all(
    before: Annotated[Day | None, Query(description="Only of arrivals before this day, UTC.")] = None,
) -> Single[schemas.DeletedAll]:
    gone = _removing().all(table.failure_jobs(), before=before)
    data = schemas.DeletedAll(deleted_reports=gone.deleted, deleted_jobs=gone.jobs, has_more=gone.more)
    return Single(data=data, meta=app.meta)


def _removing() -> Removing:
    return Removing(
        reports=table.reports(),
        mailbox=buckets.failure_mailbox(),
        touched_days=queues.touched_days(),
        domains=table.domains(),
        groups=table.groups(),
        caller=app.caller,
    )
