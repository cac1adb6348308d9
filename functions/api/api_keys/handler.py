"""``/api-keys``, for who administers the account. Open to accounts whose plan has run out: keys leak all the
same."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.api_keys import schemas
from shared.core import ids
from shared.core.api_keys import ApiKey
from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.ids import ApiKeyId, GroupId
from shared.core.key_issuing import Terms, issue_key, list_keys, rename_key, rotate_key, take_key
from shared.edge.http import Api
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, Single
from shared.wiring import table
from shared.wiring.api import idempotent, serve_with_key
from shared.wiring.issuing import minting

app = Api()
_TAGS = ["API keys"]
KeyPath = Annotated[str, Path(description="`key_5823`, or `5823`.", examples=["key_5823"])]


@app.get(
    "/api-keys",
    summary="List API keys",
    description="The account's keys that were not revoked, newest first, without their secrets.",
    operation_id="list_api_keys",
    tags=_TAGS,
    responses=answers(200, "The keys.", Listing[schemas.ApiKey], refusals=(400, 403), csv=True),
    middlewares=[also_csv(schemas.ApiKey, name="api-keys")],
)
def list_all() -> Listing[schemas.ApiKey]:
    keys = [_key(key) for key in list_keys(app.caller, table.api_keys())]
    return Listing(data=keys, meta=app.whole_list_meta(len(keys)))


@app.post(
    "/api-keys",
    status_code=201,
    summary="Create an API key",
    description="The answer shows the key once; only its hash is kept. It can have the scopes that you have.",
    operation_id="create_api_key",
    tags=_TAGS,
    responses=answers(
        201, "The new key.", Single[schemas.NewApiKey], refusals=(400, 403, 409, 413, 415, 422)
    ),
    middlewares=[idempotent(conceal=("key",))],
)
def create(body: schemas.CreateApiKey) -> Single[schemas.NewApiKey]:
    group = None if body.group_id is None else ids.parse(ids.GROUP, body.group_id, param="group_id")
    terms = Terms(
        body.name,
        scopes=None if body.scopes is None else frozenset(body.scopes),
        group=None if group is None else GroupId(group),
        expires=None if body.expires_at is None else parse_rfc3339(body.expires_at, param="expires_at"),
    )
    return _new(*issue_key(app.caller, table.api_keys(), table.groups(), terms, minting()))


@app.patch(
    "/api-keys/<key_id>",
    summary="Rename an API key",
    description="Nothing else of a key can be changed: make another one.",
    operation_id="rename_api_key",
    tags=_TAGS,
    responses=answers(
        200, "The key as it is now.", Single[schemas.ApiKey], refusals=(400, 403, 404, 413, 415, 422)
    ),
)
def rename(key_id: KeyPath, body: schemas.RenameApiKey) -> Single[schemas.ApiKey]:
    return Single(
        data=_key(rename_key(app.caller, table.api_keys(), _number(key_id), body.name)), meta=app.meta
    )


@app.post(
    "/api-keys/<key_id>/rotate",
    status_code=201,
    summary="Rotate an API key",
    description=(
        "A new key of the same name, scopes, group and length of life. The old one works until the overlap "
        "is over, so that there is time to put the new one everywhere; both are listed."
    ),
    operation_id="rotate_api_key",
    tags=_TAGS,
    responses=answers(
        201, "The new key.", Single[schemas.NewApiKey], refusals=(400, 403, 404, 409, 413, 415, 422)
    ),
    middlewares=[idempotent(conceal=("key",))],
)
def rotate(key_id: KeyPath, body: schemas.RotateApiKey) -> Single[schemas.NewApiKey]:
    keys, number = table.api_keys(), _number(key_id)
    return _new(*rotate_key(app.caller, keys, number, body.overlap_seconds, minting()))


@app.delete(
    "/api-keys/<key_id>",
    status_code=204,
    summary="Revoke an API key",
    description="Requests with it are refused from now on, also this very key.",
    operation_id="revoke_api_key",
    tags=_TAGS,
    responses=answers(204, "It is revoked.", refusals=(403, 404)),
)
def revoke(key_id: KeyPath) -> Response[None]:
    take_key(app.caller, table.api_keys(), _number(key_id))
    return Response(status_code=204)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context, subscribed=False)


def _number(key_id: str) -> ApiKeyId:
    return ApiKeyId(ids.parse(ids.API_KEY, key_id))


def _new(key: ApiKey, secret: str) -> Single[schemas.NewApiKey]:
    return Single(data=schemas.NewApiKey(**_key(key).model_dump(), key=secret), meta=app.meta)


def _key(key: ApiKey) -> schemas.ApiKey:
    return schemas.ApiKey(
        id=ids.render(ids.API_KEY, key.id),
        name=key.name,
        prefix=key.shown,
        scopes=sorted(key.scopes),
        group_id=None if key.group is None else ids.render(ids.GROUP, key.group),
        requests_per_minute=key.requests_per_minute,
        created_at=rfc3339(key.created),
        last_used_at=None if key.last_used is None else rfc3339(key.last_used),
        expires_at=None if key.expires is None else rfc3339(key.expires),
        successor_id=None if key.successor is None else ids.render(ids.API_KEY, key.successor),
    )
