"""The resolver that the routes of this function share, and how they name a domain."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.domains import render, schemas
from shared.core.access import Readable, Writable, read_domain, write_domain
from shared.core.domains import Domain
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
    return Single(data=render.domain(domain, report_domain()), meta=app.meta)
