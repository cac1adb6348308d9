"""What the DNS holds of a domain, as the last check found it, and how that came to be."""

from __future__ import annotations

from datetime import timedelta

from functions.api.domains import dns_render, schemas
from functions.api.domains import dns_schemas as shapes
from functions.api.domains.app import DomainParam, app, readable, shown, writable
from shared.core.clock import utc_day
from shared.core.paging import DEFAULT_LIMIT
from shared.core.watching.histories import list_changes
from shared.core.watching.switching import look_now
from shared.core.watching.wanted import wanted_record
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import queues, table
from shared.wiring.api import idempotent, report_domain

_TAGS = ["DNS"]
_LATELY = timedelta(days=30)


@app.post(
    "/domains/<domain_id>/refresh_dns",
    status_code=202,
    summary="Ask for a DNS check",
    description="It follows within moments; `last_checked_at` of the DNS state tells when it was done.",
    operation_id="refresh_dns",
    tags=_TAGS,
    responses=answers(202, "The domain.", Single[schemas.Domain], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def refresh_dns(domain_id: DomainParam) -> Single[schemas.Domain]:
    domain = writable(domain_id).domain
    look_now(queues.dns_checks(), domain)
    return shown(domain)


@app.get(
    "/domains/<domain_id>/dns",
    summary="Read the DNS state",
    description="What the last check found: every kind of record with what is wrong with it, and the live "
    "records by kind. A failure of the DNS takes nothing away from it.",
    operation_id="read_dns",
    tags=_TAGS,
    responses=answers(200, "The state.", Single[shapes.DnsState], refusals=(404,)),
)
def read_dns(domain_id: DomainParam) -> Single[shapes.DnsState]:
    domain = readable(domain_id)[1]
    known = table.dns_states().knowledge(domain.account, domain.id)
    last = known.seen.last_report
    own = f"{domain.token}@{report_domain()}"
    shown = dns_render.dns_state(
        domain,
        known.state,
        addresses=(own, f"{app.caller.account.token}@{report_domain()}"),
        wanted=wanted_record(domain, table.hostings().get(domain.account, domain.id), own),
        reports=last is not None and utc_day(app.now) - last <= _LATELY,
    )
    return Single(data=shown, meta=app.meta)


@app.get(
    "/domains/<domain_id>/dns/history",
    summary="List DNS changes",
    description="Changes of the domain's records, newest first, for as long as the plan keeps reports. What "
    "only flickers is no change: it counts once it was seen twice in a row.",
    operation_id="list_dns_changes",
    tags=_TAGS,
    responses=answers(200, "The changes.", Listing[shapes.DnsChange], refusals=(400, 404), csv=True),
    middlewares=[also_csv(shapes.DnsChange, name="dns_history")],
)
def list_history(
    domain_id: DomainParam, limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None
) -> Listing[shapes.DnsChange]:
    domain = readable(domain_id)[1]
    page = list_changes(table.dns_states(), domain, page_request(limit, cursor))
    return Listing(data=[dns_render.change(each) for each in page.items], meta=app.list_meta(page))
