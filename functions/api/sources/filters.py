"""Stored filters of an account's sources."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.sources import render, schemas
from functions.api.sources.app import app
from shared.core.paging import DEFAULT_LIMIT
from shared.core.stored_filters import (
    MOST_DOMAINS,
    MOST_FILTERS,
    create_filter,
    remove_filter,
    shown_filter,
    shown_filters,
)
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import entropy, table
from shared.wiring.api import idempotent

_TAGS = ["Sources"]
FilterPath = Annotated[str, Path(description="`sf_7` or `7`.", examples=["sf_7", "7"])]


@app.get(
    "/source-filters",
    summary="List source filters",
    description="Newest first: those with a domain that you see.",
    operation_id="list_source_filters",
    tags=_TAGS,
    responses=answers(200, "The filters.", Listing[schemas.SourceFilter], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.SourceFilter, name="source_filters")],
)
def list_all(limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None) -> Listing[schemas.SourceFilter]:
    stores = (table.source_filters(), table.groups())
    page = shown_filters(*stores, app.caller, page_request(limit, cursor), newest_first=True)
    return Listing(data=[render.source_filter(made) for made in page.items], meta=app.list_meta(page))


@app.post(
    "/source-filters",
    status_code=201,
    summary="Store a source filter",
    description=f"Of 1 to {MOST_DOMAINS:,} domains that you see; {MOST_FILTERS} of an account. Who uses it "
    "finds those of them that they see themselves.",
    operation_id="create_source_filter",
    tags=_TAGS,
    responses=answers(
        201, "The filter.", Single[schemas.SourceFilter], refusals=(400, 404, 409, 413, 415, 422)
    ),
    middlewares=[idempotent()],
)
def create(body: schemas.CreateSourceFilter) -> Single[schemas.SourceFilter]:
    made = create_filter(
        table.source_filters(),
        table.domains(),
        app.caller,
        body.domains,
        random_bits=entropy.random_bits,
    )
    return Single(data=render.source_filter(made), meta=app.meta)


@app.get(
    "/source-filters/<source_filter_id>",
    summary="Read a source filter",
    operation_id="read_source_filter",
    tags=_TAGS,
    responses=answers(200, "The filter.", Single[schemas.SourceFilter], refusals=(404,)),
)
def read(source_filter_id: FilterPath) -> Single[schemas.SourceFilter]:
    made = shown_filter(table.source_filters(), table.groups(), app.caller, source_filter_id)
    return Single(data=render.source_filter(made), meta=app.meta)


@app.delete(
    "/source-filters/<source_filter_id>",
    status_code=204,
    summary="Delete a source filter",
    description="For those who see all of its domains.",
    operation_id="delete_source_filter",
    tags=_TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete(source_filter_id: FilterPath) -> Response[None]:
    remove_filter(table.source_filters(), table.groups(), app.caller, source_filter_id)
    return Response(status_code=204)
