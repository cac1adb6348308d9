"""``/domains``: what the account watches."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.domains import approved, dns, figures, render, schemas, senders, switching
from functions.api.domains.app import DomainParam, app, beside, readable, shown, writable
from functions.api.domains.listing import (
    LookupsParam,
    OrderingParam,
    PlaceParam,
    ThenParam,
    decode_place,
    encode_place,
    order_of,
)
from functions.api.domains.places import group_asked_for, newcomer, placed, shelves, tag_asked_for
from functions.api.domains.spans import span_of
from shared.core import ids
from shared.core.accounts import require_forensic
from shared.core.domain_changes import add_domain, change_domain, remove_domain
from shared.core.domain_lists import DomainFilter, list_domains, sort_domains, with_weeks
from shared.core.domain_names import normalise
from shared.core.domain_orders import ListedDomain, Order
from shared.core.domains import DmarcPolicy, DnsStatus, ReportKinds
from shared.core.errors import NotFound
from shared.core.paging import LARGEST_LIMIT, Cursor, PageRequest
from shared.core.rollups import Share
from shared.core.statistics import retained_span, statistics
from shared.core.watching.switching import look_now
from shared.core.watching.wanted import required_record
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, ListMeta, Single
from shared.wiring import entropy, queues, table
from shared.wiring.api import idempotent, serve_with_key

__all__ = ["app", "approved", "dns", "figures", "handler", "senders", "switching"]

_TAGS = ["Domains"]
_WHOLE_LIST = 1_000
"""The page of a caller who asks for none: clients are known that never turn a page."""


@app.get(
    "/domains",
    summary="List domains",
    description="The domains of the account, in the order in which they were added, or in another one. "
    f"Without `limit` up to {_WHOLE_LIST} of them, with it at most {LARGEST_LIMIT}.",
    operation_id="list_domains",
    tags=_TAGS,
    responses=answers(200, "The domains.", Listing[schemas.ListedDomain], refusals=(400, 404, 422), csv=True),
    middlewares=[also_csv(schemas.ListedDomain, name="domains")],
)
def list_all(  # noqa: PLR0913, PLR0917 (each is a query parameter)
    limit: Annotated[int | None, Query(ge=1, description="Domains on a page.")] = None,
    cursor: PlaceParam = None,
    name: Annotated[str, Query(max_length=253, description="Part of the domain's name.")] = "",
    active: Annotated[bool | None, Query(description="Only active, or only inactive domains.")] = None,
    domain: Annotated[str | None, Query(max_length=253, description="The whole name.")] = None,
    parent: Annotated[
        str | None, Query(max_length=253, description="Only subdomains of this domain: its id or name.")
    ] = None,
    top_level: Annotated[bool | None, Query(description="Shown as domains of their own, or not.")] = None,
    verified: Annotated[bool | None, Query(description="Whether they were shown to be yours.")] = None,
    parked: Annotated[bool | None, Query(description="Meant to send no mail at all, or not.")] = None,
    dns_status: Annotated[DnsStatus | None, Query(description="As the last check found it.")] = None,
    has_errors: Annotated[bool | None, Query(description="Whether the last check found errors.")] = None,
    dmarc_policy: Annotated[
        DmarcPolicy | None, Query(description="What applies to mail from the domain itself.")
    ] = None,
    dmarc_policy_inherited: Annotated[
        bool | None, Query(description="Whether a domain above says that policy.")
    ] = None,
    spf_lookups_min: LookupsParam = None,
    spf_lookups_max: LookupsParam = None,
    group_id: Annotated[
        str | None, Query(max_length=30, description="In this group; `grp_1` is the default one.")
    ] = None,
    assigned: Annotated[
        bool | None, Query(description="In a group beside the default one, or in none.")
    ] = None,
    tag: Annotated[str | None, Query(max_length=128, description="With this tag: its id or name.")] = None,
    ordering: OrderingParam = None,
    ordering2: ThenParam = None,
) -> Listing[schemas.ListedDomain]:
    wanted = DomainFilter(
        name_part=name,
        active=active,
        name=None if domain is None else normalise(domain),
        below=None if parent is None else _named(parent),
        top_level=top_level,
        verified=verified,
        parked=parked,
        dns_status=dns_status,
        has_errors=has_errors,
        policy=dmarc_policy,
        inherited=dmarc_policy_inherited,
        fewest_lookups=spf_lookups_min,
        most_lookups=spf_lookups_max,
        group=group_asked_for(group_id),
        assigned=assigned,
        tag=tag_asked_for(tag),
    )
    size = _WHOLE_LIST if limit is None else min(limit, LARGEST_LIMIT)
    order = order_of(ordering, ordering2)
    items, meta = _as_added(wanted, size, cursor) if order is None else _sorted(wanted, order, size, cursor)
    shown_with = beside(each.domain for each in items)
    return Listing(data=[render.listed(each, shown_with) for each in items], meta=meta)


@app.post(
    "/domains",
    status_code=201,
    summary="Add a domain",
    description="The domain is not active yet: its reports are kept once it is activated. Its DNS is looked "
    "at soon.",
    operation_id="add_domain",
    tags=_TAGS,
    responses=answers(201, "The new domain.", Single[schemas.Domain], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent()],
)
def add(body: schemas.AddDomain) -> Single[schemas.Domain]:
    right, parked, tags = newcomer(body)
    domain = add_domain(
        table.domains(),
        right,
        body.domain,
        parked=parked,
        tags=tags,
        now=app.now,
        new_token=entropy.new_token,
        random_bits=entropy.random_bits,
    )
    look_now(queues.dns_checks(), domain)
    return shown(domain)


@app.get(
    "/domains/<domain_id>",
    summary="Read a domain",
    description="With the figures of the last 30 days, and the messages of the last 7 by standing.",
    operation_id="read_domain",
    tags=_TAGS,
    responses=answers(200, "The domain.", Single[schemas.DomainDetail], refusals=(404,)),
)
def read(domain_id: DomainParam) -> Single[schemas.DomainDetail]:
    right, domain = readable(domain_id)
    month = statistics(table.rollups(), right, retained_span(app.caller, None, None))
    since = span_of(app.caller, schemas.Range.WEEK, None).first
    week = sum((totals.share() for totals in month.days if totals.day >= since), Share())
    return Single(data=render.domain_detail(domain, beside([domain]), week, month.total), meta=app.meta)


@app.patch(
    "/domains/<domain_id>",
    summary="Change a domain",
    description="Its notes, which kinds of reports are kept, whether it is parked, whether a subdomain is "
    "shown by itself, the DMARC record that should be published, its tags, and a group that it enters. "
    "Refused where a service is hosted that it could not have then. In a parked group it stays parked.",
    operation_id="change_domain",
    tags=_TAGS,
    responses=answers(200, "The domain.", Single[schemas.Domain], refusals=(400, 404, 409, 413, 415, 422)),
)
def change(domain_id: DomainParam, body: schemas.ChangeDomain) -> Single[schemas.Domain]:
    right = writable(domain_id)
    domain = right.domain
    kinds = None if body.report_kinds is None else _merged(domain.kinds, body.report_kinds)
    if kinds is not None and kinds.failure and not domain.kinds.failure:
        require_forensic(app.caller.account)
    record = body.wanted_dmarc_record
    wanted = None if record is None else required_record(record, param="wanted_dmarc_record")
    right = placed(right, body, replace(domain, kinds=kinds or domain.kinds))
    changed = change_domain(
        table.domains(),
        right,
        now=app.now,
        notes=body.notes,
        kinds=kinds,
        top_level=body.top_level,
        wanted_dmarc=wanted,
    )
    return shown(changed)


@app.delete(
    "/domains/<domain_id>",
    status_code=202,
    summary="Delete a domain",
    description="The domain and its address are gone at once; its reports and figures follow.",
    operation_id="delete_domain",
    tags=_TAGS,
    responses=answers(202, "It is gone.", Single[schemas.RemovedDomain], refusals=(404,)),
)
def delete(domain_id: DomainParam) -> Single[schemas.RemovedDomain]:
    right = writable(domain_id)
    remove_domain(table.domains(), queues.removed_domains(), right)
    gone = schemas.RemovedDomain(id=ids.render(ids.DOMAIN, right.domain.id), domain=right.domain.name)
    return Single(data=gone, meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _as_added(wanted: DomainFilter, size: int, cursor: str | None) -> tuple[list[ListedDomain], ListMeta]:
    page = PageRequest(size, Cursor.decode(cursor) if cursor is not None else None)
    found = list_domains(shelves(), app.caller, wanted, page)
    return with_weeks(table.rollups(), app.caller, found.items), app.list_meta(found)


def _sorted(
    wanted: DomainFilter, order: Order, size: int, cursor: str | None
) -> tuple[list[ListedDomain], ListMeta]:
    after, stores = decode_place(order, cursor), (shelves(), table.rollups())
    found = sort_domains(*stores, app.caller, wanted, order, after=after, limit=size)
    meta = ListMeta(
        request_id=app.request_id,
        total_count=found.total,
        has_more=found.after is not None,
        next_cursor=None if found.after is None else encode_place(order, found.after),
    )
    return found.items, meta


def _named(reference: str) -> str:
    """Of a domain that the account need not have."""
    try:
        return readable(reference)[1].name
    except NotFound:
        return reference.strip().lower()


def _merged(kinds: ReportKinds, wanted: schemas.ChangeReportKinds) -> ReportKinds:
    return ReportKinds(**{**_fields(kinds), **wanted.model_dump(exclude_none=True)})


def _fields(kinds: ReportKinds) -> dict[str, bool]:
    return {"aggregate": kinds.aggregate, "failure": kinds.failure, "tls": kinds.tls}
