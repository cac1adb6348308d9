"""Uploads: reports handed in by hand, small ones in the request, large ones by a link."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.reports import render, schemas
from functions.api.reports.app import app
from shared.core import ids
from shared.core.access import read_arrivals, write_arrivals
from shared.core.clock import rfc3339
from shared.core.errors import Malformed
from shared.core.ids import UploadId
from shared.core.uploads import Upload, find_upload, open_upload
from shared.edge.openapi import answers, takes_bytes
from shared.edge.schemas import Single
from shared.wiring import buckets, entropy, table
from shared.wiring.api import idempotent

_TAGS = ["Uploads"]
_LINK_SECONDS = 3_600


@app.post(
    "/reports",
    status_code=202,
    summary="Upload a report",
    description="The body is a report as it came: XML, JSON, gzip, zip or a whole mail, 1 MB at most "
    "(larger ones go to `POST /uploads`). `GET /uploads/{id}` tells what became of it. It may be about any "
    "domain: write access to all of them is needed.",
    operation_id="upload_report",
    tags=_TAGS,
    responses=answers(202, "It is being read.", Single[schemas.Upload], refusals=(400, 409, 413, 415, 422)),
    openapi_extensions=takes_bytes(
        "application/octet-stream",
        "application/xml",
        "application/gzip",
        "application/zip",
        "application/json",
        "message/rfc822",
    ),
    middlewares=[idempotent()],
)
def upload_report(
    name: Annotated[str, Query(max_length=200, description="Of the file, for you to recognise it.")] = "",
) -> Single[schemas.Upload]:
    if not app.body:
        raise Malformed("The body is empty", param="body")
    upload = _open(name)
    buckets.mailbox().put(upload.key, app.body)
    return Single(data=schemas.Upload(**render.upload(upload)), meta=app.meta)


@app.post(
    "/uploads",
    status_code=201,
    summary="Open an upload",
    description="Answers a URL that takes one PUT of a report, 40 MB at most, for an hour.",
    operation_id="open_upload",
    tags=_TAGS,
    responses=answers(201, "The upload.", Single[schemas.NewUpload], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent(conceal=("upload_url",))],
)
def open_one(body: schemas.CreateUpload | None = None) -> Single[schemas.NewUpload]:
    upload = _open(body.name if body else "")
    shown = schemas.NewUpload(
        **render.upload(upload),
        upload_url=buckets.mailbox().upload_link(upload.key, seconds=_LINK_SECONDS),
        upload_url_expires_at=rfc3339(app.now + _LINK_SECONDS),
    )
    return Single(data=shown, meta=app.meta)


@app.get(
    "/uploads/<upload_id>",
    summary="Read an upload",
    description="What became of it: the reports that were stored, and what is in quarantine.",
    operation_id="read_upload",
    tags=_TAGS,
    responses=answers(200, "The upload.", Single[schemas.Upload], refusals=(404,)),
)
def read(
    upload_id: Annotated[
        str, Path(description="`upl_243894021531027`, or the number.", examples=["upl_243894021531027"])
    ],
) -> Single[schemas.Upload]:
    number = UploadId(ids.parse(ids.UPLOAD, upload_id))
    upload = find_upload(table.uploads(), read_arrivals(app.caller), number)
    return Single(data=schemas.Upload(**render.upload(upload)), meta=app.meta)


def _open(name: str) -> Upload:
    return open_upload(
        table.uploads(), write_arrivals(app.caller), name, now=app.now, random_bits=entropy.random_bits
    )
