"""Lists as a client reads them: page by page, and as CSV. Nothing here knows how they are made."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from tests.unit.functions.api.client import Answer, Api

Query = Mapping[str, Any]
_FORMULA = tuple("=+-@\t\r\n")


@contextmanager
def an_api() -> Iterator[Api]:
    """A new one for each example of a property."""
    with pytest.MonkeyPatch.context() as patch:
        made = Api()
        made.install(patch)
        yield made


def get(api: Api, path: str, query: Query, key: str | None = None) -> Answer:
    """None in the query is what is not asked for."""
    said = {name: _said(value) for name, value in query.items() if value is not None}
    return api.call("GET", path, query=said, key=key or "")


def every_page(
    api: Api,
    path: str,
    query: Query,
    *,
    limit: int | None = None,
    key: str | None = None,
    short: bool = False,
) -> list[dict[str, Any]]:
    """The pages one after the other, each of them full up to the last, unless they may be ``short``."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    counts = set()
    for _ in range(200):
        answer = get(api, path, {**query, "limit": limit, "cursor": cursor}, key)
        assert answer.status == 200, answer.body
        meta = answer.json["meta"]
        counts.add(meta.get("total_count"))
        found += answer.data
        cursor = meta["next_cursor"]
        assert meta["has_more"] is (cursor is not None)
        if cursor is None:
            assert limit is None or len(answer.data) <= limit
            assert counts in ({None}, {len(found)})
            return found
        assert len(answer.data) <= (limit or 0) if short else len(answer.data) == limit
    raise AssertionError("a list without an end")


def every_csv_page(
    api: Api, path: str, query: Query, *, limit: int | None = None, key: str | None = None
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    cursor: str | None = None
    while True:
        answer = get(api, path, {**query, "limit": limit, "cursor": cursor, "format": "csv"}, key)
        assert answer.status == 200, answer.body
        assert answer.headers["Content-Type"].startswith("text/csv")
        found += csv.DictReader(io.StringIO(answer.body.decode()))
        cursor = answer.headers.get("X-Next-Cursor")
        if cursor is None:
            return found


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """A row of JSON as it is to be in CSV: lists of objects are left out."""
    cells: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= flat(value, f"{prefix}{name}_")
        elif not (isinstance(value, list) and any(isinstance(each, dict) for each in value)):
            cells[prefix + name] = _cell(value)
    return cells


def same_rows(found: list[dict[str, str]], rows: list[dict[str, Any]]) -> bool:
    """Whether these rows of CSV are those of JSON; of a list of objects that is empty nothing is said."""
    shown = [flat(row) for row in rows]
    columns = set(found[0]) if found else set()
    empty = {name for cells in shown for name in cells if name not in columns and not cells[name]}
    told = [{name: cell for name, cell in cells.items() if name not in empty} for cells in shown]
    return found == told


def _said(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
