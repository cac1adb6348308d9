"""Middleware of lists: the same answer as CSV, when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from shared.core.errors import Malformed
from shared.edge.csv_output import columns_of, write
from shared.edge.http import Api

MEDIA_TYPE: Final = "text/csv; charset=utf-8"

Middleware = Callable[[Api, Callable[[Api], Response[Any]]], Response[Any]]


def also_csv(
    row: type[BaseModel],
    *,
    name: str,
    rows: tuple[str, ...] = ("data",),
    headings: Mapping[str, str] | None = None,
) -> Middleware:
    """Answer as CSV on ``?format=csv`` or ``Accept: text/csv``. ``rows`` is the way to them in the body;
    where that leads to several lists by name, they are those of all. ``headings`` are the fields that are
    columns, with their titles: where there are none, all are.

    What the JSON has in ``meta`` is in the headers ``X-Total-Count`` and ``X-Next-Cursor``."""
    columns = list(headings) if headings else columns_of(row)
    titles = list(headings.values()) if headings else columns

    def middleware(app: Api, following: Callable[[Api], Response[Any]]) -> Response[Any]:
        wanted = _wants_csv(app)
        response = following(app)
        if not wanted or not response.is_json():
            return response
        body = cast(dict[str, Any], response.body)
        listed: Any = body
        for step in rows:
            listed = listed[step]
        if isinstance(listed, dict):
            listed = [each for held in listed.values() if isinstance(held, list) for each in held]
        return Response(
            status_code=response.status_code,
            content_type=MEDIA_TYPE,
            body=write(columns, listed, titles=titles),
            headers={
                "Content-Disposition": f'attachment; filename="{name}.csv"',
                "Vary": "Accept",
                **_paging(body["meta"]),
            },
        )

    return middleware


def _wants_csv(app: Api) -> bool:
    asked = (app.current_event.query_string_parameters or {}).get("format")
    if asked not in (None, "json", "csv"):
        raise Malformed("format is json or csv", param="format")
    accepted = app.current_event.headers.get("accept", "")
    media_types = [part.partition(";")[0].strip().lower() for part in accepted.split(",")]
    return asked == "csv" or (asked is None and media_types[0] == "text/csv")


def _paging(meta: Mapping[str, Any]) -> dict[str, str]:
    found = {"X-Total-Count": meta.get("total_count"), "X-Next-Cursor": meta.get("next_cursor")}
    return {name: str(value) for name, value in found.items() if value is not None}
