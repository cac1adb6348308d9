"""``/inspect/spf``: the record with all that it includes, and the check of one delivery."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.inspect.app import (
    WITH_OR_WITHOUT_KEY,
    DomainParam,
    app,
    described,
    known_caller,
    timed,
)
from functions.api.inspect.schemas import Inspected
from shared.core.access import read_domain
from shared.core.clock import utc_day
from shared.core.inspections import delivery_check, inspected_name
from shared.core.sources import messages_by_address
from shared.core.statistics import WINDOW_DAYS, retained_span
from shared.mailauth.evaluate.spf_check import SpfCheck
from shared.mailauth.evaluate.spf_tree import SpfInspection, inspect_spf, with_volumes
from shared.wiring import table

_TAGS = ["Inspection"]


@app.get(
    "/inspect/spf",
    summary="Inspect an SPF record",
    description="The record with all that it includes: what it costs to evaluate, whom it lets through, "
    "and the same without includes.",
    operation_id="inspect_spf",
    tags=_TAGS,
    responses=described(SpfInspection, 403, 404, 422),
    openapi_extensions=WITH_OR_WITHOUT_KEY,
)
def spf(
    domain: DomainParam,
    volume_days: Annotated[
        int | None,
        Query(
            ge=1,
            le=WINDOW_DAYS,
            description="Count the messages of each network by the reports of so many days. Only for domains "
            "of the account, with its API key.",
        ),
    ] = None,
) -> Inspected[SpfInspection]:
    name = inspected_name(domain)
    if volume_days is None:
        return timed(lambda lookups: lookups.run(inspect_spf(name)))
    counted = _messages(name, volume_days)
    return timed(lambda lookups: with_volumes(lookups.run(inspect_spf(name)), counted, days=volume_days))


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


def _messages(name: str, days: int) -> list[tuple[str, int]]:
    """By address, of a domain of the caller's, today included."""
    caller = known_caller()
    right = read_domain(caller, name, table.domains())
    today = utc_day(caller.now)
    span = retained_span(caller, today - timedelta(days=days - 1), today)
    return list(messages_by_address(table.rollups(), right, span).items())
