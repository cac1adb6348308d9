"""The resolver that the routes of this function share, and the parameters that its lists have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.advice import schemas
from shared.core.advice.lists import MatterFilter, Place
from shared.core.clock import epoch_of, parse_rfc3339
from shared.core.errors import Malformed
from shared.core.group_lists import DomainState
from shared.core.group_use import shown_group
from shared.core.ids import GroupId
from shared.core.paging import decode_opaque, encode_opaque
from shared.edge.http import Api
from shared.wiring import table

app = Api()

_MOMENT = "`2026-11-20T06:12:09Z`, or a day."
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

DomainPath = Annotated[
    str, Path(description="`ud_19`, `19`, or the domain's name.", examples=["ud_19", "19", "example.com"])
]
DomainQuery = Annotated[str | None, Query(max_length=300, description="Id or name of a domain.")]
GroupQuery = Annotated[
    str | None, Query(max_length=30, description="Of domains in this group; `grp_1` is the default one.")
]
AssignedQuery = Annotated[
    bool | None, Query(description="Of domains in a group beside the default one, or in none.")
]
StateQuery = Annotated[
    DomainState | None, Query(description="Of active or of inactive domains; `unknown` filters nothing.")
]
TopLevelQuery = Annotated[bool | None, Query(description="Of domains shown as such of their own, or not.")]
IgnoredQuery = Annotated[bool | None, Query(description="Ignored, or not.")]
SolvedQuery = Annotated[bool | None, Query(description="Solved, or open.")]
AfterQuery = Annotated[
    str, Query(max_length=60, description=f"First found then or later: {_MOMENT}", examples=["2026-11-20"])
]
BeforeQuery = Annotated[
    str, Query(max_length=60, description=f"First found before: {_MOMENT}", examples=["2026-11-20"])
]
PlaceQuery = Annotated[
    str | None,
    Query(
        alias="cursor",
        max_length=800,
        description="`meta.next_cursor` of the page before, with the same `ordering`. Opaque.",
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What issues and tasks are both filtered by, as it was asked."""

    domain: str | None
    group_id: str | None
    assigned: bool | None
    state: DomainState | None
    top_level: bool | None
    ignored: bool | None
    solved: bool | None
    created_after: str
    created_before: str

    def wanted(self) -> MatterFilter:
        """``NotFound`` for a group out of sight, ``Malformed`` for what is no time."""
        return MatterFilter(
            domain=self.domain,
            group=_group(self.group_id),
            assigned=self.assigned,
            state=None if self.state is DomainState.UNKNOWN else self.state,
            top_level=self.top_level,
            ignored=self.ignored,
            solved=self.solved,
            since=_moment(self.created_after, "created_after"),
            before=_moment(self.created_before, "created_before"),
        )


def encode_place(ordering: str, place: Place) -> str:
    return encode_opaque([ordering, *place])


def decode_place(ordering: str, text: str | None) -> Place | None:
    """``Malformed`` for a cursor of another list, or of none."""
    if text is None:
        return None
    try:
        found = decode_opaque(text)
    except ValueError:
        found = None
    match found:
        case [str(of), str(key), int(number)] if of == ordering and 0 <= number < 2**53 and _is_key(key):
            return key, number
    raise Malformed("The cursor is not one of this list", param="cursor")


def page_meta(following: str | None) -> schemas.PageMeta:
    return schemas.PageMeta(request_id=app.request_id, has_more=following is not None, next_cursor=following)


def _is_key(text: str) -> bool:
    return len(text) <= 300 and text.isascii() and text.isprintable()


def _group(reference: str | None) -> GroupId | None:
    if reference is None:
        return None
    return shown_group(table.groups(), app.caller, reference, param="group_id").id


def _moment(text: str, param: str) -> int | None:
    if not text:
        return None
    if _DAY.fullmatch(text) is None:
        return parse_rfc3339(text, param=param)
    try:
        return epoch_of(date.fromisoformat(text))
    except ValueError:
        raise Malformed(f"{text} is no day", param=param) from None
