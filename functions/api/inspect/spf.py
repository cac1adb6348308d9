"""``/inspect/spf``: the record with all that it includes, and the check of one delivery."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.inspect.app import WITH_OR_WITHOUT_KEY, DomainParam, app, described, timed
from functions.api.inspect.schemas import Inspected
from shared.core.inspections import delivery_check, inspected_name
from shared.mailauth.evaluate.spf_check import SpfCheck
from shared.mailauth.evaluate.spf_tree import SpfInspection, inspect_spf

_TAGS = ["Inspection"]


@app.get(
    "/inspect/spf",
    summary="Inspect an SPF record",
    description="The record with all that it includes: what it costs to evaluate, whom it lets through, "
    "and the same without includes.",
    operation_id="inspect_spf",
    tags=_TAGS,
    responses=described(SpfInspection, 422),
    openapi_extensions=WITH_OR_WITHOUT_KEY,
)
def spf(domain: DomainParam) -> Inspected[SpfInspection]:
    name = inspected_name(domain)
    return timed(lambda lookups: lookups.run(inspect_spf(name)))


@app.get(
    "/inspect/spf/check",
    summary="Check a delivery by SPF",
    description="`check_host` of RFC 7208, as a receiver of the message would do it.",
    operation_id="check_spf",
    tags=_TAGS,
    responses=described(SpfCheck, 422),
    openapi_extensions=WITH_OR_WITHOUT_KEY,
)
def check(
    ip: Annotated[str, Query(max_length=100, description="The sending address.", examples=["192.0.2.7"])],
    mail_from: Annotated[
        str, Query(max_length=1_000, description="The envelope-from; empty for the null sender.")
    ] = "",
    helo: Annotated[str, Query(max_length=1_000, description="The name in HELO or EHLO.")] = "",
) -> Inspected[SpfCheck]:
    asking = delivery_check(ip, mail_from, helo, now=app.now)
    return timed(lambda lookups: lookups.run(asking))
