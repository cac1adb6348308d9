"""JSON Lines and CSV of parsed reports."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any, Final, TextIO

from cli.parsing import Result
from cli.printable import printable, printable_json

Print = Callable[[Result], None]

_REPORT: Final = ("kind", "reporter", "report_id", "domain", "begin", "end")
_WHERE: Final = ("file", "path")
_REFUSAL: Final = ("refused", "detail")
REPORT_COLUMNS: Final = (
    *_WHERE,
    *_REPORT,
    "messages",
    "dmarc_pass",
    "rows",
    "sessions_ok",
    "sessions_failed",
    "deviations",
    *_REFUSAL,
)
ROW_COLUMNS: Final = (
    *_WHERE,
    *_REPORT,
    "source_ip",
    "count",
    "disposition",
    "dkim",
    "spf",
    "overrides",
    "header_from",
    "envelope_from",
    "envelope_to",
    "dkim_auth",
    "spf_auth",
    "policy_type",
    "policy_domain",
    "sessions_ok",
    "sessions_failed",
    "failures",
    *_REFUSAL,
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def json_lines(out: TextIO, *, with_rows: bool) -> Print:
    """One object a report on a line; its rows, if asked for, are written as they come."""

    def write(result: Result) -> None:
        text = printable_json(json.dumps(result.values, ensure_ascii=False))
        if with_rows and not result.refused:
            out.write(text[:-1] + ', "records": [')
            for number, record in enumerate(result.records):
                out.write((", " if number else "") + printable_json(record.rstrip("\n")))
            out.write("]}\n")
        else:
            out.write(text + "\n")

    return write


def comma_separated(out: TextIO, *, with_rows: bool) -> Print:
    """One line a report, or one a row; what was refused has a line too. Spreadsheets run no cell of it."""
    columns = ROW_COLUMNS if with_rows else REPORT_COLUMNS
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)

    def write(result: Result) -> None:
        for values in _lines(result, with_rows):
            writer.writerow([cell(values.get(column)) for column in columns])

    return write


def _lines(result: Result, with_rows: bool) -> Iterator[dict[str, Any]]:
    if not with_rows or result.refused:
        yield result.values
        return
    about = {name: result.values[name] for name in (*_WHERE, *_REPORT)}
    for record in result.records:
        yield {**json.loads(record), **about}


def cell(value: object) -> object:
    """A value as a cell: structures as short text, and nothing that a spreadsheet takes for a formula."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = "; ".join(_short(each) for each in value) if isinstance(value, list) else str(value)
    return printable(f"'{text}" if text.startswith(_FORMULA) else text)


def _short(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={part}" for name, part in value.items() if part not in (None, "", [], ()))
    return str(value)
