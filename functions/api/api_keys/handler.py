"""``/api-keys``: create, list and revoke. Open to accounts whose plan has run out: keys leak all the same."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.api_keys import schemas
from shared.core import ids
from shared.core.api_keys import ApiKey, create_key
from shared.core.clock import rfc3339
from shared.core.errors import NotFound
from shared.core.ids import ApiKeyId
from shared.edge.http import Api
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, Single
from shared.wiring import entropy, table
from shared.wiring.api import idempotent, serve_with_key

app = Api()
_TAGS = ["API keys"]


@app.get(
    "/api-keys",
    summary="List API keys",
    description="The live keys of the account, newest first, without their secrets.",
    operation_id="list_api_keys",
    tags=_TAGS,
    responses=answers(200, "The keys.", Listing[schemas.ApiKey], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.ApiKey, name="api-keys")],
)
def list_keys() -> Listing[schemas.ApiKey]:
    keys = [_key(key) for key in table.api_keys().list_of(app.caller.account_id)]
    return Listing(data=keys, meta=app.whole_list_meta(len(keys)))


@app.post(
    "/api-keys",
    status_code=201,
    summary="Create an API key",
    description="The answer shows the key once; only its hash is kept.",
    operation_id="create_api_key",
    tags=_TAGS,
    responses=answers(201, "The new key.", Single[schemas.NewApiKey], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent(conceal=("key",))],
)
def create(body: schemas.CreateApiKey) -> Single[schemas.NewApiKey]:
    account = app.caller.account
    key, secret = create_key(
        table.api_keys(),
        account.id,
        body.name,
        requests_per_minute=account.plan.requests_per_minute,
        now=app.now,
        new_secret=entropy.new_secret,
        random_bits=entropy.random_bits,
    )
    return Single(data=schemas.NewApiKey(**_key(key).model_dump(), key=secret), meta=app.meta)


@app.delete(
    "/api-keys/<key_id>",
    status_code=204,
    summary="Revoke an API key",
    description="Requests with it are refused from now on, also this very key.",
    operation_id="revoke_api_key",
    tags=_TAGS,
    responses=answers(204, "It is revoked.", refusals=(404,)),
)
def revoke(
    key_id: Annotated[str, Path(description="`key_5823`, or `5823`.", examples=["key_5823"])],
) -> Response[None]:
    number = ApiKeyId(ids.parse(ids.API_KEY, key_id))
    if not table.api_keys().revoke(app.caller.account_id, number):
        raise NotFound("The requested resource could not be found", param="id")
    return Response(status_code=204)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context, subscribed=False)


def _key(key: ApiKey) -> schemas.ApiKey:
    return schemas.ApiKey(
        id=ids.render(ids.API_KEY, key.id),
        name=key.name,
        prefix=key.shown,
        requests_per_minute=key.requests_per_minute,
        created_at=rfc3339(key.created),
        last_used_at=None if key.last_used is None else rfc3339(key.last_used),
    )
