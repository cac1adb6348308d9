"""The resolver that the routes of this function share, and what they have in common."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from functions.api.inspect.schemas import Inspected, InspectionMeta
from shared.core.callers import Caller
from shared.core.errors import Unauthenticated
from shared.core.inspections import TimedLookups
from shared.core.lookups import Lookups
from shared.edge.http import Api
from shared.edge.openapi import answers
from shared.wiring import lookups

T = TypeVar("T")

app = Api()

WITH_OR_WITHOUT_KEY: dict[str, Any] = {"security": [{"apiKey": []}, {}]}

DomainParam = Annotated[
    str,
    Query(
        max_length=1_000,
        description="Any domain, in U-labels or A-labels; a public suffix and names with underscores, too.",
        examples=["example.com"],
    ),
]


def described(model: Any, *refusals: int) -> dict[int, OpenAPIResponse]:
    """What the document says of the answers of a route that needs no key."""
    return answers(200, "What was found.", Inspected[model], refusals=(400, 401, *refusals), public=True)


def known_caller() -> Caller:
    """Who asks, for what needs to know; ``Unauthenticated`` where the request came without a key."""
    caller: Caller | None = app.context["caller"]
    if caller is None:
        raise Unauthenticated("This needs an API key: it is about domains of an account")
    return caller


def timed(inspect: Callable[[Lookups], T]) -> Inspected[T]:
    """Answers of the DNS are new with every request: who changes a record wants to see the change."""
    watched = TimedLookups(lookups.fresh_lookups(), time.perf_counter, time.thread_time)
    began = time.perf_counter()
    data = inspect(watched)
    total = time.perf_counter() - began
    meta = InspectionMeta(
        request_id=app.request_id,
        dns_ms=round(watched.waited * 1_000, 1),
        total_ms=round(total * 1_000, 1),
    )
    return Inspected(data=data, meta=meta)
