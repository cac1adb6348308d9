"""What is wrong: found by rules, opened and solved by what is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.advice import render, schemas
from functions.api.advice.app import (
    AfterQuery,
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
    decode_place,
    encode_place,
    matter_filter,
    page_meta,
)
from functions.api.advice.schemas import IssueOrdering
from shared.core.advice.advices import Order, Sorting
from shared.core.advice.ledger import Kind
from shared.core.advice.lists import list_matters
from shared.core.advice.seeing_to import ignore_matter, read_matter
from shared.core.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import LimitParam
from shared.edge.schemas import Single
from shared.wiring import table
from shared.wiring.advising import shelf

_TAGS: Final = ["Advice"]
_SORTINGS: Final = {
    ordering: Sorting(Order(ordering.removeprefix("-")), ordering.startswith("-"))
    for ordering in IssueOrdering
}
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
    said = (domain, group_id, assigned_to_group, domain_state, top_level, created_after, created_before)
    wanted = replace(matter_filter(*said), ignored=ignored, solved=solved)
    after, size = decode_place(ordering, cursor), min(limit, LARGEST_LIMIT)
    sorting = _SORTINGS[ordering]
    page = list_matters(shelf(), app.caller, Kind.ISSUE, wanted, sorting, after=after, limit=size)
    following = None if page.after is None else encode_place(ordering, page.after)
    return schemas.IssueList(data=[render.issue(each) for each in page.items], meta=page_meta(following))


@app.get(
    "/issues/<issue_id>",
    summary="Read an issue",
    operation_id="read_issue",
    tags=_TAGS,
    responses=answers(200, "The issue.", Single[schemas.Issue], refusals=(404,)),
)
def read_issue(issue_id: IssuePath) -> Single[schemas.Issue]:
    return Single(data=render.issue(read_matter(shelf(), app.caller, Kind.ISSUE, issue_id)), meta=app.meta)


@app.put(
    "/issues/<issue_id>",
    summary="Ignore an issue, or not",
    description="For who may write to its domain.",
    operation_id="set_issue",
    tags=_TAGS,
    responses=answers(200, "The issue.", Single[schemas.Issue], refusals=(400, 404, 413, 415, 422)),
)
def set_issue(issue_id: IssuePath, body: schemas.Ignoring) -> Single[schemas.Issue]:
    return _ignored(issue_id, body.ignore)


@app.patch(
    "/issues/<issue_id>",
    summary="Change an issue",
    description="For who may write to its domain.",
    operation_id="change_issue",
    tags=_TAGS,
    responses=answers(200, "The issue.", Single[schemas.Issue], refusals=(400, 404, 413, 415, 422)),
)
def change_issue(issue_id: IssuePath, body: schemas.ChangeIgnoring) -> Single[schemas.Issue]:
    return _ignored(issue_id, body.ignore)


def _ignored(reference: str, ignored: bool | None) -> Single[schemas.Issue]:
    stores = (table.advices(), table.domains())
    changed = ignore_matter(*stores, app.caller, Kind.ISSUE, reference, ignored=ignored)
    return Single(data=render.issue(changed), meta=app.meta)
