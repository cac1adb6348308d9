"""The HTTP API: Powertools' resolver, with this product's envelope, errors and headers around it.

Authentication comes before everything else, also before validation, which Powertools does ahead of any
middleware: so ``serve`` admits the caller first and lets the resolver route afterwards.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic_core import from_json

from shared.core.callers import Caller
from shared.core.errors import Invalid, Malformed, NotFound, Refusal, TooLarge
from shared.core.paging import Page
from shared.edge.caller import Admission
from shared.edge.recording import Trail, around
from shared.edge.refusals import (
    MethodNotAllowed,
    UnsupportedMediaType,
    body_of,
    error_body,
    headers_of,
    status_of,
)
from shared.edge.schemas import ListMeta, Meta

BASES: Final = ("/v1", "/dmarctrust/api/v1")
"""The same resources answer under both."""

LARGEST_BODY: Final = 1_048_576

_LARGEST_ANSWER: Final = 5_500_000
"""Octets of a body. AWS Lambda gives up on a little more than that, with an error of its own."""

_SECURITY: Final = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

logger = Logger(service="api")
metrics = Metrics(service="api")
tracer = Tracer(service="api")


class Api(APIGatewayHttpResolver):
    """The routes of one function, written without their base."""

    def __init__(self, bases: tuple[str, ...] = BASES, *, largest_body: int = LARGEST_BODY) -> None:
        super().__init__(
            strip_prefixes=list(bases),
            enable_validation=True,
            response_validation_error_http_code=500,
            json_body_deserializer=_read_json,
        )
        self.bases = bases
        self.largest_body = largest_body
        self.use(middlewares=[around])
        self.exception_handler(Refusal)(self.refused)
        self.exception_handler(RequestValidationError)(self._misunderstood)
        self.exception_handler(RequestUnsupportedContentType)(self._unsupported)
        self.exception_handler(Exception)(self.broken)
        self.not_found(self._unrouted)

    def public_path(self, path: str) -> str:
        """The path of a route as the document names it: under the first base."""
        return f"{self.bases[0]}{path}" if self.bases else path

    @property
    def caller(self) -> Caller:
        return cast(Caller, self.context["caller"])

    @property
    def now(self) -> float:
        return cast(float, self.context["now"])

    @property
    def body(self) -> bytes:
        """The request's body as it was sent."""
        return cast(bytes, self.context["body"])

    @property
    def media_type(self) -> str:
        """Of the body, without parameters; empty when the request does not say."""
        return _media_type(self.current_event.headers)

    @property
    def request_id(self) -> str:
        return cast(str, self.context["request_id"])

    @property
    def meta(self) -> Meta:
        return Meta(request_id=self.request_id)

    def list_meta(self, page: Page[Any]) -> ListMeta:
        return ListMeta(
            request_id=self.request_id,
            total_count=page.total,
            has_more=page.next is not None,
            next_cursor=page.next.encode() if page.next else None,
        )

    def whole_list_meta(self, count: int) -> ListMeta:
        """Of a list that is always given whole."""
        return ListMeta(request_id=self.request_id, total_count=count, has_more=False, next_cursor=None)

    def refused(self, refusal: Refusal) -> Response[Any]:
        return _json(status_of(refusal), body_of(refusal, self.request_id), headers_of(refusal))

    def broken(self, error: Exception) -> Response[Any]:
        """Our own fault: all of it goes to the log, nothing of it to the caller."""
        logger.exception("unexpected error", exc_info=error, request_id=self.request_id)
        message = "Something went wrong on our side; the request id finds it in the logs"
        return _json(500, error_body("internal_error", message, self.request_id))

    def _misunderstood(self, error: RequestValidationError) -> Response[Any]:
        first = error.errors()[0]
        place, *path = first["loc"]
        param = ".".join(str(step) for step in path) or str(place)
        message = str(first["msg"]).removeprefix("Value error, ")
        return self.refused(Malformed(f"{param}: {message}"[:500], param=param))

    def _unsupported(self, error: RequestUnsupportedContentType) -> Response[Any]:
        return self.refused(UnsupportedMediaType("Send application/json", param="Content-Type"))

    def _unrouted(self, error: NotFoundError) -> Response[Any]:
        path = self.context["_path"]
        routes = self._static_routes + self._dynamic_routes
        allowed = sorted({route.method for route in routes if route.rule.match(path)})
        if allowed:
            return self.refused(MethodNotAllowed(tuple(allowed)))
        return self.refused(NotFound("The requested resource could not be found"))


@tracer.capture_method(capture_response=False)
def serve(
    app: Api,
    event: Mapping[str, Any],
    context: LambdaContext,
    admit: Callable[[Mapping[str, Any]], Admission],
    now: float,
    trail: Trail,
) -> dict[str, Any]:
    """Answer one request (payload format 2.0): admit, route, record, and dress the answer."""
    request_id = str(event["requestContext"]["requestId"])
    app.context.update(request_id=request_id, now=now, trail=trail)
    admission: Admission | None = None
    try:
        admission = admit(event)
        if admission.refusal is not None:
            raise admission.refusal
        body = _body_of(event, app.largest_body)
        app.context.update(caller=admission.caller, body=body)
        answer = app.resolve(_readable(event, body), context)
        if len(answer.get("body") or "") > _LARGEST_ANSWER:
            raise Invalid("The answer is too large to be sent: ask for less at once")
    except Refusal as refusal:
        app.context.update(request_id=request_id)
        answer = _plain(app.refused(refusal))
    except Exception as error:  # noqa: BLE001 (the one place that has to answer whatever happened)
        app.context.update(request_id=request_id)
        answer = _plain(app.broken(error))
    finally:
        app.context.clear()
    # A body that is null is allowed in the format and trips gateways that are not API Gateway.
    answer["body"] = answer.get("body") or ""
    answer["headers"] = {
        **_SECURITY,
        "Cache-Control": "no-store",
        **_said_of(answer),
        **_allowance(admission),
        "X-Request-Id": request_id,
    }
    _note(event, answer, admission)
    return answer


def _said_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """The headers that the route set. Nothing is plain text: gateways take what has no type for JSON."""
    said = dict(answer.get("headers", {}))
    if not answer["body"]:
        said = {name: value for name, value in said.items() if name.lower() != "content-type"}
        said["Content-Type"] = "text/plain"
    return said


def _note(event: Mapping[str, Any], answer: Mapping[str, Any], admission: Admission | None) -> None:
    http = event["requestContext"]["http"]
    caller = admission.caller if admission else None
    logger.info(
        "request",
        request_id=event["requestContext"]["requestId"],
        method=http["method"],
        path=event.get("rawPath", "")[:300],
        status=answer["statusCode"],
        account=caller.account_id if caller else None,
        key=caller.key if caller else None,
    )
    metrics.add_dimension("status", f"{answer['statusCode'] // 100}xx")
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    if caller is not None and answer["statusCode"] == 403:
        metrics.add_metric("Denied", MetricUnit.Count, 1)
    metrics.flush_metrics()


def _allowance(admission: Admission | None) -> dict[str, str]:
    if admission is None:
        return {}
    allowance = admission.allowance
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(max(allowance.remaining, 0)),
        "X-RateLimit-Reset": str(allowance.reset),
    }


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[Any]:
    text = json.dumps(body, separators=(",", ":"))
    return Response(
        status_code=status, content_type="application/json", body=text, headers=dict(headers or {})
    )


def _plain(response: Response[Any]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": response.body,
        "isBase64Encoded": False,
    }


def _body_of(event: Mapping[str, Any], largest: int) -> bytes:
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise Malformed("The body cannot be read", param="body") from None
    if len(body) > largest:
        raise TooLarge(
            f"A body may have {largest} bytes; larger reports go to POST /v1/uploads", param="body"
        )
    return body


def _readable(event: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """The event as the resolver's validation can take it: a text body, and JSON unless it says otherwise.

    curl sends what it is given as a form unless told not to: that is read as JSON, too."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    media_type = _media_type(headers)
    if media_type == "multipart/form-data":
        raise UnsupportedMediaType("Send the content itself, not a form", param="Content-Type")
    if media_type == "application/x-www-form-urlencoded":
        headers["content-type"] = "application/json"
    text = body.decode("utf-8", "replace")
    intact = text.encode() == body
    return {**event, "headers": headers, "body": text if intact else _NOT_TEXT, "isBase64Encoded": False}


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


_NOT_TEXT: Final = "\x00"
"""Stands for a body that is not UTF-8: no JSON either way, and the bytes themselves are kept apart."""


def _read_json(text: str) -> Any:
    """Stricter than the standard library: no lone surrogates, no NaN, no bottomless nesting."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        raise Malformed("The body is not JSON", param="body") from None
