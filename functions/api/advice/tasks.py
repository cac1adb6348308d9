"""What to do next: steps that follow from what is seen, and are done when that is seen."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.advice import render, schemas
from functions.api.advice.app import (
    AfterQuery,
    Asked,
    AssignedQuery,
    BeforeQuery,
    DomainQuery,
    GroupQuery,
    IgnoredQuery,
    PlaceQuery,
    SolvedQuery,
    StateQuery,
    TopLevelQuery,
    app,
)
from functions.api.advice.matters import Matters
from functions.api.advice.schemas import TaskOrdering
from shared.core.advice.ledger import Kind
from shared.core.paging import DEFAULT_LIMIT
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import LimitParam
from shared.edge.schemas import Single

_TAGS: Final = ["Advice"]
_TASKS: Final = Matters(Kind.TASK, render.task)
TaskPath = Annotated[str, Path(description="`task_7215`, or `7215`.", examples=["task_7215"])]


@app.get(
    "/tasks",
    summary="List tasks",
    description="Of the domains that you see. By `solve_time` and `resolved` open ones come first.",
    operation_id="list_tasks",
    tags=_TAGS,
    responses=answers(200, "The tasks.", schemas.TaskList, refusals=(400, 404, 422), csv=True),
    middlewares=[also_csv(schemas.Task, name="tasks")],
)
def list_tasks(  # noqa: PLR0913, PLR0917 (each is a query parameter)
    domain: DomainQuery = None,
    group_id: GroupQuery = None,
    assigned_to_group: AssignedQuery = None,
    domain_state: StateQuery = None,
    top_level: TopLevelQuery = None,
    ignored: IgnoredQuery = None,
    solved: SolvedQuery = None,
    created_after: AfterQuery = "",
    created_before: BeforeQuery = "",
    ordering: Annotated[TaskOrdering, Query(description="With a minus the other way round.")] = (
        TaskOrdering.CREATED_DOWN
    ),
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: PlaceQuery = None,
) -> schemas.TaskList:
    asked = Asked(
        domain,
        group_id,
        assigned_to_group,
        domain_state,
        top_level,
        ignored,
        solved,
        created_after,
        created_before,
    )
    data, meta = _TASKS.page(asked, ordering, limit, cursor)
    return schemas.TaskList(data=data, meta=meta)


@app.get(
    "/tasks/<task_id>",
    summary="Read a task",
    operation_id="read_task",
    tags=_TAGS,
    responses=answers(200, "The task.", Single[schemas.Task], refusals=(404,)),
)
def read_task(task_id: TaskPath) -> Single[schemas.Task]:
    return _TASKS.read(task_id)


@app.put(
    "/tasks/<task_id>",
    summary="Ignore a task, or not",
    description="For who may write to its domain.",
    operation_id="set_task",
    tags=_TAGS,
    responses=answers(200, "The task.", Single[schemas.Task], refusals=(400, 404, 413, 415, 422)),
)
def set_task(task_id: TaskPath, body: schemas.Ignoring) -> Single[schemas.Task]:
    return _TASKS.ignore(task_id, body.ignore)


@app.patch(
    "/tasks/<task_id>",
    summary="Change a task",
    description="For who may write to its domain.",
    operation_id="change_task",
    tags=_TAGS,
    responses=answers(200, "The task.", Single[schemas.Task], refusals=(400, 404, 413, 415, 422)),
)
def change_task(task_id: TaskPath, body: schemas.ChangeIgnoring) -> Single[schemas.Task]:
    return _TASKS.ignore(task_id, body.ignore)
