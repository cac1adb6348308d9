"""Rows as Parquet files.

Rows go to the disk as JSON Lines, so many at a time, and each part becomes a Parquet file; the parts then
become one. Neither memory nor disk has all rows of a day in any but their packed form.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb

from shared.core.ids import DomainId
from shared.core.lake.rows import LakeRow

COLUMNS: Final = {
    "domain": "VARCHAR",
    "domain_id": "BIGINT",
    "report_id": "BIGINT",
    "reporter_report_id": "VARCHAR",
    "reporter": "VARCHAR",
    "period_begin": "BIGINT",
    "period_end": "BIGINT",
    "trust": "VARCHAR",
    "policy_domain": "VARCHAR",
    "p": "VARCHAR",
    "sp": "VARCHAR",
    "np": "VARCHAR",
    "adkim": "VARCHAR",
    "aspf": "VARCHAR",
    "testing": "VARCHAR",
    "source_ip": "VARCHAR",
    "messages": "BIGINT",
    "disposition": "VARCHAR",
    "spf_aligned": "BOOLEAN",
    "dkim_aligned": "BOOLEAN",
    "dmarc_pass": "BOOLEAN",
    "header_from": "VARCHAR",
    "envelope_from": "VARCHAR",
    "envelope_to": "VARCHAR",
    "overrides": "STRUCT(type VARCHAR, comment VARCHAR)[]",
    "dkim": "STRUCT(domain VARCHAR, selector VARCHAR, result VARCHAR)[]",
    "spf": "STRUCT(domain VARCHAR, scope VARCHAR, result VARCHAR)[]",
    "sender_domain": "VARCHAR",
    "sender_name": "VARCHAR",
    "standing": "VARCHAR",
    "host": "VARCHAR",
    "country": "VARCHAR",
}
"""Of the rows, as they come. Times are epoch seconds there, and timestamps (UTC) in the file."""

_PART: Final = 100_000
"""Rows on the disk as text at a time: some 80 MB."""

_MEMORY: Final = "384MB"
_GROUP: Final = 50_000
"""Rows of a group: what the engine holds at once while it writes."""

_TIMES: Final = (
    "REPLACE (make_timestamp(period_begin * 1000000) AS period_begin, "
    "make_timestamp(period_end * 1000000) AS period_end)"
)
_FILE: Final = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})"


def write(rows: Iterable[LakeRow], folder: Path) -> tuple[Path, int]:
    """The file with all rows, and how many they are. ``folder`` is empty, and for this alone."""
    target, parts, count = folder / "facts.parquet", folder / "parts", 0
    parts.mkdir()
    following = iter(rows)
    with _engine(folder) as engine:
        while some := _lines(following, folder / "rows.jsonl"):
            part = parts / f"{count:012d}.parquet"
            engine.execute(
                f"COPY (SELECT * {_TIMES} FROM read_json($rows, format = 'newline_delimited', "  # noqa: S608
                f"columns = {{{_typed()}}})) TO '{part}' {_FILE}",
                {"rows": str(folder / "rows.jsonl")},
            )
            count += some
        if count:
            _copy(engine, "SELECT * FROM read_parquet($file)", {"file": str(parts / "*.parquet")}, target)
    return target, count


def without(source: Path, domain: DomainId, folder: Path) -> tuple[Path, int, int]:
    """The rows of a file that are not a domain's: the file with them, how many they are and how many were the
    domain's. There is no file if there is none of either."""
    target = folder / "left.parquet"
    named: dict[str, str | int] = {"file": str(source), "domain": domain}
    with _engine(folder) as engine:
        counted = engine.execute(
            "SELECT count(*) FILTER (domain_id <> $domain), count(*) FILTER (domain_id = $domain) "
            "FROM read_parquet($file)",
            named,
        ).fetchone()
        left, gone = (0, 0) if counted is None else counted
        if left and gone:
            _copy(engine, "SELECT * FROM read_parquet($file) WHERE domain_id <> $domain", named, target)
    return target, left, gone


@contextmanager
def _engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One that fetches nothing, holds little in memory and leaves the rest in the folder."""
    engine = duckdb.connect(
        config={
            "threads": "1",
            "memory_limit": _MEMORY,
            "temp_directory": str(folder / "spilled"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        yield engine
    finally:
        engine.close()


def _copy(
    engine: duckdb.DuckDBPyConnection, query: str, named: dict[str, str | int] | dict[str, str], target: Path
) -> None:
    engine.execute(f"COPY ({query}) TO '{target}' {_FILE}", named)


def _lines(rows: Iterator[LakeRow], path: Path) -> int:
    """Lines of up to ``_PART`` rows. What is no text in any encoding (half a surrogate pair) is replaced."""
    count = 0
    with path.open("wb") as file:
        for row in islice(rows, _PART):
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            file.write(text.encode("utf-8", "replace") + b"\n")
            count += 1
    return count


def _typed() -> str:
    return ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
