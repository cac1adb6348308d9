"""The resolver that the routes of this function share, and how they name a domain."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, cast
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.domains import render, schemas
from shared.core.access import Readable, Writable, read_domain, write_domain
from shared.core.domains import Domain
from shared.core.group_use import group_ids
from shared.core.parked_credits import ParkedCredits, parked_credits
from shared.core.tag_use import shown_tags
from shared.edge.http import Api
from shared.edge.schemas import Single
from shared.wiring import table
from shared.wiring.api import report_domain

app = Api()

DomainParam = Annotated[
    str, Path(description="`ud_19`, `19`, or the domain's name.", examples=["ud_19", "19", "example.com"])
]


def writable(reference: str) -> Writable:
    """Names of other scripts come percent-encoded."""
    return write_domain(app.caller, unquote(reference), table.domains())


def readable(reference: str) -> tuple[Readable, Domain]:
    right = read_domain(app.caller, unquote(reference), table.domains())
    return right, cast(Domain, right.domain)


def shown(domain: Domain) -> Single[schemas.Domain]:
    return Single(data=render.domain(domain, beside([domain])), meta=app.meta)


def beside(domains: Iterable[Domain]) -> render.Beside:
    """For these domains: the tags that they have are read together."""
    named = {tag for domain in domains for tag in domain.tags}
    tags = shown_tags(table.tags(), app.caller.account_id, named)
    return render.Beside(report_domain(), parked, partial(group_ids, app.caller), tags)


def parked() -> ParkedCredits:
    """Of the account, read once for a request."""
    if "parked" not in app.context:
        credits_left = parked_credits(table.rollups(), app.caller.account, app.caller.now)
        app.context.update(parked=credits_left)
    return cast(ParkedCredits, app.context["parked"])
