"""Reading a result: pages by any ordering, sums by source and by server."""

# ruff: noqa: S608 (queries are put together of texts in this package; all values are bound)
from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from shared.adapters.detail.schema import FIGURES
from shared.core.detail.chunks import STANDINGS, Source
from shared.core.detail.results import (
    DetailRow,
    Figures,
    Ordering,
    RowFilter,
    ServerFigures,
    SourceFigures,
)
from shared.core.senders.standing import Standing

_COLUMNS: Final = {
    "message_count": "line.messages",
    "from_domain": "verdict.from_domain",
    "ip": "address.sort",
    "ptr": "address.host",
    "reason": "verdict.reason",
    "dkim_result": "verdict.dkim_result",
    "dkim_policy_result": "verdict.dkim_aligned",
    "spf_result": "verdict.spf_result",
    "spf_policy_result": "verdict.spf_aligned",
    "policy_applied": "verdict.policy_applied",
    "spf_d": "verdict.spf_domain",
    "dkim_d": "verdict.dkim_domain",
    "server_name": "server",
    "ip_count": "addresses",
}
_SOURCE: Final = "source.number, source.standing, source.domain, source.name, source.category"
_ROW: Final = f"""verdict.from_domain, address.ip, address.host, address.organization, address.country,
    line.messages, verdict.policy_applied, verdict.reason, verdict.override_comment, verdict.dkim_aligned,
    verdict.dkim_result, verdict.dkim_domain, verdict.spf_aligned, verdict.spf_result, verdict.spf_domain,
    {_SOURCE}"""
_JOINED: Final = """line join verdict on verdict.id = line.verdict join address on address.id = line.address
    join source on source.key = line.source"""


class SqliteResult:
    """``DetailResult`` in a file, which stays as it is."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    def close(self) -> None:
        self._base.close()

    def sources(self, standing: Standing, limit: int) -> tuple[Sequence[SourceFigures], int]:
        (count,) = self._one("select count(*) from source where standing = ?", standing.value)
        found = self._base.execute(
            f"""select {_SOURCE}, addresses, evidence, value,
            total, spf_pass, dkim_pass, dmarc_pass, affected, forwarded
            from source join summary on summary.source = source.key
            where standing = ? order by total desc, number limit ?""",
            (standing.value, limit),
        )
        told = [SourceFigures(_source(row[:5]), row[5], Figures(*row[8:]), (row[6], row[7])) for row in found]
        return told, count

    def servers(
        self,
        number: int,
        standing: Standing | None,
        search: str,
        ordering: Ordering,
        *,
        offset: int,
        limit: int,
    ) -> tuple[Sequence[ServerFigures], int]:
        ranges, values = self._ranges(number, standing)
        sought = f"%{_escaped(search)}%"
        inner = f"""select address.server as server, count(distinct line.address) as addresses, {FIGURES}
            from line join verdict on verdict.id = line.verdict join address on address.id = line.address
            where ({ranges}) and address.server like ? escape '\\' group by address.server"""
        (count,) = self._one(f"select count(*) from ({inner})", *values, sought)
        column = "total" if ordering.field == "message_count" else _COLUMNS[ordering.field]
        found = self._base.execute(
            f"select * from ({inner}) order by {column}{_direction(ordering)}, server limit ? offset ?",
            (*values, sought, limit, offset),
        )
        return [ServerFigures(row[0], row[1], Figures(*row[2:])) for row in found], count

    def rows(
        self, wanted: RowFilter, ordering: Ordering, *, offset: int, limit: int
    ) -> tuple[Sequence[DetailRow], int]:
        condition, values = self._condition(wanted)
        if condition:
            (count,) = self._one(f"select count(*) from {_JOINED} where {condition}", *values)
        else:
            (count,) = self._one("select count(*) from line")
        # Sorted by ids alone: what a line says is fetched for the page only.
        page = f"""select line.id as id from {_JOINED} where {condition or "1"}
            order by {_COLUMNS[ordering.field]}{_direction(ordering)}, line.id limit ? offset ?"""
        ids = [row[0] for row in self._base.execute(page, (*values, limit, offset))]
        marks = ", ".join("?" * len(ids))
        said = self._base.execute(f"select line.id, {_ROW} from {_JOINED} where line.id in ({marks})", ids)
        by_id = {row[0]: _row(row[1:]) for row in said}
        return [by_id[number] for number in ids], count

    def days(self) -> dict[date, dict[Standing, int]]:
        return {
            date.fromisoformat(day): dict(zip(STANDINGS, json.loads(counts), strict=True))
            for day, counts in self._base.execute("select day, counts from day order by day")
        }

    def _one(self, query: str, *values: Any) -> Any:
        return self._base.execute(query, values).fetchone()

    def _condition(self, wanted: RowFilter) -> tuple[str, list[Any]]:
        parts: list[str] = []
        values: list[Any] = []
        if wanted.number is not None:
            ranges, values = self._ranges(wanted.number, wanted.standing)
            parts.append(f"({ranges})")
        elif wanted.standing is not None:
            parts.append("source.standing = ?")
            values.append(wanted.standing.value)
        if wanted.organization:
            parts.append("address.organization = ?")
            values.append(wanted.organization)
        return " and ".join(parts), values

    def _ranges(self, number: int, standing: Standing | None) -> tuple[str, list[Any]]:
        """The lines of a source, which it has under one standing or several."""
        found = self._base.execute(
            "select first, last, standing from source join summary on summary.source = source.key "
            "where number = ?",
            (number,),
        )
        wanted = [row[:2] for row in found if standing is None or row[2] == standing.value]
        text = " or ".join(["line.id between ? and ?"] * len(wanted)) or "0"
        return text, [bound for bounds in wanted for bound in bounds]


def _source(row: Sequence[Any]) -> Source:
    number, standing, domain, name, category = row
    return Source(number, Standing(standing), domain, name, category)


def _row(row: Sequence[Any]) -> DetailRow:
    told: tuple[Any, ...] = (*row[:15], _source(row[15:]))
    return DetailRow(*told)


def _direction(ordering: Ordering) -> str:
    return " desc" if ordering.descending else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
