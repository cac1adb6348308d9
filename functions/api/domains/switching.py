"""Whose a domain is, and whether its reports are received."""

from __future__ import annotations

from functions.api.domains import render, schemas
from functions.api.domains.app import DomainParam, app, readable, shown, writable
from shared.core.domain_changes import activate_domain, deactivate_domain
from shared.core.domains import Domain
from shared.core.ownership import Secrets, Verification, require_owned, secrets_of, verify
from shared.core.watching.switching import begin_watching
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import lookups, queues, table
from shared.wiring.api import idempotent, report_domain

_TAGS = ["Domains"]


@app.get(
    "/domains/<domain_id>/verify",
    summary="Read what verifies a domain",
    description="The TXT record (or CNAME) that proves that the domain is yours, and whether it is verified.",
    operation_id="read_verification",
    tags=_TAGS,
    responses=answers(200, "The record to publish.", Single[schemas.Verification], refusals=(404,)),
)
def read_verification(domain_id: DomainParam) -> Single[schemas.Verification]:
    _, domain = readable(domain_id)
    return Single(data=render.verification(Verification(domain, ()), report_domain()), meta=app.meta)


@app.post(
    "/domains/<domain_id>/verify",
    summary="Verify a domain",
    description="Looks now for a proof in the domain's DNS: the TXT record, or the CNAME in its "
    "place; our reporting address in its DMARC or TLS-RPT record. A domain below a verified one is "
    "verified, too. What is verified stays so.",
    operation_id="verify_domain",
    tags=_TAGS,
    responses=answers(200, "What was found.", Single[schemas.Verification], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def verify_now(domain_id: DomainParam) -> Single[schemas.Verification]:
    right = writable(domain_id)
    seen = verify(table.domains(), lookups.fresh_lookups(), right, _secrets(right.domain), now=app.now)
    return Single(data=render.verification(seen, report_domain()), meta=app.meta)


@app.post(
    "/domains/<domain_id>/activate",
    summary="Activate a domain",
    description="Its reports are kept from now on. One that is not verified yet is looked at first, and "
    "refused unless it is found to be yours. An active domain stays as it is.",
    operation_id="activate_domain",
    tags=_TAGS,
    responses=answers(200, "The domain.", Single[schemas.Domain], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def activate(domain_id: DomainParam) -> Single[schemas.Domain]:
    right = writable(domain_id)
    if right.domain.verified is None:
        lookups_now = lookups.fresh_lookups()
        right = require_owned(table.domains(), lookups_now, right, _secrets(right.domain), now=app.now)
    allowed = app.caller.account.allowed_domains
    activated = activate_domain(table.domains(), right, allowed=allowed, now=app.now)
    if not right.domain.active:
        begin_watching(table.turns(), queues.dns_checks(), activated, app.caller.account)
    return shown(activated)


@app.post(
    "/domains/<domain_id>/deactivate",
    summary="Deactivate a domain",
    description="What was reported stays; reports that come from now on are quarantined.",
    operation_id="deactivate_domain",
    tags=_TAGS,
    responses=answers(200, "The domain.", Single[schemas.Domain], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def deactivate(domain_id: DomainParam) -> Single[schemas.Domain]:
    domain = deactivate_domain(table.domains(), writable(domain_id), now=app.now)
    table.turns().remove(domain.account, domain.id)
    return shown(domain)


def _secrets(domain: Domain) -> Secrets:
    return secrets_of(domain, app.caller.account.token)
