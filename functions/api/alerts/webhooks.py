"""``/webhooks``: where alerts are sent."""

from __future__ import annotations

from typing import Final

from aws_lambda_powertools.event_handler import Response

from functions.api.alerts import render, schemas
from functions.api.alerts.app import WebhookPath, app
from shared.core.access import Administration, administer
from shared.core.alerts.webhook_use import (
    WebhookShelf,
    Wishes,
    change_webhook,
    create_webhook,
    find_webhook,
    remove_webhook,
    rotate_secret,
)
from shared.core.alerts.webhooks import Webhook
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, Single
from shared.wiring import entropy, lookups, queues, table
from shared.wiring.api import idempotent

TAGS: Final = ["Webhooks"]


@app.get(
    "/webhooks",
    summary="List webhooks",
    description="All of them, without their secrets. For admins, as all about webhooks.",
    operation_id="list_webhooks",
    tags=TAGS,
    responses=answers(200, "The webhooks.", Listing[schemas.Webhook], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.Webhook, name="webhooks")],
)
def list_all() -> Listing[schemas.Webhook]:
    found = table.webhooks().list_of(right().account.id)
    data = [render.webhook(each, app.now) for each in found]
    return Listing(data=data, meta=app.whole_list_meta(len(found)))


@app.post(
    "/webhooks",
    status_code=201,
    summary="Create a webhook",
    description="It gets the alerts that are raised from now on, each signed (Standard Webhooks) and tried "
    "for some 34 hours. The answer shows the secret once.",
    operation_id="create_webhook",
    tags=TAGS,
    responses=answers(
        201, "The new webhook.", Single[schemas.NewWebhook], refusals=(400, 409, 413, 415, 422)
    ),
    middlewares=[idempotent(conceal=("secret",))],
)
def create(body: schemas.CreateWebhook) -> Single[schemas.NewWebhook]:
    wishes = Wishes(body.url, body.kinds, body.domains, body.group_id, body.format, body.enabled)
    return _new(create_webhook(shelf(), right(), wishes, now=app.now))


@app.get(
    "/webhooks/<webhook_id>",
    summary="Read a webhook",
    operation_id="read_webhook",
    tags=TAGS,
    responses=answers(200, "The webhook.", Single[schemas.Webhook], refusals=(404,)),
)
def read(webhook_id: WebhookPath) -> Single[schemas.Webhook]:
    return _shown(find_webhook(shelf(), right(), webhook_id))


@app.patch(
    "/webhooks/<webhook_id>",
    summary="Change a webhook",
    description="Refused with 412 when somebody else changes it at the same moment.",
    operation_id="change_webhook",
    tags=TAGS,
    responses=answers(
        200, "The webhook as it is now.", Single[schemas.Webhook], refusals=(400, 404, 412, 413, 415, 422)
    ),
)
def change(webhook_id: WebhookPath, body: schemas.ChangeWebhook) -> Single[schemas.Webhook]:
    wishes = Wishes(body.url, body.kinds, body.domains, body.group_id, body.format, body.enabled)
    return _shown(change_webhook(shelf(), right(), webhook_id, wishes))


@app.delete(
    "/webhooks/<webhook_id>",
    status_code=204,
    summary="Delete a webhook",
    description="Nothing more is sent there, also of what is under way.",
    operation_id="delete_webhook",
    tags=TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete(webhook_id: WebhookPath) -> Response[None]:
    remove_webhook(shelf(), right(), webhook_id)
    return Response(status_code=204)


@app.post(
    "/webhooks/<webhook_id>/rotate",
    status_code=201,
    summary="Rotate the secret of a webhook",
    description="The answer shows the new one once. For a day messages are signed with both.",
    operation_id="rotate_webhook",
    tags=TAGS,
    responses=answers(201, "The webhook.", Single[schemas.NewWebhook], refusals=(400, 404, 409, 412, 422)),
    middlewares=[idempotent(conceal=("secret",))],
)
def rotate(webhook_id: WebhookPath) -> Single[schemas.NewWebhook]:
    return _new(rotate_secret(shelf(), right(), webhook_id, now=app.now))


def shelf() -> WebhookShelf:
    return WebhookShelf(
        webhooks=table.webhooks(),
        deliveries=table.deliveries(),
        orders=queues.delivery_orders(),
        domains=table.domains(),
        groups=table.groups(),
        lookups=lookups.fresh_lookups(),
        new_secret=entropy.new_secret,
        random_bits=entropy.random_bits,
    )


def right() -> Administration:
    return administer(app.caller)


def _shown(webhook: Webhook) -> Single[schemas.Webhook]:
    return Single(data=render.webhook(webhook, app.now), meta=app.meta)


def _new(webhook: Webhook) -> Single[schemas.NewWebhook]:
    fields = render.webhook(webhook, app.now).model_dump()
    return Single(data=schemas.NewWebhook(**fields, secret=webhook.secret), meta=app.meta)
