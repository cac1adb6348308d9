"""What the reports say of a domain: statistics, sources, reporters."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.domains import render, schemas
from functions.api.domains.app import DomainParam, app, readable
from functions.api.domains.spans import span_of
from shared.core.sources import reporters, senders
from shared.core.statistics import retained_span, statistics
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import EndParam, StartParam, TrustsParam, trusts_of
from shared.edge.schemas import Day, Listing, Single
from shared.wiring import catalogues, table

_TAGS = ["Figures"]
RangeParam = Annotated[schemas.Range, Query(alias="range", description="The last 48 hours, 7 or 30 days.")]
DateParam = Annotated[Day | None, Query(alias="date", description="One day, UTC; overrides `range`.")]


@app.get(
    "/domains/<domain_id>/stats",
    summary="Read daily statistics",
    description="Messages of each day, the last 30 days by default. Days beyond the plan's retention and "
    "days to come are cut off, not refused.",
    operation_id="read_stats",
    tags=_TAGS,
    responses=answers(200, "The statistics.", Single[schemas.Stats], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.DayFigures, name="stats", rows=("data", "daily_stats"))],
)
def read_stats(
    domain_id: DomainParam,
    start_date: StartParam = None,
    end_date: EndParam = None,
    trust: TrustsParam = None,
) -> Single[schemas.Stats]:
    right, domain = readable(domain_id)
    span = retained_span(app.caller, start_date, end_date)
    counted = trusts_of(trust)
    found = statistics(table.rollups(), right, span, trusts=counted)
    shown = schemas.Stats(
        domain=domain.name,
        start_date=span.first,
        end_date=span.last,
        totals=render.totals(found.total),
        daily_stats=[render.day(each, counted) for each in found.days],
    )
    return Single(data=shown, meta=app.meta)


@app.get(
    "/domains/<domain_id>/sources",
    summary="Read sources",
    description="Who sent as the domain, by sender and address.",
    operation_id="read_sources",
    tags=_TAGS,
    responses=answers(200, "The sources.", Single[schemas.Sources], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.Source, name="sources", rows=("data", "sources"))],
)
def read_sources(
    domain_id: DomainParam,
    within: RangeParam = schemas.Range.WEEK,
    day: DateParam = None,
    trust: TrustsParam = None,
) -> Single[schemas.Sources]:
    right, domain = readable(domain_id)
    span = span_of(app.caller, within, day)
    found = senders(table.rollups(), right, span, trusts=trusts_of(trust))
    shown = schemas.Sources(
        domain=domain.name,
        range=None if day else within,
        date=day,
        start_date=span.first,
        end_date=span.last,
        source_count=len(found),
        sources=render.sources(
            found,
            table.sender_histories().get(domain.account, domain.id),
            catalogues.catalogues().of(domain.account),
        ),
    )
    return Single(data=shown, meta=app.meta)


@app.get(
    "/domains/<domain_id>/reporters",
    summary="List reporters",
    description="Who reported on the domain, most reports first; 1,000 at most.",
    operation_id="list_reporters",
    tags=_TAGS,
    responses=answers(200, "The reporters.", Listing[schemas.Reporter], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.Reporter, name="reporters")],
)
def list_reporters(
    domain_id: DomainParam,
    within: RangeParam = schemas.Range.MONTH,
    day: DateParam = None,
    trust: TrustsParam = None,
) -> Listing[schemas.Reporter]:
    right, _ = readable(domain_id)
    lines = reporters(table.rollups(), right, span_of(app.caller, within, day), trusts=trusts_of(trust))
    shown = [
        schemas.Reporter(reporter=line.reporter, reports=line.reports, messages=line.messages)
        for line in lines[:1_000]
    ]
    return Listing(data=shown, meta=app.whole_list_meta(len(lines)))
