"""What the DNS holds of a domain, as the last check found it."""

from __future__ import annotations

from functions.api.domains import render, schemas
from functions.api.domains.app import DomainParam, app, found, shown
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring.api import idempotent

_TAGS = ["Domains"]


@app.post(
    "/domains/<domain_id>/refresh_dns",
    status_code=202,
    summary="Ask for a DNS check",
    description="This version does not check DNS yet: the state of the domain stays `pending`.",
    operation_id="refresh_dns",
    tags=_TAGS,
    responses=answers(202, "The domain.", Single[schemas.Domain], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def refresh_dns(domain_id: DomainParam) -> Single[schemas.Domain]:
    return shown(found(domain_id))


@app.get(
    "/domains/<domain_id>/dns",
    summary="Read the DNS state",
    description="What the last check of the domain's DMARC, SPF and BIMI records found.",
    operation_id="read_dns",
    tags=_TAGS,
    responses=answers(200, "The state.", Single[schemas.DnsState], refusals=(404,)),
)
def read_dns(domain_id: DomainParam) -> Single[schemas.DnsState]:
    return Single(data=render.dns_state(found(domain_id)), meta=app.meta)
