"""Services that may send as a domain, as its owner says."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.domains import dns_render
from functions.api.domains import dns_schemas as shapes
from functions.api.domains.app import DomainParam, app, readable, writable
from shared.core.watching.approved import MOST, approve, withdraw
from shared.core.watching.switching import look_now
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, Single
from shared.wiring import entropy, queues, table

_TAGS = ["DNS"]
SlugParam = Annotated[
    str, Path(description="Up to 63 lower-case letters, digits and hyphens.", examples=["mailer"])
]


@app.get(
    "/domains/<domain_id>/approved_sources",
    summary="List approved sources",
    description="Services that may send as the domain, with the networks that their own SPF records allow.",
    operation_id="list_approved_sources",
    tags=_TAGS,
    responses=answers(200, "All of them.", Listing[shapes.ApprovedSource], refusals=(400, 404), csv=True),
    middlewares=[also_csv(shapes.ApprovedSource, name="approved_sources")],
)
def list_sources(domain_id: DomainParam) -> Listing[shapes.ApprovedSource]:
    domain = readable(domain_id)[1]
    sources = table.approved_sources().list_of(domain.account, domain.id)
    shown = [dns_render.approved_source(source) for source in sources]
    return Listing(data=shown, meta=app.whole_list_meta(len(shown)))


@app.put(
    "/domains/<domain_id>/approved_sources/<slug>",
    summary="Approve a source",
    description=f"Adds a source, or changes the one of that slug; {MOST} at most. Its networks are looked up "
    "at once, and once a day from then on.",
    operation_id="approve_source",
    tags=_TAGS,
    responses=answers(200, "The source.", Single[shapes.ApprovedSource], refusals=(400, 404, 413, 415, 422)),
)
def put_source(
    domain_id: DomainParam, slug: SlugParam, body: shapes.ApproveSource
) -> Single[shapes.ApprovedSource]:
    right = writable(domain_id)
    source = approve(
        table.approved_sources(),
        right,
        slug,
        name=body.name,
        source_domain=body.domain,
        now=app.now,
        random_bits=entropy.random_bits,
    )
    look_now(queues.dns_checks(), right.domain)
    return Single(data=dns_render.approved_source(source), meta=app.meta)


@app.delete(
    "/domains/<domain_id>/approved_sources/<slug>",
    status_code=204,
    summary="Remove an approved source",
    operation_id="remove_approved_source",
    tags=_TAGS,
    responses=answers(204, "It is removed.", refusals=(404,)),
)
def remove_source(domain_id: DomainParam, slug: SlugParam) -> Response[None]:
    withdraw(table.approved_sources(), writable(domain_id), slug)
    return Response(status_code=204)
