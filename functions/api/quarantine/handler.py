"""``/quarantine``: what arrived and could not be stored, why, and another try."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.quarantine import schemas
from shared.core import ids
from shared.core.access import read_arrivals, write_arrivals
from shared.core.clock import rfc3339
from shared.core.ids import QuarantineId
from shared.core.paging import DEFAULT_LIMIT, Cursor
from shared.core.quarantine import NOBODY, Entry
from shared.core.replays import (
    find_entry,
    find_entry_mail,
    list_entries,
    remove_entry,
    replay,
    replay_all,
)
from shared.edge.http import Api
from shared.edge.lists import also_csv
from shared.edge.openapi import answers, raw_answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.raw_mail import download
from shared.edge.recording import record_read
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import buckets, queues, table
from shared.wiring.api import idempotent, serve_with_key

app = Api()
_TAGS = ["Quarantine"]
_AT_ONCE = 500
EntryParam = Annotated[
    str, Path(description="`qua_2790561325481984`, or the number.", examples=["qua_2790561325481984"])
]


@app.get(
    "/quarantine",
    summary="List quarantine",
    description="Newest first, for 30 days, for those who see every domain of the account: what could not be "
    "stored may be about any. Operators also see what belongs to no account.",
    operation_id="list_quarantine",
    tags=_TAGS,
    responses=answers(200, "The entries.", Listing[schemas.QuarantineEntry], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.QuarantineEntry, name="quarantine")],
)
def list_all(
    limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None
) -> Listing[schemas.QuarantineEntry]:
    page = list_entries(table.quarantine(), read_arrivals(app.caller), page_request(limit, cursor))
    return Listing(data=[_entry(entry) for entry in page.items], meta=app.list_meta(page))


@app.get(
    "/quarantine/<entry_id>",
    summary="Read an entry",
    operation_id="read_quarantine_entry",
    tags=_TAGS,
    responses=answers(200, "The entry.", Single[schemas.QuarantineEntry], refusals=(404,)),
)
def read(entry_id: EntryParam) -> Single[schemas.QuarantineEntry]:
    entry = find_entry(table.quarantine(), read_arrivals(app.caller), _number(entry_id))
    return Single(data=_entry(entry), meta=app.meta)


@app.get(
    "/quarantine/<entry_id>/raw",
    summary="Read an entry's mail",
    description="As it came. A large one is answered by a redirect to a link that holds for five minutes. It "
    "may be a failure report: the forensic scope is needed, and for one that is known to be, which hides no "
    "personal data, the admin scope beside it.",
    operation_id="read_quarantine_raw",
    tags=_TAGS,
    responses=raw_answers(),
    enable_validation=False,
)
def read_raw(entry_id: str) -> Response[Any]:
    mailbox = buckets.mailbox()
    entry = find_entry_mail(table.quarantine(), mailbox, app.caller, _number(entry_id))
    # What could not be stored is of no kind: it may be a failure report.
    record_read(app, ids.render(ids.QUARANTINE, entry.id))
    return download(mailbox, entry.mail, ids.render(ids.QUARANTINE, entry.id))


@app.post(
    "/quarantine/<entry_id>/replay",
    status_code=202,
    summary="Replay an entry",
    description="Its delivery is read again. The entry goes once its reason is gone.",
    operation_id="replay_quarantine_entry",
    tags=_TAGS,
    responses=answers(
        202, "It is being read again.", Single[schemas.QuarantineEntry], refusals=(400, 404, 409, 422)
    ),
    middlewares=[idempotent()],
)
def replay_one(entry_id: EntryParam) -> Single[schemas.QuarantineEntry]:
    right = write_arrivals(app.caller)
    entry = replay(table.quarantine(), queues.replays(), right, _number(entry_id), app.now)
    return Single(data=_entry(entry), meta=app.meta)


@app.post(
    "/quarantine/replay",
    status_code=202,
    summary="Replay quarantine",
    description=f"All entries, or those of one reason: {_AT_ONCE} are looked at in one call, and "
    "`next_cursor` goes on from there.",
    operation_id="replay_quarantine",
    tags=_TAGS,
    responses=answers(
        202, "They are being read again.", Single[schemas.Replayed], refusals=(400, 409, 413, 415, 422)
    ),
    middlewares=[idempotent()],
)
def replay_many(body: schemas.Replay | None = None) -> Single[schemas.Replayed]:
    asked = body or schemas.Replay()
    done = replay_all(
        table.quarantine(),
        queues.replays(),
        write_arrivals(app.caller),
        now=app.now,
        reason=asked.reason,
        after=None if asked.cursor is None else QuarantineId(Cursor.decode(asked.cursor).id),
        limit=_AT_ONCE,
    )
    following = None if done.after is None else Cursor(done.after).encode()
    shown = schemas.Replayed(replayed=done.count, has_more=following is not None, next_cursor=following)
    return Single(data=shown, meta=app.meta)


@app.delete(
    "/quarantine/<entry_id>",
    status_code=204,
    summary="Delete an entry",
    description="The mail stays until its retention ends: other accounts may have been sent it, too.",
    operation_id="delete_quarantine_entry",
    tags=_TAGS,
    responses=answers(204, "It is gone.", refusals=(404,)),
)
def delete(entry_id: EntryParam) -> Response[None]:
    remove_entry(table.quarantine(), write_arrivals(app.caller), _number(entry_id))
    return Response(status_code=204)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _number(entry_id: str) -> QuarantineId:
    return QuarantineId(ids.parse(ids.QUARANTINE, entry_id))


def _entry(entry: Entry) -> schemas.QuarantineEntry:
    return schemas.QuarantineEntry(
        id=ids.render(ids.QUARANTINE, entry.id),
        reason=entry.reason,
        detail=entry.detail,
        path=entry.path,
        door=entry.door,
        received_at=rfc3339(entry.received),
        expires_at=rfc3339(entry.expires),
        replayed_at=None if entry.replayed is None else rfc3339(entry.replayed),
        trust=entry.trust,
        recipients=list(entry.recipients),
        sender=entry.sender,
        subject=entry.subject,
        domain=entry.domain,
        reporter=entry.reporter,
        report_id=entry.report_id,
        nobodys=entry.account == NOBODY,
    )
