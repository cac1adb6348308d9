"""Query parameters that several resources share."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.core.mail import Trust
from shared.core.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from shared.edge.schemas import Day

LimitParam = Annotated[
    int,
    Query(ge=1, description=f"Items on a page: {DEFAULT_LIMIT} by default, {LARGEST_LIMIT} at most."),
]
CursorParam = Annotated[
    str | None, Query(description="`meta.next_cursor` of the page before. Opaque.", max_length=200)
]
StartParam = Annotated[Day | None, Query(alias="start_date", description="First day, UTC.")]
EndParam = Annotated[Day | None, Query(alias="end_date", description="Last day, UTC, included.")]

_ONE = "(authenticated|unverified|failed)"
TrustsParam = Annotated[
    str | None,
    Query(
        pattern=f"^{_ONE}(,{_ONE})*$",
        description="Count only reports whose own mail was `authenticated`, `unverified` or `failed`; "
        "several separated by commas. All of them by default.",
    ),
]


def trusts_of(text: str | None) -> tuple[Trust, ...]:
    """The trust classes that a ``TrustsParam`` names, without repetition."""
    named = set(text.split(",")) if text else set(Trust)
    return tuple(trust for trust in Trust if trust in named)
