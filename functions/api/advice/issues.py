"""What is wrong: found by rules, opened and solved by what is seen."""

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
from functions.api.advice.schemas import IssueOrdering
from shared.core.advice.ledger import Kind
from shared.core.paging import DEFAULT_LIMIT
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import LimitParam
from shared.edge.schemas import Single

_TAGS: Final = ["Advice"]
_ISSUES: Final = Matters(Kind.ISSUE, render.issue)
IssuePath = Annotated[str, Path(description="`iss_7215`, or `7215`.", examples=["iss_7215"])]


@app.get(
    "/issues",
    summary="List issues",
    description="Of the domains that you see. By `solved` open ones come before solved ones.",
    operation_id="list_issues",
    tags=_TAGS,
    responses=answers(200, "The issues.", schemas.IssueList, refusals=(400, 404, 422), csv=True),
    middlewares=[also_csv(schemas.Issue, name="issues")],
)
def list_issues(  # noqa: PLR0913, PLR0917 (each is a query parameter)
    domain: DomainQuery = None,
    group_id: GroupQuery = None,
    assigned_to_group: AssignedQuery = None,
    domain_state: StateQuery = None,
    top_level: TopLevelQuery = None,
    ignored: IgnoredQuery = None,
    solved: SolvedQuery = None,
    created_after: AfterQuery = "",
    created_before: BeforeQuery = "",
    ordering: Annotated[IssueOrdering, Query(description="With a minus the other way round.")] = (
        IssueOrdering.CREATED_DOWN
    ),
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: PlaceQuery = None,
) -> schemas.IssueList:
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
    data, meta = _ISSUES.page(asked, ordering, limit, cursor)
    return schemas.IssueList(data=data, meta=meta)


@app.get(
    "/issues/<issue_id>",
    summary="Read an issue",
    operation_id="read_issue",
    tags=_TAGS,
    responses=answers(200, "The issue.", Single[schemas.Issue], refusals=(404,)),
)
def read_issue(issue_id: IssuePath) -> Single[schemas.Issue]:
    return _ISSUES.read(issue_id)


@app.put(
    "/issues/<issue_id>",
    summary="Ignore an issue, or not",
    description="For who may write to its domain.",
    operation_id="set_issue",
    tags=_TAGS,
    responses=answers(200, "The issue.", Single[schemas.Issue], refusals=(400, 404, 413, 415, 422)),
)
def set_issue(issue_id: IssuePath, body: schemas.Ignoring) -> Single[schemas.Issue]:
    return _ISSUES.ignore(issue_id, body.ignore)


@app.patch(
    "/issues/<issue_id>",
    summary="Change an issue",
    description="For who may write to its domain.",
    operation_id="change_issue",
    tags=_TAGS,
    responses=answers(200, "The issue.", Single[schemas.Issue], refusals=(400, 404, 413, 415, 422)),
)
def change_issue(issue_id: IssuePath, body: schemas.ChangeIgnoring) -> Single[schemas.Issue]:
    return _ISSUES.ignore(issue_id, body.ignore)
