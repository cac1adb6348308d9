"""The access list: who may do what in which group."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.groups import render, schemas
from functions.api.groups.app import GroupParam, app
from shared.core.access import administer
from shared.core.access_list import access_to, grant_access
from shared.core.group_lists import GroupFilter, page_of_groups
from shared.core.group_use import named_group
from shared.core.paging import DEFAULT_LIMIT
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import table
from shared.wiring.api import idempotent

_TAGS = ["Access"]


@app.get(
    "/access",
    summary="List who has access",
    description="For admins: group by group the users who may read or write its domains.",
    operation_id="list_access",
    tags=_TAGS,
    responses=answers(200, "The groups.", Listing[schemas.GroupAccess], refusals=(400,)),
)
def list_all(
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
    label: Annotated[str, Query(max_length=128, description="Part of the group's label.")] = "",
) -> Listing[schemas.GroupAccess]:
    right = administer(app.caller)
    groups = table.groups().list_of(right.account.id)
    wanted = [each for each in groups if GroupFilter(label).takes(each)]
    listed = page_of_groups(wanted, page_request(limit, cursor))
    found = access_to(listed.items, table.members(), right)
    return Listing(data=[render.access(each) for each in found], meta=app.list_meta(listed))


@app.get(
    "/domain-groups/<group_id>/access",
    summary="Read who has access to a group",
    description="For admins.",
    operation_id="read_access",
    tags=_TAGS,
    responses=answers(200, "The group's users.", Single[schemas.GroupAccess], refusals=(404,)),
)
def read(group_id: GroupParam) -> Single[schemas.GroupAccess]:
    right = administer(app.caller)
    (found,) = access_to([named_group(table.groups(), right, group_id)], table.members(), right)
    return Single(data=render.access(found), meta=app.meta)


@app.post(
    "/domain-groups/<group_id>/access",
    summary="Grant access to a group",
    description="For admins: gives each of the users the level, in place of the one that they have in the "
    "group. It holds from their next request on. The owner and admins may do everything whatever the list "
    "says (`always`): what is set for them counts once they are admins no more.",
    operation_id="grant_access",
    tags=_TAGS,
    responses=answers(
        200,
        "The users named, as they are now.",
        Listing[schemas.UserAccess],
        refusals=(400, 404, 413, 415, 422),
    ),
    middlewares=[idempotent()],
)
def grant(group_id: GroupParam, body: schemas.GrantAccess) -> Listing[schemas.UserAccess]:
    right = administer(app.caller)
    group = named_group(table.groups(), right, group_id)
    entries = grant_access(table.members(), right, group, body.users, body.level)
    return Listing(data=[render.user(each) for each in entries], meta=app.whole_list_meta(len(entries)))
