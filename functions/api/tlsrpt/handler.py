"""``POST /tlsrpt/{token}``: TLS reports over HTTPS (RFC 8460 section 5.4), for ``rua=https:`` addresses."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.tlsrpt import schemas
from shared.core.errors import Malformed, NotFound
from shared.edge.http import Api
from shared.edge.openapi import answers, takes_bytes
from shared.edge.recording import unrecorded
from shared.edge.refusals import UnsupportedMediaType
from shared.edge.schemas import Single
from shared.wiring import buckets, table
from shared.wiring.api import serve_anyone

_LARGEST = 4_000_000
_REQUESTS_PER_MINUTE = 600
"""From one address: a large sender reports to many domains of one deployment within minutes."""

_MEDIA_TYPES = ("application/tlsrpt+json", "application/tlsrpt+gzip")
_ALSO_TAKEN = ("", "application/json", "application/gzip", "application/x-gzip", "application/octet-stream")

app = Api(bases=(), largest_body=_LARGEST)


@app.post(
    "/tlsrpt/<token>",
    status_code=201,
    summary="Deliver a TLS report",
    description="For senders of TLS reports (RFC 8460): JSON, plain or gzipped. A report that is sent again "
    "is stored once.",
    operation_id="deliver_tls_report",
    tags=["TLS-RPT"],
    responses=answers(
        201, "It was accepted.", Single[schemas.Accepted], refusals=(400, 404, 413, 415), public=True
    ),
    openapi_extensions=takes_bytes(*_MEDIA_TYPES),
    middlewares=[unrecorded],
)
def deliver(
    token: Annotated[str, Path(description="The local part of a reporting address.")],
) -> Single[schemas.Accepted]:
    _require_tls_report()
    recipient = token.lower()
    if table.accounts().recipient(recipient) is None:
        raise NotFound("No account has this address", param="token")
    # The same bytes have the same name, so that a retry after a lost answer changes nothing.
    name = hashlib.sha256(app.body).hexdigest()[:40]
    buckets.mailbox().put(f"tlsrpt/{recipient}/{name}", app.body)
    return Single(data=schemas.Accepted(), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_anyone(app, event, context, bucket="tlsrpt", per_minute=_REQUESTS_PER_MINUTE)


def _require_tls_report() -> None:
    media_type = app.media_type
    if media_type not in (*_MEDIA_TYPES, *_ALSO_TAKEN):
        raise UnsupportedMediaType(f"Send {' or '.join(_MEDIA_TYPES)}", param="Content-Type")
    if not app.body:
        raise Malformed("The body is empty", param="body")
