"""``/domain-groups``, ``/access``, ``/tags``: how an account's domains are sorted, and who gets at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.groups import access, batches, render, schemas, tags
from functions.api.groups.app import GroupParam, app
from shared.core.access import administer
from shared.core.advice.seeing_to import ToDo, to_do_of
from shared.core.group_lists import DomainState, GroupFilter, list_groups
from shared.core.group_use import change_group, create_group, remove_group, shown_group
from shared.core.groups import Group
from shared.core.ids import GroupId
from shared.core.paging import DEFAULT_LIMIT
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import entropy, queues, table
from shared.wiring.api import idempotent, serve_with_key

__all__ = ["access", "app", "batches", "handler", "tags"]

_TAGS = ["Groups"]


@app.get(
    "/domain-groups",
    summary="List groups",
    description="The groups that you have access to: the default group first, then as they were made.",
    operation_id="list_domain_groups",
    tags=_TAGS,
    responses=answers(200, "The groups.", Listing[schemas.DomainGroup], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.DomainGroup, name="domain-groups")],
)
def list_all(
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
    domain_state: Annotated[
        DomainState | None, Query(description="With an active domain, without one, or without domains.")
    ] = None,
    label: Annotated[str, Query(max_length=128, description="Part of the label.")] = "",
    search: Annotated[
        str, Query(max_length=253, description="Part of the label, or of the name of a domain in the group.")
    ] = "",
    search_exact: Annotated[
        str, Query(max_length=253, description="The label, or the name of a domain in the group.")
    ] = "",
) -> Listing[schemas.DomainGroup]:
    wanted = GroupFilter(label, search, search_exact, domain_state)
    page = page_request(limit, cursor)
    listed = list_groups(table.groups(), table.domains(), app.caller, wanted, page)
    to_do = _to_do(listed.items)
    return Listing(
        data=[render.group(each, to_do[each.id]) for each in listed.items], meta=app.list_meta(listed)
    )


@app.post(
    "/domain-groups",
    status_code=201,
    summary="Create a group",
    description="For admins. Nobody but owner and admins has access to it yet.",
    operation_id="create_domain_group",
    tags=_TAGS,
    responses=answers(201, "The new group.", Single[schemas.DomainGroup], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent()],
)
def create(body: schemas.CreateGroup) -> Single[schemas.DomainGroup]:
    group = create_group(
        table.groups(),
        administer(app.caller),
        label=body.label,
        notes=body.notes,
        parked=body.parked_domains,
        now=app.now,
        random_bits=entropy.random_bits,
    )
    return _shown(group)


@app.get(
    "/domain-groups/<group_id>",
    summary="Read a group",
    description="Its domains: `GET /domains?group_id=`.",
    operation_id="read_domain_group",
    tags=_TAGS,
    responses=answers(200, "The group.", Single[schemas.DomainGroup], refusals=(404,)),
)
def read(group_id: GroupParam) -> Single[schemas.DomainGroup]:
    return _shown(shown_group(table.groups(), app.caller, group_id))


@app.patch(
    "/domain-groups/<group_id>",
    summary="Change a group",
    description="For admins. Refused with 412 when somebody else changes it at the same moment.",
    operation_id="change_domain_group",
    tags=_TAGS,
    responses=answers(
        200, "The group.", Single[schemas.DomainGroup], refusals=(400, 404, 409, 412, 413, 415, 422)
    ),
)
def change(group_id: GroupParam, body: schemas.ChangeGroup) -> Single[schemas.DomainGroup]:
    group = change_group(
        table.groups(),
        administer(app.caller),
        group_id,
        label=body.label,
        notes=body.notes,
        parked=body.parked_domains,
        hides_assigned=body.hide_assigned_domains,
    )
    return _shown(group)


@app.delete(
    "/domain-groups/<group_id>",
    status_code=204,
    summary="Delete a group",
    description="For admins. Its domains stay in the account and in their other groups; the access that it "
    "gave is gone at once. A default group that hides assigned domains shows them again after a moment.",
    operation_id="delete_domain_group",
    tags=_TAGS,
    responses=answers(204, "It is gone.", refusals=(404, 409)),
)
def delete(group_id: GroupParam) -> Response[None]:
    remove_group(table.groups(), queues.sweeps(), administer(app.caller), group_id)
    return Response(status_code=204)


def _shown(group: Group) -> Single[schemas.DomainGroup]:
    return Single(data=render.group(group, _to_do([group])[group.id]), meta=app.meta)


def _to_do(groups: Sequence[Group]) -> dict[GroupId, ToDo]:
    """Whoever sees a group sees all that is in it."""
    account = app.caller.account
    hides = account.default_group_hides_assigned
    return to_do_of(table.advices(), table.groups(), account.id, groups, hides=hides)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)
