"""``/alerts`` and ``/webhooks``: what people should know, and where they have it sent."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.alerts import deliveries, render, schemas, webhooks
from functions.api.alerts.app import AlertPath, app, page_meta
from shared.core.access import read_domain
from shared.core.alerts.alert_use import AlertShelf, find_alert, list_alerts, move_alert
from shared.core.alerts.alerts import AlertFilter, AlertState
from shared.core.alerts.events import AlertKind
from shared.core.clock import parse_rfc3339
from shared.core.ids import DomainId
from shared.core.paging import DEFAULT_LIMIT
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Single, page_request
from shared.wiring import table
from shared.wiring.api import serve_with_key

__all__ = ["app", "deliveries", "handler", "webhooks"]

_TAGS = ["Alerts"]
_TIME = "`2026-11-20T06:12:09Z`, included."


@app.get(
    "/alerts",
    summary="List alerts",
    description="Those of the domains that you see, latest day first; those of the account itself for who "
    "sees every domain.",
    operation_id="list_alerts",
    tags=_TAGS,
    responses=answers(200, "The alerts.", schemas.AlertList, refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.Alert, name="alerts")],
)
def list_all(
    kind: AlertKind | None = None,
    state: AlertState | None = None,
    domain: Annotated[str, Query(max_length=300, description="Id or name.")] = "",
    created_after: Annotated[str, Query(max_length=60, description=_TIME)] = "",
    created_before: Annotated[str, Query(max_length=60, description=_TIME)] = "",
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> schemas.AlertList:
    wanted = AlertFilter(
        kind=kind,
        domain=_domain(domain),
        state=state,
        raised_from=parse_rfc3339(created_after, param="created_after") if created_after else None,
        raised_to=parse_rfc3339(created_before, param="created_before") if created_before else None,
    )
    page = list_alerts(_shelf(), app.caller, wanted, page_request(limit, cursor))
    return schemas.AlertList(data=[render.alert(each) for each in page.items], meta=page_meta(page.after))


@app.get(
    "/alerts/<alert_id>",
    summary="Read an alert",
    operation_id="read_alert",
    tags=_TAGS,
    responses=answers(200, "The alert.", Single[schemas.Alert], refusals=(404,)),
)
def read(alert_id: AlertPath) -> Single[schemas.Alert]:
    return Single(data=render.alert(find_alert(_shelf(), app.caller, alert_id)), meta=app.meta)


@app.patch(
    "/alerts/<alert_id>",
    summary="Acknowledge, close or reopen an alert",
    description="For who may write to its domain. Says who and when. Refused with 412 when somebody else "
    "does so at the same moment.",
    operation_id="change_alert",
    tags=_TAGS,
    responses=answers(
        200, "The alert as it is now.", Single[schemas.Alert], refusals=(400, 404, 412, 413, 415, 422)
    ),
)
def change(alert_id: AlertPath, body: schemas.ChangeAlert) -> Single[schemas.Alert]:
    moved = move_alert(_shelf(), app.caller, alert_id, body.state, now=app.now)
    return Single(data=render.alert(moved), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _shelf() -> AlertShelf:
    return AlertShelf(table.alerts(), table.domains(), table.groups())


def _domain(reference: str) -> DomainId | None:
    if not reference:
        return None
    found = read_domain(app.caller, reference, table.domains()).domain
    return None if found is None else found.id
