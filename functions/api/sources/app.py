"""The resolver that the routes of this function share, and the parameters that several take."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from shared.core.access import Readable, Writable, read_domain, write_domain
from shared.core.domains import Domain
from shared.core.sending.addresses import Category
from shared.edge.http import Api
from shared.edge.schemas import DayOrSeconds
from shared.wiring import table

app = Api()

DomainParam = Annotated[
    str, Path(description="`ud_19`, `19`, or the domain's name.", examples=["ud_19", "19", "example.com"])
]
AddressParam = Annotated[
    str,
    Path(
        description="An IPv4 or IPv6 address in any form.",
        examples=["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"],
    ),
]
FromParam = Annotated[
    DayOrSeconds | None, Query(alias="date_from", description="First day, UTC; or a time in Unix seconds.")
]
ToParam = Annotated[
    DayOrSeconds | None,
    Query(alias="date_to", description="Last day, UTC, included; or a time in Unix seconds."),
]
SearchParam = Annotated[str, Query(max_length=255, description="Part of what is shown, in any case.")]
CategoryParam = Annotated[
    Category | None,
    Query(description="A standing, or only what passed `dmarc`, `spf` or `dkim`, or was `forwarded`."),
]
ReporterParam = Annotated[
    str,
    Query(
        alias="report_source",
        max_length=255,
        description="Count only reports of reporters whose name has this in it.",
    ),
]


def readable(reference: str) -> tuple[Readable, Domain]:
    right = read_domain(app.caller, unquote(reference), table.domains())
    return right, cast(Domain, right.domain)


def writable(reference: str) -> Writable:
    return write_domain(app.caller, unquote(reference), table.domains())
