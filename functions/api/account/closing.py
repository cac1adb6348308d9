"""An account's end: taking its data away, closing it, and thinking better of it. Open to accounts whose plan
has run out."""

from __future__ import annotations

from functions.api.account import render, schemas
from functions.api.account.app import TAGS, app
from shared.core.access import administer
from shared.core.accounts import Account
from shared.core.closing import close_account, tell_of_closing
from shared.core.errors import Forbidden
from shared.core.exports import begin_export, links
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import closing, entropy, queues, table
from shared.wiring.api import idempotent
from shared.wiring.people import people


@app.post(
    "/account/close",
    summary="Close the account",
    description="For its owner, who types its name again. It is read only from now on, and mail is still "
    "kept; at `closes_at` all of it is deleted. Until then it can be reopened.",
    operation_id="close_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Closing], refusals=(400, 409, 413, 415, 422)),
)
def close(body: schemas.CloseAccount) -> Single[schemas.Closing]:
    return _closing(closed(_owned(), body.name))


@app.post(
    "/account/reopen",
    summary="Reopen the account",
    description="For its owner, while its deletion has not begun.",
    operation_id="reopen_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Closing], refusals=(409,)),
)
def reopen() -> Single[schemas.Closing]:
    return _closing(table.accounts().reopen(_owned().id))


@app.post(
    "/account/export",
    status_code=202,
    summary="Export the account",
    description="For its owner: everything as ZIP archives with JSON lines and raw mail, made in a while. "
    "One export is made at a time.",
    operation_id="export_account",
    tags=TAGS,
    responses=answers(202, "The export.", Single[schemas.Export], refusals=(400, 409, 422)),
    middlewares=[idempotent()],
)
def export() -> Single[schemas.Export]:
    begun = begin_export(
        *(table.exports(), queues.exportings(), _owned().id), now=app.now, random_bits=entropy.random_bits
    )
    return Single(data=render.export(begun, []), meta=app.meta)


@app.get(
    "/account/export",
    summary="Read the export",
    description="For the owner. The links are good for an hour, and made anew each time.",
    operation_id="read_export",
    tags=TAGS,
    responses=answers(200, "The last export.", Single[schemas.Export]),
)
def read_export() -> Single[schemas.Export]:
    found = table.exports().get(_owned().id)
    files = [] if found is None else links(closing.archive(), found)
    return Single(data=render.export(found, files), meta=app.meta)


def closed(account: Account, typed: str) -> Account:
    """The account as it is closing; who runs it is told, the first time."""
    stores = table.accounts(), queues.closings()
    leaving = close_account(*stores, account, typed, delay=closing.delay(), now=app.now)
    if not account.is_closing:
        tell_of_closing(people().letters, table.members(), leaving)
    return leaving


def _owned() -> Account:
    """The caller's account, where the caller is the person who owns it: an API key is nobody."""
    account = administer(app.caller).account
    if app.caller.user is None or not app.caller.rights.owner:
        raise Forbidden("This is for the owner of the account")
    return account


def _closing(account: Account) -> Single[schemas.Closing]:
    return Single(data=render.closing(account), meta=app.meta)
