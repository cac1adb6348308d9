"""Lists as CSV: the same rows as in JSON, flat, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from shared.core.spreadsheets import safe_cell


def columns_of(row: type[BaseModel]) -> list[str]:
    """The columns of a row's shape: nested fields as ``outer_inner``, lists of objects left out. What has
    names of its own for each row is one column, of JSON."""
    return list(_columns(row))


def write(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, titles: Sequence[str] = ()) -> str:
    """``titles`` of the columns, where they are not the names of the fields."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(titles or columns)
    for row in rows:
        flat = dict(_flat(row, set(columns)))
        writer.writerow([_cell(flat.get(column)) for column in columns])
    return text.getvalue()


def _columns(shape: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, info in shape.model_fields.items():
        inner = _model_in(info.annotation)
        if inner is not None:
            yield from _columns(inner, f"{prefix}{name}_")
        elif not _lists_models(info.annotation):
            yield prefix + name


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, also when it may be null."""
    options = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _lists_models(annotation: Any) -> bool:
    return get_origin(annotation) is list and any(_model_in(each) for each in get_args(annotation))


def _flat(row: Mapping[str, Any], columns: Set[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping) and prefix + name not in columns:
            yield from _flat(value, columns, f"{prefix}{name}_")
        else:
            yield prefix + name, value


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return safe_cell(" ".join(map(str, value)) if isinstance(value, list) else str(value))
