"""``/reports`` and ``/uploads``: what arrived, one by one, and a door for more."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.reports import render, schemas, uploads
from functions.api.reports.app import app
from shared.core import ids
from shared.core.access import Readable, read_account, read_domain
from shared.core.errors import Malformed, NotFound
from shared.core.ids import ReportId
from shared.core.mail import Trust
from shared.core.paging import DEFAULT_LIMIT, Cursor
from shared.core.report_lists import find_mail, list_reports, read_report, report_to_remove
from shared.core.reports import Fact, ReportFilter, ReportSummary
from shared.core.rollups import SourceLine
from shared.core.withdrawing import withdraw
from shared.edge.lists import also_csv
from shared.edge.openapi import answers, raw_answers
from shared.edge.params import CursorParam, EndParam, LimitParam, StartParam
from shared.edge.raw_mail import download
from shared.edge.recording import record_read
from shared.edge.schemas import Listing, page_request
from shared.mailauth.reports.values import Kind
from shared.wiring import buckets, queues, table
from shared.wiring.api import serve_with_key

__all__ = ["app", "handler", "uploads"]

_TAGS = ["Reports"]
ReportParam = Annotated[
    str, Path(description="`rpt_2790561325481984`, or the number alone.", examples=["rpt_2790561325481984"])
]
_Part = Query(max_length=253, description="Part of it, in any case.")


@app.get(
    "/reports",
    summary="List reports",
    description="Newest period first, as far as the plan keeps them. `start_date` and `end_date` are days on "
    "which a report's period begins, both included. Only reports of domains that you see are listed; failure "
    "reports need the forensic scope.",
    operation_id="list_reports",
    tags=_TAGS,
    responses=answers(200, "The reports.", Listing[schemas.ReportItem], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.ReportItem, name="reports")],
)
def list_all(  # noqa: PLR0913, PLR0917 (each is a query parameter)
    kind: Annotated[Kind, Query(alias="type")] = Kind.AGGREGATE,
    domain_id: Annotated[str | None, Query(description="Only of this domain.", examples=["ud_19"])] = None,
    domain: Annotated[str, _Part] = "",
    sender_org: Annotated[str, _Part] = "",
    start_date: StartParam = None,
    end_date: EndParam = None,
    trust: Annotated[Trust | None, Query(description="How the report's own mail authenticated.")] = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Listing[schemas.ReportItem]:
    wanted = ReportFilter(kind, start_date, end_date, domain, sender_org, trust)
    asked = page_request(limit, cursor)
    try:
        right = _right(domain_id)
    except NotFound:
        # A filter that matches nothing, as known clients expect it: they name domains they do not have.
        return Listing(data=[], meta=app.whole_list_meta(0))
    page = list_reports(table.reports(), app.caller, right, wanted, asked)
    if kind is Kind.FAILURE:
        record_read(app, "" if right.domain is None else ids.render(ids.DOMAIN, right.domain.id))
    return Listing(data=[render.item(summary) for summary in page.items], meta=app.list_meta(page))


@app.get(
    "/reports/<report_id>",
    summary="Read a report",
    description="With all that it says. A report of more rows than an answer holds is read in parts: "
    f"`records_limit` ({render.LARGEST_PAGE} by default and at most) and `records_cursor` go from one "
    "to the next.",
    operation_id="read_report",
    tags=_TAGS,
    responses=answers(200, "The report.", schemas.ReportAnswer, refusals=(400, 404)),
)
def read(
    report_id: ReportParam,
    records_limit: Annotated[int, Query(ge=1, description="Rows in this answer.")] = render.LARGEST_PAGE,
    records_cursor: Annotated[
        str | None, Query(max_length=200, description="`data.records_meta.next_cursor` of the part before.")
    ] = None,
) -> schemas.ReportAnswer:
    right = read_account(app.caller, table.groups())
    offset = _offset(records_cursor)
    fact = read_report(table.reports(), app.caller, right, _number(report_id))
    _record(fact.summary)
    return schemas.ReportAnswer(data=_detail(fact, offset, records_limit), meta=app.meta)


@app.delete(
    "/reports/<report_id>",
    status_code=204,
    summary="Delete a report",
    description="The figures of its day follow. The mail goes with it unless it brought other reports, too.",
    operation_id="delete_report",
    tags=_TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete(report_id: ReportParam) -> Response[None]:
    reports = table.reports()
    summary = report_to_remove(reports, table.domains(), table.groups(), app.caller, _number(report_id))
    withdraw([summary], reports, buckets.mailbox(), queues.touched_days())
    return Response(status_code=204)


@app.get(
    "/reports/<report_id>/raw",
    summary="Read a report's mail",
    description="As it came. A large one is answered by a redirect to a link that holds for five minutes. A "
    "mail that brought several reports is for those who may read all of the account's, and that of a failure "
    "report, which hides no personal data, for the admin scope beside the forensic one.",
    operation_id="read_report_raw",
    tags=_TAGS,
    responses=raw_answers(),
    enable_validation=False,
)
def read_raw(report_id: str) -> Response[Any]:
    right = read_account(app.caller, table.groups())
    summary = find_mail(table.reports(), app.caller, right, _number(report_id))
    _record(summary)
    return download(buckets.mailbox(), summary.mail, ids.render(ids.REPORT, summary.id))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _record(summary: ReportSummary) -> None:
    """Who reads a failure report is known before it is shown."""
    if summary.kind is Kind.FAILURE:
        domain = ids.render(ids.DOMAIN, summary.domain_id)
        record_read(app, ids.render(ids.REPORT, summary.id), domain_id=domain)


def _right(domain_id: str | None) -> Readable:
    if domain_id is None:
        return read_account(app.caller, table.groups())
    return read_domain(app.caller, domain_id, table.domains())


def _number(report_id: str) -> ReportId:
    return ReportId(ids.parse(ids.REPORT, report_id))


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return Cursor.decode(cursor).id
    except Malformed as refusal:
        raise Malformed(refusal.message, param="records_cursor") from None


def _detail(fact: Fact, offset: int, limit: int) -> Any:
    if fact.summary.kind is Kind.TLS:
        return render.tls(fact)
    if fact.summary.kind is Kind.FAILURE:
        return render.failure(fact)
    return render.aggregate(fact, _known(fact), offset=offset, limit=limit)


def _known(fact: Fact) -> dict[str, SourceLine]:
    """What the rollup of the report's day knows of the addresses in it."""
    summary = fact.summary
    if table.domains().get(summary.account, summary.domain_id) is None:
        return {}
    right = read_domain(app.caller, str(summary.domain_id), table.domains())
    details = table.rollups().details(right, summary.day, summary.day)
    return {line.ip: line for detail in details for share in detail.shares for line in share.sources}
