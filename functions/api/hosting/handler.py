"""``/domains/{id}/hosting`` and the records made for a domain."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.hosting import dmarc, mta_sts, records, render, schemas
from functions.api.hosting.app import DomainParam, app, hosted, readable
from shared.core.hosting.wishes import default_record
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import hosting
from shared.wiring.api import serve_with_key

__all__ = ["app", "dmarc", "handler", "mta_sts", "records"]


@app.get(
    "/domains/<domain_id>/hosting",
    summary="Read what is hosted",
    description="Hosted DMARC and MTA-STS with TLS-RPT, the CNAMEs to make, and how all was last seen.",
    operation_id="read_hosting",
    tags=["Hosting"],
    responses=answers(200, "As it is now.", Single[schemas.HostedServices], refusals=(404,)),
)
def read(domain_id: DomainParam) -> Single[schemas.HostedServices]:
    domain = readable(domain_id)[1]
    default = default_record(domain, hosting.switches().own_address(domain))
    return Single(data=render.services(hosted(domain), domain, default, int(app.now)), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)
