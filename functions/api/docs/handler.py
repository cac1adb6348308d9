"""``/v1/openapi.json`` and ``/v1/docs``: the API, for programs and for people. And ``/v1/sign-in``,
and what no route matches."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.docs import schemas
from functions.api.docs.page import STYLE, render
from shared.edge.http import Api
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring.api import serve_anyone
from shared.wiring.sign_in import sign_in

app = Api()
_TAGS = ["Documentation"]
_REQUESTS_PER_MINUTE = 60
"""From one address: reading about the API is cheap, and needs no key."""

_CACHED = {"Cache-Control": "public, max-age=300"}


@app.get(
    "/openapi.json",
    summary="Read this document",
    operation_id="read_openapi",
    tags=_TAGS,
    responses=answers(200, "The OpenAPI 3.1 document.", dict[str, Any], public=True),
    enable_validation=False,
)
def read_document() -> Response[str]:
    return Response(200, content_type="application/json", body=_document(), headers=dict(_CACHED))


@app.get(
    "/docs",
    summary="Read about the API",
    operation_id="read_docs",
    tags=_TAGS,
    responses={
        **answers(200, "A page.", public=True),
        200: {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}},
    },
    enable_validation=False,
)
def read_page() -> Response[str]:
    return Response(
        200,
        content_type="text/html; charset=utf-8",
        body=_page(),
        headers={**_CACHED, "Content-Security-Policy": _policy()},
    )


@app.get(
    "/sign-in",
    summary="Read how people sign in",
    description="What a program needs for the authorization code flow with PKCE (RFC 7636). Send the access "
    "token that it ends with as `Authorization: Bearer`, in the place of an API key.",
    operation_id="read_sign_in",
    tags=["Signing in"],
    responses=answers(200, "Where people sign in.", Single[schemas.SignIn], public=True),
)
def read_sign_in() -> Single[schemas.SignIn]:
    return Single(data=schemas.SignIn.of(sign_in()), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_anyone(app, event, context, bucket="docs", per_minute=_REQUESTS_PER_MINUTE)


@cache
def _document() -> str:
    text = (Path(__file__).parent / "openapi.json").read_text()
    return json.dumps(json.loads(text), separators=(",", ":"))


@cache
def _page() -> str:
    return render(json.loads(_document()))


@cache
def _policy() -> str:
    """Nothing but our own style: no script, no image, no other host."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
