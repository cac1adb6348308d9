"""``/webhooks/{id}/deliveries``: what became of each message, and sending it again."""

from __future__ import annotations

from functions.api.alerts import render, schemas
from functions.api.alerts.app import DeliveryPath, WebhookPath, app, page_meta
from functions.api.alerts.webhooks import TAGS, right, shelf
from shared.core.alerts.webhook_use import list_deliveries, redeliver, test_webhook
from shared.core.paging import DEFAULT_LIMIT
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Single, page_request
from shared.wiring.api import idempotent


@app.post(
    "/webhooks/<webhook_id>/test",
    status_code=202,
    summary="Send a test to a webhook",
    description="A message of type `test`, tried once, also while the webhook is switched off. What became "
    "of it is among the deliveries.",
    operation_id="test_webhook",
    tags=TAGS,
    responses=answers(202, "The delivery.", Single[schemas.Delivery], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def test(webhook_id: WebhookPath) -> Single[schemas.Delivery]:
    sent = test_webhook(shelf(), right(), webhook_id, now=app.now)
    return Single(data=render.delivery(sent), meta=app.meta)


@app.get(
    "/webhooks/<webhook_id>/deliveries",
    summary="List the deliveries to a webhook",
    description="Latest day first.",
    operation_id="list_deliveries",
    tags=TAGS,
    responses=answers(200, "The deliveries.", schemas.DeliveryList, refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.Delivery, name="deliveries")],
)
def list_all(
    webhook_id: WebhookPath, limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None
) -> schemas.DeliveryList:
    page = list_deliveries(shelf(), right(), webhook_id, page_request(limit, cursor))
    data = [render.delivery(each) for each in page.items]
    return schemas.DeliveryList(data=data, meta=page_meta(page.after))


@app.post(
    "/webhooks/<webhook_id>/deliveries/<delivery_id>/redeliver",
    status_code=202,
    summary="Send a message again",
    description="With the same `webhook-id`, and all attempts ahead. Refused while it is still tried, and "
    "while the webhook is switched off.",
    operation_id="redeliver",
    tags=TAGS,
    responses=answers(202, "The delivery.", Single[schemas.Delivery], refusals=(400, 404, 409, 422)),
    middlewares=[idempotent()],
)
def again(webhook_id: WebhookPath, delivery_id: DeliveryPath) -> Single[schemas.Delivery]:
    sent = redeliver(shelf(), right(), webhook_id, delivery_id, now=app.now)
    return Single(data=render.delivery(sent), meta=app.meta)
