"""Refusals as HTTP: which status each has, and what the error body says."""

from __future__ import annotations

from typing import Any, Final

from shared.core import errors

_STATUS: Final = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Outdated: 412,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.Limited: 429,
}


class MethodNotAllowed(errors.Refusal):
    """The path exists; ``allowed`` are its methods."""

    code = "method_not_allowed"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"This path answers {', '.join(allowed)} only")
        self.allowed = allowed


class UnsupportedMediaType(errors.Refusal):
    code = "unsupported_media_type"


def status_of(refusal: errors.Refusal) -> int:
    if isinstance(refusal, MethodNotAllowed):
        return 405
    if isinstance(refusal, UnsupportedMediaType):
        return 415
    return next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 400)


def headers_of(refusal: errors.Refusal) -> dict[str, str]:
    if isinstance(refusal, errors.Limited):
        return {"Retry-After": str(refusal.retry_after)}
    if isinstance(refusal, MethodNotAllowed):
        return {"Allow": ", ".join(refusal.allowed)}
    if isinstance(refusal, errors.Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def error_body(code: str, message: str, request_id: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "param": param, "request_id": request_id}}


def body_of(refusal: errors.Refusal, request_id: str) -> dict[str, Any]:
    """``retry_after`` stands inside and beside the error: clients were seen to read either."""
    body = error_body(refusal.code, refusal.message, request_id, refusal.param)
    if isinstance(refusal, errors.Limited):
        body["error"]["retry_after"] = body["retry_after"] = refusal.retry_after
    return body
