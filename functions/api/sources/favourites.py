"""Addresses marked as known to be good."""

from __future__ import annotations

from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response

from functions.api.sources import schemas
from functions.api.sources.app import AddressParam, DomainParam, app, readable, writable
from shared.core.sending.favourites import MOST_FAVOURITES, favourites_of, mark, unmark
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.schemas import Listing, Single
from shared.wiring import table

_TAGS = ["Figures"]


@app.get(
    "/domains/<domain_id>/favorites",
    summary="List favourite addresses",
    operation_id="list_favorites",
    tags=_TAGS,
    responses=answers(200, "All of them.", Listing[schemas.Favorite], refusals=(400, 404), csv=True),
    middlewares=[also_csv(schemas.Favorite, name="favorites")],
)
def list_all(domain_id: DomainParam) -> Listing[schemas.Favorite]:
    right, _ = readable(domain_id)
    shown = [schemas.Favorite(ip=address) for address in sorted(favourites_of(table.favourites(), right))]
    return Listing(data=shown, meta=app.whole_list_meta(len(shown)))


@app.put(
    "/domains/<domain_id>/favorites/<ip>",
    summary="Mark an address as a favourite",
    description=f"An address that is known to be good; {MOST_FAVOURITES} of a domain. It need not have sent "
    "anything. Forms of one address are the same.",
    operation_id="add_favorite",
    tags=_TAGS,
    responses=answers(200, "It is marked.", Single[schemas.Favorite], refusals=(404, 422)),
)
def add(domain_id: DomainParam, ip: AddressParam) -> Single[schemas.Favorite]:
    address = mark(table.favourites(), writable(domain_id), unquote(ip))
    return Single(data=schemas.Favorite(ip=address), meta=app.meta)


@app.delete(
    "/domains/<domain_id>/favorites/<ip>",
    status_code=204,
    summary="Unmark a favourite address",
    operation_id="remove_favorite",
    tags=_TAGS,
    responses=answers(204, "It is no favourite any more.", refusals=(404,)),
)
def remove(domain_id: DomainParam, ip: AddressParam) -> Response[None]:
    unmark(table.favourites(), writable(domain_id), unquote(ip))
    return Response(status_code=204)
