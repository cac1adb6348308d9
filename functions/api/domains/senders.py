"""``/senders``: the catalogue of senders, and an account's own entries in it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.domains import render
from functions.api.domains import sender_schemas as shapes
from functions.api.domains.app import app
from shared.core.access import administer
from shared.core.callers import require_scope
from shared.core.errors import NotFound
from shared.core.rights import Scope
from shared.core.senders.lists import Listed, SenderFilter, list_senders
from shared.core.senders.numbers import source_number
from shared.core.senders.own import LARGEST, MOST, put_sender, remove_sender
from shared.core.senders.sender import SenderCategory
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import catalogues, table

_TAGS = ["Senders"]
SenderParam = Annotated[
    str,
    Path(description="Lower-case letters, digits and single hyphens, 60 at most.", examples=["mailchimp"]),
]


@app.get(
    "/senders",
    summary="List senders",
    description="Who is known to send mail for others, by what they are recognised, and what their "
    "customers do so that the mail passes DMARC: the catalogue, with the account's own entries on top.",
    operation_id="list_senders",
    tags=_TAGS,
    responses=answers(200, "The senders, by id.", Listing[shapes.CatalogueSender], refusals=(400,), csv=True),
    middlewares=[also_csv(shapes.CatalogueSender, name="senders")],
)
def list_all(
    limit: LimitParam = 25,
    cursor: CursorParam = None,
    q: Annotated[str, Query(max_length=253, description="Part of the id, the name or a domain.")] = "",
    category: Annotated[SenderCategory | None, Query(description="Only of this category.")] = None,
    capable: Annotated[bool | None, Query(description="Only those that can align, or cannot.")] = None,
    own: Annotated[bool | None, Query(description="Only the account's own, or the catalogue's.")] = None,
) -> Listing[shapes.CatalogueSender]:
    require_scope(app.caller, Scope.READ)
    catalogue, entries = catalogues.catalogues().with_own(app.caller.account_id)
    wanted = SenderFilter(q, category, capable, own)
    found = list_senders(catalogue, entries, wanted, page_request(limit, cursor))
    return Listing(data=[_shown(each) for each in found.items], meta=app.list_meta(found))


@app.get(
    "/senders/<sender>",
    summary="Read a sender",
    operation_id="read_sender",
    tags=_TAGS,
    responses=answers(200, "The sender.", Single[shapes.CatalogueSender], refusals=(404,)),
)
def read(sender: SenderParam) -> Single[shapes.CatalogueSender]:
    require_scope(app.caller, Scope.READ)
    catalogue, entries = catalogues.catalogues().with_own(app.caller.account_id)
    found = catalogue.senders.get(sender)
    if found is None:
        raise NotFound("There is no sender with this id")
    return Single(data=_shown(Listed(found, entries.by_id(sender) is not None)), meta=app.meta)


@app.put(
    "/senders/<sender>",
    summary="Name a sender",
    description="For admins. Adds an entry of the account's own, or replaces it; with an id of the "
    "catalogue it stands in that one's place, whole. No domain, selector or network belongs to two own "
    "entries; where one is the catalogue's, the own entry has it. At most "
    f"{MOST} of them, with {LARGEST} characters together. A day is named by it when it is rolled up next: "
    "with its next report. Earlier days stay as they are.",
    operation_id="put_sender",
    tags=_TAGS,
    responses=answers(200, "The sender.", Single[shapes.CatalogueSender], refusals=(400, 412, 413, 415, 422)),
)
def put(sender: SenderParam, body: shapes.PutSender) -> Single[shapes.CatalogueSender]:
    fields = body.model_dump(mode="json", exclude_none=True)
    made, _ = put_sender(table.sender_extensions(), administer(app.caller), sender, fields)
    return Single(data=_shown(Listed(made, own=True)), meta=app.meta)


@app.delete(
    "/senders/<sender>",
    status_code=204,
    summary="Remove a sender",
    description="For admins. Only an entry of the account's own; one of the catalogue whose place it took "
    "is there again.",
    operation_id="remove_sender",
    tags=_TAGS,
    responses=answers(204, "It is removed.", refusals=(404, 412)),
)
def remove(sender: SenderParam) -> Response[None]:
    remove_sender(table.sender_extensions(), administer(app.caller), sender)
    return Response(status_code=204)


def _shown(listed: Listed) -> shapes.CatalogueSender:
    sender = listed.sender
    return shapes.CatalogueSender(
        id=sender.id,
        source_id=source_number(sender.domain),
        name=sender.name,
        domain=sender.domain,
        category=sender.category,
        own=listed.own,
        domains=list(sender.domains),
        dkim=list(sender.dkim),
        return_path=list(sender.return_path),
        hosts=list(sender.hosts),
        selectors=list(sender.selectors),
        networks=list(sender.networks),
        network_names=list(sender.network_names),
        spf=list(sender.spf),
        alignment=render.alignment(sender.alignment),
    )
