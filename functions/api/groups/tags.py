"""Tags. They are put on domains by ``POST`` and ``PATCH /domains``."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.groups import render, schemas
from functions.api.groups.app import app
from shared.core.access import administer
from shared.core.callers import require_scope
from shared.core.rights import Scope
from shared.core.tag_use import PLAIN, change_tag, counted_for, create_tag, find_tag, remove_tag
from shared.core.tags import Tag
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, Single
from shared.wiring import entropy, queues, table
from shared.wiring.api import idempotent

_TAGS = ["Tags"]
TagParam = Annotated[str, Path(description="`tag_7`, or `7`.", examples=["tag_7"])]


@app.get(
    "/tags",
    summary="List tags",
    description="All of them, as they were made. Tags give no access: everybody of the account sees them.",
    operation_id="list_tags",
    tags=_TAGS,
    responses=answers(200, "The tags.", Listing[schemas.Tag], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.Tag, name="tags")],
)
def list_all() -> Listing[schemas.Tag]:
    require_scope(app.caller, Scope.READ)
    found = _counted(table.tags().list_of(app.caller.account_id))
    return Listing(data=[render.tag(each) for each in found], meta=app.whole_list_meta(len(found)))


@app.post(
    "/tags",
    status_code=201,
    summary="Create a tag",
    description="For admins.",
    operation_id="create_tag",
    tags=_TAGS,
    responses=answers(201, "The new tag.", Single[schemas.Tag], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent()],
)
def create(body: schemas.CreateTag) -> Single[schemas.Tag]:
    tag = create_tag(
        table.tags(),
        administer(app.caller),
        name=body.name,
        color=PLAIN if body.color is None else body.color,
        now=app.now,
        random_bits=entropy.random_bits,
    )
    return Single(data=render.tag(tag), meta=app.meta)


@app.get(
    "/tags/<tag_id>",
    summary="Read a tag",
    description="Its domains: `GET /domains?tag=`.",
    operation_id="read_tag",
    tags=_TAGS,
    responses=answers(200, "The tag.", Single[schemas.Tag], refusals=(404,)),
)
def read(tag_id: TagParam) -> Single[schemas.Tag]:
    require_scope(app.caller, Scope.READ)
    (tag,) = _counted([find_tag(table.tags(), app.caller.account_id, tag_id)])
    return Single(data=render.tag(tag), meta=app.meta)


@app.patch(
    "/tags/<tag_id>",
    summary="Change a tag",
    description="For admins. Refused with 412 when somebody else changes it at the same moment.",
    operation_id="change_tag",
    tags=_TAGS,
    responses=answers(200, "The tag.", Single[schemas.Tag], refusals=(400, 404, 409, 412, 413, 415, 422)),
)
def change(tag_id: TagParam, body: schemas.ChangeTag) -> Single[schemas.Tag]:
    right = administer(app.caller)
    tag = change_tag(table.tags(), right, tag_id, name=body.name, color=body.color)
    return Single(data=render.tag(tag), meta=app.meta)


@app.delete(
    "/tags/<tag_id>",
    status_code=204,
    summary="Delete a tag",
    description="For admins. It is gone from every domain.",
    operation_id="delete_tag",
    tags=_TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete(tag_id: TagParam) -> Response[None]:
    remove_tag(table.tags(), queues.sweeps(), administer(app.caller), tag_id)
    return Response(status_code=204)


def _counted(found: list[Tag]) -> list[Tag]:
    return counted_for(table.tags(), table.groups(), app.caller, found)
