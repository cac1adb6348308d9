"""What the OpenAPI document says of a route's answers."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse, OpenAPIResponseContentSchema

from shared.edge.schemas import ErrorAnswer

REFUSALS: Final = {
    400: "The request cannot be understood; `error.param` names the part at fault.",
    401: "The API key is missing, wrong or revoked.",
    403: "You may not do it: for want of a scope or role, of write access to the domain, or of a plan that "
    "has not run out and keeps data of that time.",
    404: "It does not exist, it is not of this account, or it is not for you to see.",
    409: "It is not possible in the present state.",
    412: "It was changed since: `If-Match` names another version.",
    413: "The body is too large.",
    415: "The body is of a media type that is not taken here.",
    422: "The request is understood and breaks a rule; `error.param` names the part at fault.",
    429: "Too many requests; `retry_after` says how many seconds to wait.",
    500: "Something went wrong on our side.",
}

_ALWAYS: Final = (401, 403, 429, 500)
_PUBLIC: Final = (429, 500)


def answers(
    status: int,
    description: str,
    model: Any = None,
    *,
    refusals: tuple[int, ...] = (),
    csv: bool = False,
    public: bool = False,
) -> dict[int, OpenAPIResponse]:
    """One good answer, and the refusals that a route has beside those of every route."""
    content: dict[str, Any] = {} if model is None else {"application/json": {"model": model}}
    if csv:
        content["text/csv"] = {"schema": {"type": "string"}}
    good: OpenAPIResponse = {"description": description}
    if content:
        good["content"] = content
    found: dict[int, OpenAPIResponse] = {status: good}
    for refused in sorted({*refusals, *(_PUBLIC if public else _ALWAYS)}):
        found[refused] = {
            "description": REFUSALS[refused],
            "content": {"application/json": {"model": ErrorAnswer}},
        }
    return found


def raw_answers() -> dict[int, OpenAPIResponse]:
    """Of routes that answer a delivery as it came."""
    binary: OpenAPIResponseContentSchema = {"schema": {"type": "string", "format": "binary"}}
    found = answers(302, "A link to it, in `Location`.", refusals=(404,))
    found[200] = {
        "description": "The mail, or the uploaded bytes.",
        "content": {"message/rfc822": binary, "application/octet-stream": binary},
    }
    return found


def takes_bytes(*media_types: str) -> dict[str, Any]:
    """The OpenAPI extension of a route whose body is not JSON."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": dict.fromkeys(media_types, binary)}}
