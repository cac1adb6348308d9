"""The sources of the whole account, as its last snapshot has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.sources import render, schemas
from functions.api.sources.app import SearchParam, app
from shared.core.access import read_account
from shared.core.clock import rfc3339
from shared.core.errors import NotFound
from shared.core.paging import DEFAULT_LIMIT, Page, PageRequest, ranked_page
from shared.core.senders.standing import Standing
from shared.core.sending.refreshing import APART, DAYS, ask_refresh
from shared.core.sending.snapshots import Snapshot
from shared.core.sending.sources import (
    AccountSource,
    SourceDomain,
    SourceFilter,
    account_sources,
    source_domains,
)
from shared.core.stored_filters import shown_filter
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam, TrustsParam, trusts_of
from shared.edge.schemas import Single, page_request
from shared.wiring import queues, sources, table

_TAGS = ["Sources"]
_OF = f"Of the last {DAYS} days and today, as they were last summed up; `meta.refreshed` says when."
Summed = TypeVar("Summed", AccountSource, SourceDomain)
FilterParam = Annotated[
    str | None, Query(max_length=30, description="Only domains of this stored filter.", examples=["sf_7"])
]
NumberParam = Annotated[int | None, Query(ge=1, lt=2**31, description="Only this source.")]
NumberPath = Annotated[int, Path(ge=1, lt=2**31, description="As `/sources` has it.")]
StandingParam = Annotated[Standing | None, Query(description="Only sources with this standing.")]
KnownParam = Annotated[bool | None, Query(description="Only sources of the catalogue, or only others.")]


@app.get(
    "/sources",
    summary="List sources",
    description=f"Who sent as the domains that you see, most messages first. {_OF}",
    operation_id="list_sources",
    tags=_TAGS,
    responses=answers(200, "The sources.", schemas.AccountSourceList, refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.AccountSource, name="sources")],
)
def list_all(
    filter_id: FilterParam = None,
    search: SearchParam = "",
    standing: StandingParam = None,
    known: KnownParam = None,
    trust: TrustsParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.AccountSourceList:
    right = read_account(app.caller, table.groups())
    asked = page_request(limit, cursor)
    wanted = SourceFilter(
        domains=_domains_of(filter_id),
        trusts=trusts_of(trust),
        search=search,
        standing=standing,
        known=known,
    )
    snapshot = sources.snapshot(app.caller.account, app.now)
    page = _ranked(account_sources(snapshot, right, wanted), asked, lambda each: each.sender.domain)
    shown = [render.account_source(each) for each in page.items]
    return schemas.AccountSourceList(data=shown, meta=_meta(page, snapshot))


@app.get(
    "/sources/refresh",
    summary="Read when sources were summed up",
    operation_id="read_source_refresh",
    tags=_TAGS,
    responses=answers(200, "When it was.", Single[schemas.SourceRefresh]),
)
def read_refresh() -> Single[schemas.SourceRefresh]:
    right = read_account(app.caller, table.groups())
    return Single(data=render.refresh(table.snapshots().state(right.account)), meta=app.meta)


@app.post(
    "/sources/refresh",
    status_code=202,
    summary="Have sources summed up",
    description=f"It is done soon, unless it was asked for less than {APART // 60} minutes ago. It is done "
    "once a day without being asked for.",
    operation_id="refresh_sources",
    tags=_TAGS,
    responses=answers(202, "When it was last done.", Single[schemas.SourceRefresh], refusals=(400,)),
)
def refresh() -> Single[schemas.SourceRefresh]:
    state = ask_refresh(table.snapshots(), queues.source_refreshes(), app.caller)
    return Single(data=render.refresh(state), meta=app.meta)


@app.get(
    "/sources/<source_number>/domains",
    summary="List the domains of a source",
    description=f"What the source sent as each domain, most messages first. {_OF}",
    operation_id="list_domains_of_source",
    tags=_TAGS,
    responses=answers(200, "The domains.", schemas.SourceDomainList, refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.SourceDomain, name="source_domains")],
)
def list_of_source(
    source_number: NumberPath,
    filter_id: FilterParam = None,
    trust: TrustsParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.SourceDomainList:
    wanted = SourceFilter(domains=_domains_of(filter_id), trusts=trusts_of(trust), number=source_number)
    return _domains(wanted, limit, cursor, named=True)


@app.get(
    "/source-domains",
    summary="List domains with their sources",
    description=f"What each source sent as each domain, most messages first. {_OF}",
    operation_id="list_source_domains",
    tags=_TAGS,
    responses=answers(200, "The pairs.", schemas.SourceDomainList, refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.SourceDomain, name="source_domains")],
)
def list_pairs(
    source_number: NumberParam = None,
    filter_id: FilterParam = None,
    search: SearchParam = "",
    standing: StandingParam = None,
    known: KnownParam = None,
    trust: TrustsParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.SourceDomainList:
    wanted = SourceFilter(_domains_of(filter_id), trusts_of(trust), source_number, search, standing, known)
    return _domains(wanted, limit, cursor)


def _domains(
    wanted: SourceFilter, limit: int, cursor: str | None, *, named: bool = False
) -> schemas.SourceDomainList:
    """``NotFound`` for a source that is ``named`` and of which nothing is in sight."""
    right = read_account(app.caller, table.groups())
    asked = page_request(limit, cursor)
    snapshot = sources.snapshot(app.caller.account, app.now)
    if named and not source_domains(snapshot, right, SourceFilter(number=wanted.number)):
        raise NotFound("The requested resource could not be found", param="source_number")
    found = source_domains(snapshot, right, wanted)
    page = _ranked(found, asked, lambda each: f"{each.name} {each.sender.domain}")
    shown = [render.source_domain(each) for each in page.items]
    return schemas.SourceDomainList(data=shown, meta=_meta(page, snapshot))


def _ranked(found: list[Summed], asked: PageRequest, name: Callable[[Summed], str]) -> Page[Summed]:
    return ranked_page(found, asked, weight=lambda each: each.sums.messages, name=name)


def _domains_of(filter_id: str | None) -> frozenset[Any] | None:
    if filter_id is None:
        return None
    stored = shown_filter(table.source_filters(), table.groups(), app.caller, filter_id, param="filter_id")
    return frozenset(stored.domains)


def _meta(page: Page[Any], snapshot: Snapshot) -> schemas.SourcesMeta:
    return schemas.SourcesMeta(
        **app.list_meta(page).model_dump(),
        refreshed=rfc3339(snapshot.made) if snapshot.made else None,
        start_date=snapshot.first,
        end_date=snapshot.last,
    )
