"""The policy planner: may a domain move on, what would be lost, and what would a policy have done."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, cast
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.advice import render, schemas
from functions.api.advice.app import DomainPath, app, page_meta
from shared.core.access import Readable, read_domain
from shared.core.advice.lists import LOOKED_AT
from shared.core.advice.planner import PlanFilter, list_plans
from shared.core.advice.planning import Recommendation, plan_of
from shared.core.advice.simulating import MOST_DAYS, MOST_ROWS, simulate
from shared.core.advice.simulation import Policy
from shared.core.clock import epoch_of, utc_day
from shared.core.domains import Domain
from shared.core.errors import Malformed
from shared.core.ids import DomainId
from shared.core.paging import DEFAULT_LIMIT, Cursor
from shared.core.statistics import retained_span
from shared.core.stored_filters import create_filter, remove_filter, shown_filter, shown_filters
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam, TrustsParam, trusts_of
from shared.edge.schemas import Day, Listing, Single, page_request
from shared.mailauth.evaluate.alignment import Mode
from shared.wiring import entropy, table
from shared.wiring.advising import eyes, shelf
from shared.wiring.api import idempotent
from shared.wiring.catalogues import catalogues

_TAGS: Final = ["Policy planner"]
SinceParam = Annotated[
    Day | None,
    Query(
        description="The day since which today's policy has been published, by your own knowledge: it counts "
        "where it is earlier than the first time that it was seen here. Nothing of it is stored."
    ),
]
FilterPath = Annotated[str, Path(description="`pf_7`, or `7`.", examples=["pf_7"])]


@app.get(
    "/policy-domains",
    summary="List policy plans",
    description="The domains that you see, in the order in which they were added, as they were found to be "
    f"last, once a day at least. A page looks at {LOOKED_AT:,} domains at most.",
    operation_id="list_policy_domains",
    tags=_TAGS,
    responses=answers(200, "The plans.", schemas.PolicyDomainList, refusals=(400, 404, 422), csv=True),
    middlewares=[also_csv(schemas.PolicyDomain, name="policy-domains")],
)
def list_all(
    filter_id: Annotated[str | None, Query(max_length=30, description="Of a stored policy filter.")] = None,
    policy_ready: Annotated[bool | None, Query(description="Nothing is in the way, or something is.")] = None,
    recommendation: Recommendation | None = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.PolicyDomainList:
    wanted = PlanFilter(_chosen(filter_id), policy_ready, recommendation)
    page = page_request(limit, cursor)
    after = DomainId(page.cursor.id) if page.cursor else None
    found = list_plans(shelf(), app.caller, wanted, after=after, limit=page.limit)
    following = None if found.after is None else Cursor(found.after).encode()
    rows = [render.row(each, app.now) for each in found.items]
    return schemas.PolicyDomainList(data=rows, meta=page_meta(following))


@app.get(
    "/policy-filters",
    summary="List policy filters",
    description="Those with a domain that you see, as they were made.",
    operation_id="list_policy_filters",
    tags=_TAGS,
    responses=answers(200, "The filters.", Listing[schemas.PolicyFilter], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.PolicyFilter, name="policy-filters")],
)
def list_filters(
    limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None
) -> Listing[schemas.PolicyFilter]:
    page = shown_filters(table.policy_filters(), table.groups(), app.caller, page_request(limit, cursor))
    return Listing(data=[render.policy_filter(each) for each in page.items], meta=app.list_meta(page))


@app.post(
    "/policy-filters",
    status_code=201,
    summary="Create a policy filter",
    description="A choice of domains for the list of policy plans, for everybody in the account.",
    operation_id="create_policy_filter",
    tags=_TAGS,
    responses=answers(
        201, "The filter.", Single[schemas.PolicyFilter], refusals=(400, 404, 409, 413, 415, 422)
    ),
    middlewares=[idempotent()],
)
def create(body: schemas.CreatePolicyFilter) -> Single[schemas.PolicyFilter]:
    stores = (table.policy_filters(), table.domains())
    made = create_filter(*stores, app.caller, body.domains, random_bits=entropy.random_bits)
    return Single(data=render.policy_filter(made), meta=app.meta)


@app.get(
    "/policy-filters/<policy_filter_id>",
    summary="Read a policy filter",
    operation_id="read_policy_filter",
    tags=_TAGS,
    responses=answers(200, "The filter.", Single[schemas.PolicyFilter], refusals=(404,)),
)
def read_filter(policy_filter_id: FilterPath) -> Single[schemas.PolicyFilter]:
    found = shown_filter(table.policy_filters(), table.groups(), app.caller, policy_filter_id)
    return Single(data=render.policy_filter(found), meta=app.meta)


@app.delete(
    "/policy-filters/<policy_filter_id>",
    status_code=204,
    summary="Delete a policy filter",
    description="For who may write and sees all of its domains.",
    operation_id="delete_policy_filter",
    tags=_TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete_filter(policy_filter_id: FilterPath) -> Response[None]:
    remove_filter(table.policy_filters(), table.groups(), app.caller, policy_filter_id)
    return Response(status_code=204)


@app.get(
    "/domains/<domain_id>/policy-plan",
    summary="Read the policy plan of a domain",
    description="Whether it may move to a stricter policy, with the numbers behind that and what would be "
    "lost, as of now. Reports whose own mail failed authentication do not count. The time at a policy counts "
    "from when it was first seen, or from `published_since`.",
    operation_id="read_policy_plan",
    tags=_TAGS,
    responses=answers(200, "The plan.", Single[schemas.PolicyPlan], refusals=(400, 404)),
)
def read_plan(domain_id: DomainPath, published_since: SinceParam = None) -> Single[schemas.PolicyPlan]:
    if published_since is not None and published_since > utc_day(app.now):
        raise Malformed("A policy cannot have been published since a day to come", param="published_since")
    right, domain = _readable(domain_id)
    before = table.advices().get(domain.account, domain.id)
    world = eyes().world(right, app.caller.account, before, int(app.now))
    if published_since is not None and world.stance is not None:
        world = replace(world, stance=world.stance.published(epoch_of(published_since)))
    return Single(data=render.plan(plan_of(world), domain, app.now), meta=app.meta)


@app.post(
    "/domains/<domain_id>/simulate",
    summary="Simulate a policy",
    description="What would have become of the mail of a domain, had its record said something else and "
    f"every receiver done as asked. Of any {MOST_DAYS} days at most, and of {MOST_ROWS:,} rows of reports; "
    "for more ask for a detail report. Days beyond the plan's retention and days to come are cut off.",
    operation_id="simulate_policy",
    tags=_TAGS,
    responses=answers(
        200, "What would have become of it.", Single[schemas.Simulation], refusals=(400, 404, 413, 415, 422)
    ),
)
def simulate_policy(
    domain_id: DomainPath, body: schemas.Simulate, trust: TrustsParam = None
) -> Single[schemas.Simulation]:
    right, domain = _readable(domain_id)
    span = retained_span(app.caller, body.start_date, body.end_date)
    modes = Mode(body.adkim), Mode(body.aspf)
    policy = Policy(body.p.value, (body.sp or body.p).value, *modes, testing=body.t)
    known = (table.reports(), table.rollups(), catalogues().of(domain.account))
    found = simulate(*known, right, policy, span, trusts=trusts_of(trust))
    return Single(data=render.simulation(found, domain, span), meta=app.meta)


def _readable(reference: str) -> tuple[Readable, Domain]:
    """Names of other scripts come percent-encoded."""
    right = read_domain(app.caller, unquote(reference), table.domains())
    return right, cast(Domain, right.domain)


def _chosen(reference: str | None) -> frozenset[DomainId] | None:
    if reference is None:
        return None
    found = shown_filter(table.policy_filters(), table.groups(), app.caller, reference, param="filter_id")
    return frozenset(found.domains)
