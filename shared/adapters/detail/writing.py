"""Putting a result together, on disk and never all in memory."""

# ruff: noqa: S608 (queries are put together of texts in this package; all values are bound)
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from shared.adapters.detail.schema import TABLES, TOGETHER
from shared.core.detail.chunks import LARGEST_COUNT, STANDINGS, Chunk, number_of, values_of
from shared.core.detail.results import MOST_LINES
from shared.core.detail.verdicts import Verdict
from shared.core.errors import Invalid
from shared.core.senders.identification import rank_of

_PAGES: Final = """
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536; pragma temp_store = file;
"""
_SOURCE: Final = """insert into source values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do update
    set rank = excluded.rank, evidence = excluded.evidence, value = excluded.value
    where (excluded.rank, excluded.value) < (rank, value)"""
"""The most telling proof stays."""


def put_together(chunks: Iterable[Chunk], path: Path) -> None:
    """Write the result of the chunks to a new file. ``Invalid`` when it would be too large."""
    base = sqlite3.connect(path, isolation_level=None)
    try:
        base.executescript(_PAGES + TABLES)
        base.execute("begin")
        days: dict[date, list[int]] = {}
        lines = 0
        for chunk in chunks:
            lines += len(chunk.lines) // 4
            if lines > 2 * MOST_LINES:
                raise _too_large()
            _add(base, chunk)
            for day, counts in chunk.days.items():
                held = days.get(day, [0] * len(STANDINGS))
                days[day] = [mine + theirs for mine, theirs in zip(held, counts, strict=True)]
        base.executemany("insert into day values (?, ?)", _days(days))
        base.executescript(TOGETHER + "vacuum;")
        if (base.execute("select max(id) from line").fetchone()[0] or 0) > MOST_LINES:
            raise _too_large()
    finally:
        base.close()


def _add(base: sqlite3.Connection, chunk: Chunk) -> None:
    sources = [source.key for source in chunk.sources]
    addresses = [number_of(address.ip) for address in chunk.addresses]
    verdicts = [number_of(*values_of(verdict)) for verdict in chunk.verdicts]
    base.executemany(
        _SOURCE,
        (
            (key, *values_of(source), rank_of(proof[0]), *proof)
            for key, source, proof in zip(sources, chunk.sources, chunk.proofs, strict=True)
        ),
    )
    base.executemany(
        "insert or ignore into address values (?, ?, ?, ?, ?, ?, ?)",
        ((number, *values_of(address)) for number, address in zip(addresses, chunk.addresses, strict=True)),
    )
    base.executemany(
        f"insert or ignore into verdict values ({', '.join('?' * 16)})",
        (
            (number, *values_of(verdict)[:10], *_flags(verdict))
            for number, verdict in zip(verdicts, chunk.verdicts, strict=True)
        ),
    )
    numbers = iter(chunk.lines)
    base.executemany(
        "insert into raw values (?, ?, ?, ?)",
        (
            (sources[source], addresses[address], verdicts[verdict], messages)
            for source, address, verdict, messages in zip(numbers, numbers, numbers, numbers, strict=True)
        ),
    )


def _flags(verdict: Verdict) -> tuple[bool, ...]:
    return (
        verdict.spf_aligned == "pass",
        verdict.dkim_aligned == "pass",
        verdict.dmarc_pass,
        verdict.affected,
        verdict.affected and verdict.forwarded,
    )


def _days(days: dict[date, list[int]]) -> Iterator[tuple[str, str]]:
    for day, counts in sorted(days.items()):
        yield day.isoformat(), json.dumps([min(count, LARGEST_COUNT) for count in counts])


def _too_large() -> Invalid:
    return Invalid(f"The answer has more than {MOST_LINES:,} lines: ask for fewer days, or with filters")
