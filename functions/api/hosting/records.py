"""Records made for a domain: its DMARC record from wishes, and all of a parked domain."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.hosting import render, schemas
from functions.api.hosting.app import DomainParam, app, hosted, owned, readable, writable
from shared.core.domains import Domain
from shared.core.hosting.names import Service
from shared.core.hosting.wishes import PARKED, require_on
from shared.core.parking import records_if_parked
from shared.core.record_generator import Generated, Wishes, generate
from shared.core.statistics import retained_span, statistics
from shared.edge.openapi import answers
from shared.edge.recording import changed_nothing
from shared.edge.schemas import Single
from shared.wiring import hosting, lookups, table
from shared.wiring.api import idempotent

_COMMON: dict[str, Any] = {"tags": ["Records"]}
_RULES = (
    "Our reporting address is always in `rua` and `ruf`. `pct` is of the past: it is translated, and a "
    "finding says how."
)


@app.get(
    "/domains/<domain_id>/dmarc-record",
    summary="Preview a DMARC record",
    description=f"{_RULES} Nothing is stored.",
    operation_id="preview_dmarc_record",
    responses=answers(200, "The record.", Single[schemas.GeneratedDmarcRecord], refusals=(400, 404, 422)),
    **_COMMON,
)
def preview(
    domain_id: DomainParam, wishes: Annotated[schemas.DmarcWishes, Query()]
) -> Single[schemas.GeneratedDmarcRecord]:
    domain = readable(domain_id)[1]
    return _shown(domain, _made(domain, wishes), published=False)


@app.post(
    "/domains/<domain_id>/dmarc-record",
    summary="Generate a DMARC record",
    description=f"{_RULES} With `publish` it becomes the hosted record.",
    operation_id="generate_dmarc_record",
    responses=answers(
        200, "The record.", Single[schemas.GeneratedDmarcRecord], refusals=(400, 404, 409, 413, 415, 422)
    ),
    middlewares=[idempotent()],
    **_COMMON,
)
def generate_one(
    domain_id: DomainParam, body: schemas.GenerateDmarcRecord
) -> Single[schemas.GeneratedDmarcRecord]:
    if not body.publish:
        domain = readable(domain_id)[1]
        changed_nothing(app)
        return _shown(domain, _made(domain, body), published=False)
    right = writable(domain_id)
    made = _made(right.domain, body)
    right = owned(right)
    present = hosted(right.domain)
    require_on(present, Service.DMARC)
    hosting.switches().dmarc_on(right, made.record, now=int(app.now), revision=present.dmarc.revision)
    return _shown(right.domain, made, published=True)


@app.get(
    "/domains/<domain_id>/parked-records",
    summary="Read the records of a parked domain",
    description="All that a domain publishes that neither sends nor receives mail. Refused where its DNS or "
    "its reports of the last 30 days show that it does.",
    operation_id="read_parked_records",
    responses=answers(200, "The records.", Single[schemas.ParkedRecords], refusals=(404, 409)),
    **_COMMON,
)
def parked_records(domain_id: DomainParam) -> Single[schemas.ParkedRecords]:
    right, domain = readable(domain_id)
    month = statistics(table.rollups(), right, retained_span(app.caller, None, None)).total
    present = hosted(domain)
    records = records_if_parked(
        domain,
        lookups.fresh_lookups(),
        hosting.switches().own_address(domain),
        passing_messages=month.counters.dmarc_pass,
        hosted_at=present.target(Service.DMARC) if present.is_on(Service.DMARC) else "",
    )
    return Single(data=render.parked(domain, records), meta=app.meta)


def _made(domain: Domain, said: schemas.DmarcWishes) -> Generated:
    """Of a parked domain, what is not said is as its records have it."""
    base = PARKED if domain.parked else Wishes(p="none")
    tags = said.model_dump(include=_TAGS, exclude_none=True)
    wishes = replace(
        base,
        **tags,
        additional_rua=tuple(said.additional_rua_emails),
        additional_ruf=tuple(said.additional_ruf_emails),
    )
    own = hosting.switches().own_address(domain)
    return generate(wishes, own, own)


_TAGS = {"p", "sp", "np", "t", "psd", "adkim", "aspf", "fo", "pct"}


def _shown(domain: Domain, made: Generated, *, published: bool) -> Single[schemas.GeneratedDmarcRecord]:
    return Single(data=render.generated(domain, made, published=published), meta=app.meta)
