"""``/audit``: who did what, for admins. Open to accounts whose plan has run out: it tells what happened."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.audit import schemas
from shared.core import ids
from shared.core.access import administer
from shared.core.audit import KEPT_DAYS, AuditEntry, AuditFilter
from shared.core.clock import rfc3339
from shared.core.errors import Malformed
from shared.core.ids import AccountId, AuditId
from shared.core.paging import DEFAULT_LIMIT, Cursor
from shared.edge.http import Api
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, EndParam, LimitParam, StartParam
from shared.edge.schemas import page_request
from shared.wiring import table
from shared.wiring.api import serve_with_key

app = Api()


@app.get(
    "/audit",
    summary="List the audit log",
    description=f"Who changed what, and who read failure reports: newest first, for {KEPT_DAYS} days. For "
    "admins.",
    operation_id="list_audit",
    tags=["Audit log"],
    responses=answers(200, "The entries.", schemas.AuditList, refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.AuditEntry, name="audit")],
)
def list_all(
    start_date: StartParam = None,
    end_date: EndParam = None,
    action: Annotated[str, Query(max_length=256, description="An `operationId`.")] = "",
    actor: Annotated[
        str,
        Query(max_length=256, description="An id, a user's address, a key's name, or `user`, `api_key` ..."),
    ] = "",
    resource: Annotated[str, Query(max_length=256, description="An id; of a domain, its name, too.")] = "",
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.AuditList:
    account = administer(app.caller).account
    if start_date and end_date and start_date > end_date:
        raise Malformed("start_date is after end_date", param="start_date")
    wanted = AuditFilter(start_date, end_date, action, actor, _id_of(account.id, resource))
    asked = page_request(limit, cursor)
    after = AuditId(asked.cursor.id) if asked.cursor else None
    page = table.audit().page(account.id, wanted, after=after, limit=asked.limit)
    following = None if page.after is None else Cursor(page.after).encode()
    meta = schemas.AuditMeta(request_id=app.request_id, has_more=following is not None, next_cursor=following)
    return schemas.AuditList(data=[_entry(entry) for entry in page.items], meta=meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context, subscribed=False)


def _id_of(account: AccountId, resource: str) -> str:
    """Entries name domains by id."""
    domain = table.domains().resolve(account, resource) if "." in resource else None
    return resource if domain is None else ids.render(ids.DOMAIN, domain.id)


def _entry(entry: AuditEntry) -> schemas.AuditEntry:
    actor, deed = entry.actor, entry.deed
    return schemas.AuditEntry(
        id=ids.render(ids.AUDIT, entry.id),
        at=rfc3339(entry.at),
        actor=schemas.Actor(
            type=actor.kind,
            id=actor.id or None,
            label=actor.label or None,
            ip_address=actor.address or None,
            user_agent=actor.agent or None,
        ),
        action=deed.action,
        resource=deed.resource or None,
        request_id=deed.request_id or None,
        detail=dict(deed.detail),
    )
