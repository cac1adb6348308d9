"""How lists of domains are asked for: their filters, their order, and where one goes on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.core.domain_orders import DomainOrder, Order, Place, Sorting
from shared.core.errors import Malformed
from shared.core.ids import DomainId
from shared.core.paging import decode_opaque, encode_opaque

LookupsParam = Annotated[int | None, Query(ge=0, le=1_000, description="DNS look-ups of the SPF record.")]
LONGEST_CURSOR: Final = 1_000
PlaceParam = Annotated[
    str | None,
    Query(
        alias="cursor",
        max_length=LONGEST_CURSOR,
        description="`meta.next_cursor` of the page before, with the same `ordering`. Opaque.",
    ),
]


class DomainOrdering(StrEnum):
    DOMAIN = "domain"
    DOMAIN_DOWN = "-domain"
    VOLUME = "volume"
    VOLUME_DOWN = "-volume"
    COUNT_THREAT_OTHER = "count_threat_other"
    COUNT_THREAT_OTHER_DOWN = "-count_threat_other"
    STATE_DMARC = "state_dmarc"
    STATE_DMARC_DOWN = "-state_dmarc"
    STATE_SPF = "state_spf"
    STATE_SPF_DOWN = "-state_spf"
    STATE_DKIM = "state_dkim"
    STATE_DKIM_DOWN = "-state_dkim"
    MX_TXT = "mx_txt"
    MX_TXT_DOWN = "-mx_txt"
    SOA_TXT = "soa_txt"
    SOA_TXT_DOWN = "-soa_txt"


OrderingParam = Annotated[
    DomainOrdering | None,
    Query(description="With a minus the other way round. Without it they come as they were added."),
]
ThenParam = Annotated[DomainOrdering | None, Query(description="Of domains that are equal in `ordering`.")]


def order_of(ordering: DomainOrdering | None, then: DomainOrdering | None) -> Order | None:
    """None for the order in which they were added. ``Malformed`` for a second order without a first."""
    if ordering is None and then is not None:
        raise Malformed("ordering2 goes with ordering", param="ordering2")
    asked = [each for each in (ordering, then) if each is not None]
    return Order(tuple(map(_sorting, asked))) if asked else None


def encode_place(order: Order, place: Place) -> str:
    return encode_opaque([_name(order), *place.keys, place.id])


def decode_place(order: Order, text: str | None) -> Place | None:
    """``Malformed`` for a cursor of another list, or of none."""
    if text is None:
        return None
    try:
        found = decode_opaque(text)
    except ValueError:
        found = None
    match found:
        case [str(of), *keys, int(number)] if of == _name(order) and 0 <= number < 2**53:
            place = Place(tuple(keys), DomainId(number))
            if order.takes(place):
                return place
    raise Malformed("The cursor is not one of this list", param="cursor")


def _sorting(ordering: DomainOrdering) -> Sorting:
    return Sorting(DomainOrder(ordering.removeprefix("-")), ordering.startswith("-"))


def _name(order: Order) -> str:
    return " ".join("-" * each.descending + each.order for each in order.sortings)
