"""``/tls``: sessions that failed, and the policies under which mail came."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.tls import render, schemas
from shared.core.access import Readable, read_account, read_domains
from shared.core.errors import Malformed
from shared.core.paging import DEFAULT_LIMIT
from shared.core.stored_filters import shown_filter
from shared.core.tls.failures import failures_page, overview
from shared.core.tls.period import MOST_DAYS, USUAL_DAYS, span_of
from shared.core.tls.policies import PolicyOrder, find_policy, policies_page
from shared.edge.http import Api
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Day, Listing, Single, page_request
from shared.wiring import table
from shared.wiring.api import serve_with_key

app = Api()
_TAGS = ["TLS reporting"]
_PERIOD = f"The last {USUAL_DAYS} days unless said otherwise, and {MOST_DAYS} at most."
Begin = Annotated[
    Day | None, Query(description=f"First day on which a report's period begins, UTC. {_PERIOD}")
]
End = Annotated[Day | None, Query(description="Last such day, UTC, included.")]
DomainList = Annotated[
    str, Query(max_length=3_000, description="Ids or names, separated by commas. Without any: all you see.")
]
ResultType = Annotated[
    str | None, Query(max_length=64, description="`certificate-expired`, `starttls-not-supported`, ...")
]
_ORDERS = tuple(sign + order for order in PolicyOrder for sign in ("", "-"))
Ordering = Annotated[
    str,
    Query(
        pattern=f"^-?({'|'.join(PolicyOrder)})$",
        description=f"One of `{'`, `'.join(_ORDERS)}`; with `-` the largest first.",
    ),
]
FilterParam = Annotated[str | None, Query(max_length=30, description="Of a stored policy filter.")]
PolicyParam = Annotated[str, Path(description="`tlsp_190227540221`, or the number.", max_length=40)]


@app.get(
    "/tls/failures",
    summary="List TLS failures",
    description="Each with its cause, as reporters tell it in details: latest day first, then by domain.",
    operation_id="list_tls_failures",
    tags=_TAGS,
    responses=answers(200, "The failures.", Listing[schemas.TlsFailureItem], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.TlsFailureItem, name="tls-failures")],
)
def list_failures(
    begin: Begin = None,
    end: End = None,
    domains: DomainList = "",
    result_type: ResultType = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.TlsFailureItem]:
    asked = page_request(limit, cursor)
    right = _right(domains)
    span = span_of(app.caller, begin, end)
    page = failures_page(
        table.rollups(), table.reports(), right, span, asked, result_type=result_type or None
    )
    return Listing(data=[render.failure(each) for each in page.items], meta=app.list_meta(page))


@app.get(
    "/tls/failures/summary",
    summary="Sum up TLS failures",
    description="By result type and by day. Totals are those of the reports' summaries; result types come "
    "from their details, which need not add up to them.",
    operation_id="read_tls_failures",
    tags=_TAGS,
    responses=answers(200, "The sums.", Single[schemas.TlsOverview], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.TlsCause, name="tls-failure-types", rows=("data", "failures"))],
)
def sum_up(begin: Begin = None, end: End = None, domains: DomainList = "") -> Single[schemas.TlsOverview]:
    right = _right(domains)
    span = span_of(app.caller, begin, end)
    found = overview(table.rollups(), right, span)
    return Single(data=render.overview(found, span), meta=app.meta)


@app.get(
    "/tls/policies",
    summary="List TLS policies",
    description=f"As senders found them in the last {MOST_DAYS} days, or in a period within those: one for "
    "each domain, type and MTA-STS mode, with its sessions.",
    operation_id="list_tls_policies",
    tags=_TAGS,
    responses=answers(200, "The policies.", Listing[schemas.TlsPolicyItem], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.TlsPolicyItem, name="tls-policies")],
)
def list_policies(
    filter_id: FilterParam = None,
    domains: DomainList = "",
    ordering: Ordering = PolicyOrder.P_DOMAIN,
    begin: Begin = None,
    end: End = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.TlsPolicyItem]:
    asked = page_request(limit, cursor)
    if filter_id is not None and domains:
        raise Malformed("filter_id names the domains", param="domains")
    right = _right(domains) if filter_id is None else _filtered(filter_id)
    page = policies_page(
        table.rollups(),
        right,
        span_of(app.caller, begin, end, usual=MOST_DAYS),
        asked,
        order=PolicyOrder(ordering.removeprefix("-")),
        descending=ordering.startswith("-"),
    )
    return Listing(data=[render.policy(each) for each in page.items], meta=app.list_meta(page))


@app.get(
    "/tls/policies/<tls_policy_id>",
    summary="Read a TLS policy",
    description=f"Over the last {MOST_DAYS} days, with the causes of what failed under it.",
    operation_id="read_tls_policy",
    tags=_TAGS,
    responses=answers(200, "The policy.", Single[schemas.TlsPolicyDetail], refusals=(404,)),
)
def read_policy(tls_policy_id: PolicyParam) -> Single[schemas.TlsPolicyDetail]:
    span = span_of(app.caller, None, None, usual=MOST_DAYS)
    found = find_policy(table.rollups(), _right(""), span, tls_policy_id)
    return Single(data=render.policy_detail(found), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _right(domains: str) -> Readable:
    named = [name.strip() for name in domains.split(",") if name.strip()]
    if named:
        return read_domains(app.caller, named, table.domains())
    return read_account(app.caller, table.groups())


def _filtered(filter_id: str) -> Readable:
    right = read_account(app.caller, table.groups())
    found = shown_filter(table.policy_filters(), table.groups(), app.caller, filter_id, param="filter_id")
    return right.narrowed(found.domains)
