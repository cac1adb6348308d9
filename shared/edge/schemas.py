"""Wire shapes that every resource of the API shares."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.core.paging import LARGEST_LIMIT, Cursor, PageRequest

T = TypeVar("T")

_FIRST, _LAST = date(1970, 1, 1), date(2999, 12, 31)
_DIGITS = 11
_LAST_SECOND = datetime(2999, 12, 31, tzinfo=UTC).timestamp()
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _day(value: Any) -> Any:
    if isinstance(value, str):
        if _DAY.fullmatch(value) is None:
            raise ValueError("a date is written YYYY-MM-DD")
        day = date.fromisoformat(value)
        if not _FIRST <= day <= _LAST:
            raise ValueError(f"a date is from {_FIRST} to {_LAST}")
        return day
    return value


Day = Annotated[date, BeforeValidator(_day)]
"""``YYYY-MM-DD`` and nothing else: no timestamps, no numbers."""


def _day_or_seconds(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        if len(value) > _DIGITS or int(value) >= _LAST_SECOND:
            raise ValueError(f"a time is before {_LAST}")
        return datetime.fromtimestamp(int(value), UTC).date()
    return _day(value)


DayOrSeconds = Annotated[date, BeforeValidator(_day_or_seconds)]
"""``YYYY-MM-DD``, or Unix seconds, which stand for their day in UTC."""

Timestamp = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-20T06:12:09Z"])
]


class Wire(BaseModel):
    """Base of all shapes. Unknown fields of requests are ignored."""

    model_config = ConfigDict(extra="ignore")


class Meta(Wire):
    request_id: str = Field(examples=["JKJaXmPLvHcESHA="])


class ListMeta(Meta):
    total_count: int = Field(description="How many there are in all, over every page.")
    has_more: bool
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last one.")


class Single(Wire, Generic[T]):
    data: T
    meta: Meta

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"{params[0].__name__}Answer"


class Listing(Wire, Generic[T]):
    data: list[T]
    meta: ListMeta

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"{params[0].__name__}List"


class ErrorCode(StrEnum):
    """What clients switch on."""

    BAD_REQUEST = "bad_request"
    INVALID_API_KEY = "invalid_api_key"
    SUBSCRIPTION_REQUIRED = "subscription_required"
    RETENTION_EXCEEDED = "retention_exceeded"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_READY = "not_ready"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    PRECONDITION_FAILED = "precondition_failed"
    PLAN_LIMIT_REACHED = "plan_limit_reached"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UNPROCESSABLE_ENTITY = "unprocessable_entity"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    INTERNAL_ERROR = "internal_error"


class ErrorDetail(Wire):
    code: ErrorCode
    message: str = Field(description="For people; it may change.")
    param: str | None = Field(description="The parameter, field or header at fault.")
    request_id: str = Field(description="Names this very request in the deployment's logs.")
    retry_after: int | None = Field(default=None, description="Seconds to wait; only with 429.")


class ErrorAnswer(Wire):
    error: ErrorDetail
    retry_after: int | None = Field(default=None, description="As in `error`.")


def page_request(limit: int, cursor: str | None) -> PageRequest:
    """``limit`` beyond the largest is brought down to it."""
    return PageRequest(min(limit, LARGEST_LIMIT), None if cursor is None else Cursor.decode(cursor))
