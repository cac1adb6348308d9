"""The addresses that sent as a domain, and the rows of one of them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.sources import render, schemas
from functions.api.sources.app import (
    AddressParam,
    CategoryParam,
    DomainParam,
    FromParam,
    ReporterParam,
    SearchParam,
    ToParam,
    app,
    readable,
)
from shared.core.paging import DEFAULT_LIMIT, ranked_page
from shared.core.rollups import SourceLine
from shared.core.senders.history import by_address
from shared.core.sending.addresses import AddressFilter, addresses
from shared.core.sending.approved import compare
from shared.core.sending.canonical import required_address
from shared.core.sending.favourites import favourites_of
from shared.core.sending.rows import RowFilter, RowReader
from shared.core.sending.spans import MOST_DAYS, bounded_span
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam, TrustsParam, trusts_of
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import sources, table

_TAGS = ["Figures"]
_DAYS = f"The last {MOST_DAYS} days by default, and {MOST_DAYS} at most."
FavoriteParam = Annotated[bool | None, Query(description="Only favourites, or only others.")]


@app.get(
    "/domains/<domain_id>/ips",
    summary="List addresses",
    description=f"Every address that sent as the domain, most messages first. {_DAYS} Of a `category` that "
    "is a standing only the messages with that standing are counted.",
    operation_id="list_addresses",
    tags=_TAGS,
    responses=answers(
        200, "The addresses.", Listing[schemas.DomainAddress], refusals=(400, 404, 422), csv=True
    ),
    middlewares=[also_csv(schemas.DomainAddress, name="addresses")],
)
def list_addresses(  # noqa: PLR0913, PLR0917 (each is a query parameter)
    domain_id: DomainParam,
    date_from: FromParam = None,
    date_to: ToParam = None,
    search: SearchParam = "",
    category: CategoryParam = None,
    report_source: ReporterParam = "",
    favorite: FavoriteParam = None,
    trust: TrustsParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.DomainAddress]:
    right, domain = readable(domain_id)
    asked = page_request(limit, cursor)
    span = bounded_span(app.caller, date_from, date_to)
    days = sources.details(right, span, report_source)
    found = addresses(days, AddressFilter(search, category, trusts_of(trust)))
    marked = favourites_of(table.favourites(), right)
    wanted = [each for each in found if favorite in (None, each.line.ip in marked)]
    page = ranked_page(
        wanted, asked, weight=lambda each: each.counters.messages, name=lambda each: each.line.ip
    )
    seen = by_address(table.sender_histories().get(domain.account, domain.id))
    shown = [render.address(each, marked, seen) for each in page.items]
    return Listing(data=shown, meta=app.list_meta(page))


@app.get(
    "/domains/<domain_id>/ips/<ip>",
    summary="List the rows of an address",
    description=f"As the reports have them, newest report first. {_DAYS}",
    operation_id="list_address_rows",
    tags=_TAGS,
    responses=answers(200, "The rows.", schemas.AddressRowList, refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.AddressRow, name="rows")],
)
def list_rows(  # noqa: PLR0913, PLR0917 (each is a parameter)
    domain_id: DomainParam,
    ip: AddressParam,
    date_from: FromParam = None,
    date_to: ToParam = None,
    search: SearchParam = "",
    category: CategoryParam = None,
    report_source: ReporterParam = "",
    trust: TrustsParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.AddressRowList:
    right, _ = readable(domain_id)
    address = required_address(unquote(ip))
    asked = page_request(limit, cursor)
    span = bounded_span(app.caller, date_from, date_to)
    reader = sources.rows(right, span)
    wanted = RowFilter(search, category, report_source.strip(), trusts_of(trust))
    page = reader.page(address, span, wanted, asked)
    line = _known(reader, address)
    meta = schemas.RowsMeta(
        request_id=app.request_id,
        has_more=page.next is not None,
        next_cursor=page.next.encode() if page.next else None,
    )
    return schemas.AddressRowList(data=[render.row(each, line) for each in page.items], meta=meta)


@app.get(
    "/domains/<domain_id>/approved-traffic",
    summary="Compare approved sources with what was seen",
    description="Whether, and how much, came from the networks of each approved source, and what came from "
    f"none of them. {_DAYS}",
    operation_id="compare_approved_sources",
    tags=_TAGS,
    responses=answers(
        200, "The comparison.", Single[schemas.ApprovedComparison], refusals=(400, 404), csv=True
    ),
    middlewares=[also_csv(schemas.ApprovedTraffic, name="approved", rows=("data", "sources"))],
)
def compare_approved(
    domain_id: DomainParam, date_from: FromParam = None, date_to: ToParam = None, trust: TrustsParam = None
) -> Single[schemas.ApprovedComparison]:
    right, domain = readable(domain_id)
    span = bounded_span(app.caller, date_from, date_to)
    found = addresses(sources.details(right, span, ""), AddressFilter(trusts=trusts_of(trust)))
    approved = table.approved_sources().list_of(domain.account, domain.id)
    total = sum(each.counters.messages for each in found)
    shown = render.comparison(domain.name, span, compare(approved, found), total)
    return Single(data=shown, meta=app.meta)


def _known(reader: RowReader, address: str) -> SourceLine | None:
    """What was last known of the address."""
    lines = (line for day in reader.details for share in day.shares for line in share.sources)
    return next((line for line in reversed(list(lines)) if line.ip == address), None)
