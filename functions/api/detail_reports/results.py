"""What a finished detail report says: by source, by server, by header-from domain, by day."""

from __future__ import annotations

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.detail_reports import render, schemas
from functions.api.detail_reports.app import (
    TAGS,
    StandingParam,
    TokenPath,
    app,
    finished,
    job_of,
    offset_of,
    page_of,
)
from shared.core.detail.asking import result_of
from shared.core.detail.results import ROW_ORDERINGS, SERVER_ORDERINGS, RowFilter, ordering_of
from shared.core.errors import NotFound
from shared.core.paging import DEFAULT_LIMIT
from shared.core.senders.standing import Standing
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import details

_MOST_SOURCES = 500
_NOT_READY = "404 with the code `not_ready` until progress is at 100."
OrderingParam = Annotated[str, Query(max_length=40, description="A field, with `-` before it to reverse.")]


@app.get(
    "/detail-reports/<report_token>/sources",
    summary="List the sources of a detail report",
    description=f"By standing, most messages first, {_MOST_SOURCES} of each at most. {_NOT_READY}",
    operation_id="read_detail_sources",
    tags=TAGS,
    responses=answers(200, "The sources.", Single[schemas.DetailSources], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.DetailSource, name="sources")],
)
def read_sources(report_token: TokenPath) -> Single[schemas.DetailSources]:
    result = finished(report_token)
    found = {standing: result.sources(standing, _MOST_SOURCES) for standing in Standing}
    shown = schemas.DetailSources(
        **{standing.value: [render.source(each) for each in page] for standing, (page, _) in found.items()},
        source_counts=schemas.DetailSourceCounts(
            **render.counts({standing: count for standing, (_, count) in found.items()})
        ),
    )
    return Single(data=shown, meta=app.meta)


@app.get(
    "/detail-reports/<report_token>/sources/<source_number>",
    summary="List the servers of a source",
    description=f"`ordering` is one of {', '.join(SERVER_ORDERINGS)}. {_NOT_READY}",
    operation_id="list_detail_servers",
    tags=TAGS,
    responses=answers(200, "The servers.", Listing[schemas.DetailServer], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.DetailServer, name="servers")],
)
def list_servers(
    report_token: TokenPath,
    source_number: Annotated[str, Path(description="`source_number` of the source.", examples=["19"])],
    ordering: OrderingParam = "-message_count",
    search: Annotated[str, Query(max_length=253, description="Part of the server's name, in any case.")] = "",
    standing: StandingParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.DetailServer]:
    asked, order = page_request(limit, cursor), ordering_of(ordering, SERVER_ORDERINGS)
    result, number = finished(report_token), _number(source_number)
    found, total = result.servers(number, standing, search, order, offset=offset_of(asked), limit=asked.limit)
    if total == 0 and not search and standing is None:
        raise _no_source()
    page = page_of([render.server(each) for each in found], total, asked)
    return Listing(data=list(page.items), meta=app.list_meta(page))


@app.get(
    "/detail-reports/<report_token>/domains",
    summary="List the rows of a detail report",
    description="Equal rows of all reports, summed, by header-from domain. `ordering` is one of "
    f"{', '.join(ROW_ORDERINGS)}. {_NOT_READY} As CSV it has the columns of dmarcian's Detail Viewer.",
    operation_id="list_detail_rows",
    tags=TAGS,
    responses=answers(200, "The rows.", Listing[schemas.DetailRow], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.DetailRow, name="detail-report", headings=schemas.CSV_HEADINGS)],
)
def list_rows(
    report_token: TokenPath,
    ordering: OrderingParam = "-message_count",
    ptr_org: Annotated[str, Query(max_length=253, description="`ptr_org` of the rows.")] = "",
    source_number: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    standing: StandingParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.DetailRow]:
    asked, order = page_request(limit, cursor), ordering_of(ordering, ROW_ORDERINGS)
    wanted = RowFilter(ptr_org.lower(), source_number, standing)
    found, total = finished(report_token).rows(wanted, order, offset=offset_of(asked), limit=asked.limit)
    page = page_of([render.row(each) for each in found], total, asked)
    return Listing(data=list(page.items), meta=app.list_meta(page))


@app.get(
    "/detail-reports/<report_token>/charts",
    summary="Read the timeline of a detail report",
    description=_NOT_READY,
    operation_id="read_detail_charts",
    tags=TAGS,
    responses=answers(200, "The timeline.", Single[schemas.DetailCharts], refusals=(404,)),
)
def read_charts(report_token: TokenPath) -> Single[schemas.DetailCharts]:
    job = job_of(report_token)
    found = result_of(details.shelf(), job).days()
    return Single(data=render.charts(job.question.span, found), meta=app.meta)


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", text, re.ASCII):
        raise _no_source()
    return int(text)


def _no_source() -> NotFound:
    return NotFound("The requested resource could not be found", param="source_number")
