"""The resolver that the routes of this function share, and what they have in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, cast
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from shared.core.access import Readable, Writable, read_domain, write_domain
from shared.core.accounts import require_hosting
from shared.core.domains import Domain
from shared.core.errors import Malformed
from shared.core.hosting.hosting import Hosting
from shared.core.hosting.looking import Look, look_at
from shared.core.ownership import require_owned, secrets_of
from shared.edge.http import Api
from shared.wiring import hosting, lookups, table

_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,15})"', re.ASCII)

app = Api()

DomainParam = Annotated[
    str, Path(description="`ud_19`, `19`, or the domain's name.", examples=["ud_19", "19", "example.com"])
]
IfMatchParam = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=100,
        description="The `ETag` of what you read: the change is refused if somebody made another since.",
        examples=['"3"'],
    ),
]


def readable(reference: str) -> tuple[Readable, Domain]:
    right = read_domain(app.caller, unquote(reference), table.domains())
    return right, cast(Domain, right.domain)


def writable(reference: str) -> Writable:
    return write_domain(app.caller, unquote(reference), table.domains())


def owned(right: Writable) -> Writable:
    """To host something for: ``PlanLimit`` where the plan does not. A domain that is not verified yet is
    looked at first; ``Invalid`` unless it is its account's."""
    require_hosting(app.caller.account)
    if right.domain.verified is not None:
        return right
    secrets = secrets_of(right.domain, app.caller.account.token)
    return require_owned(table.domains(), lookups.fresh_lookups(), right, secrets, now=app.now)


def hosted(domain: Domain) -> Hosting:
    return hosting.switches().get(domain, now=int(app.now))


def look_now(present: Hosting) -> Look:
    """From outside, without anything that was answered before."""
    return lookups.fresh_lookups().run(look_at(present))


def revision_of(if_match: str | None) -> int | None:
    """None when any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    matched = _ETAG.fullmatch(if_match.strip())
    if matched is None:
        raise Malformed('If-Match is an ETag as it was answered, such as "3"', param="If-Match")
    return int(matched[1])


def tagged(app: Api, following: Callable[[Api], Response[Any]]) -> Response[Any]:
    """Middleware: the answer's revision as its ``ETag``."""
    response = following(app)
    body = cast(dict[str, Any], response.body)
    response.headers["ETag"] = f'"{body["data"]["revision"]}"'
    return response
