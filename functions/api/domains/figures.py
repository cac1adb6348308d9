"""What the reports say of a domain: statistics, sources, reporters."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.domains import render, schemas
from functions.api.domains.app import DomainParam, app, readable
from functions.api.domains.spans import span_of
from shared.core.sending.spans import MOST_DAYS, bounded_span
from shared.core.sources import reporters, senders
from shared.core.statistics import retained_span, statistics
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import EndParam, StartParam, TrustsParam, trusts_of
from shared.edge.schemas import Day, DayOrSeconds, Listing, Single
from shared.wiring import catalogues, table

_TAGS = ["Figures"]
RangeParam = Annotated[schemas.Range, Query(alias="range", description="The last 48 hours, 7 or 30 days.")]
FromParam = Annotated[
    DayOrSeconds | None, Query(alias="date_from", description="First day, UTC; or a time in Unix seconds.")
]
ToParam = Annotated[
    DayOrSeconds | None,
    Query(alias="date_to", description="Last day, UTC, included; or a time in Unix seconds."),
]
StatusParam = Annotated[
    schemas.ReportedStatus | None,
    Query(description="Only reporters of messages that were accepted, quarantined or rejected."),
]
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
    description="Who reported on the domain, most reports first; 1,000 at most. With `date_from` or "
    f"`date_to` {MOST_DAYS} days at most, in the place of `range` and `date`.",
    operation_id="list_reporters",
    tags=_TAGS,
    responses=answers(200, "The reporters.", Listing[schemas.Reporter], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.Reporter, name="reporters")],
)
def list_reporters(
    domain_id: DomainParam,
    within: RangeParam = schemas.Range.MONTH,
    day: DateParam = None,
    date_from: FromParam = None,
    date_to: ToParam = None,
    status: StatusParam = None,
    trust: TrustsParam = None,
) -> Listing[schemas.Reporter]:
    right, _ = readable(domain_id)
    asked = date_from is not None or date_to is not None
    span = bounded_span(app.caller, date_from, date_to) if asked else span_of(app.caller, within, day)
    lines = reporters(table.rollups(), right, span, trusts=trusts_of(trust))
    wanted = [line for line in lines if status is None or getattr(line, status) > 0]
    shown = [render.reporter(line) for line in wanted[:1_000]]
    return Listing(data=shown, meta=app.whole_list_meta(len(wanted)))
